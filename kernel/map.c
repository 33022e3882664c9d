// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Port files: a producer port (PP) or the memory of a consumer queue (CQ), to be mapped.
 *
 * A mapping holds its file, and the file its domain, so what is mapped is the domain's own for as
 * long. All files of a device share the mappings of one inode, which lies in a file system that
 * nobody can mount: a reset finds and removes all of them by it, however many processes they are
 * in. A mapping without pages gets none back: touching it is a bus error.
 *
 * LDB = load-balanced, DIR = directed.
 */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pseudo_fs.h>

#include "dlb.h"

#define DLB_FS_MAGIC 0x444C4232

static int fs_init_context(struct fs_context *context)
{
	return init_pseudo(context, DLB_FS_MAGIC) ? 0 : -ENOMEM;
}

/* It has no owner: the mount is the module's own and would keep it from being unloaded. */
static struct file_system_type dlb_fs = {
	.name = "dlb",
	.init_fs_context = fs_init_context,
	.kill_sb = kill_anon_super,
};

static struct vfsmount *dlb_mount;

int dlb_map_init(void)
{
	dlb_mount = kern_mount(&dlb_fs);
	return PTR_ERR_OR_ZERO(dlb_mount);
}

void dlb_map_exit(void)
{
	kern_unmount(dlb_mount);
}

struct inode *dlb_map_inode(void)
{
	return alloc_anon_inode(dlb_mount->mnt_sb);
}

/* Take every mapping's pages away. No domain is valid any more, or one could be mapped again. */
void dlb_map_zap(struct dlb_device *dlb)
{
	unmap_mapping_range(dlb->inode->i_mapping, 0, 0, 1);
}

static int port_close(struct inode *inode, struct file *file)
{
	struct dlb_port *port = file->private_data;

	dlb_domain_put(port->dom);
	return 0;
}

static bool is_mappable(const struct vm_area_struct *vma, unsigned long bytes)
{
	return vma->vm_end - vma->vm_start == bytes && (vma->vm_flags & VM_SHARED);
}

/* Write-combining: the stores of a 64-byte line leave the core together. */
static int pp_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dlb_port *port = file->private_data;
	struct dlb_device *dlb = port->dom->dlb;
	unsigned long pfn = PHYS_PFN(dlb_hw_pp_address(dlb, port));
	int ret = -EINVAL;

	if (!is_mappable(vma, DLB_UAPI_PP_BYTES))
		return -EINVAL;
	mutex_lock(&dlb->lock);
	if (port->dom->valid)
		ret = io_remap_pfn_range(vma, vma->vm_start, pfn, DLB_UAPI_PP_BYTES,
					 pgprot_writecombine(vma->vm_page_prot));
	mutex_unlock(&dlb->lock);
	return ret;
}

static int cq_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dlb_port *port = file->private_data;
	struct dlb_device *dlb = port->dom->dlb;
	int ret = -EINVAL;

	if (!is_mappable(vma, DLB_UAPI_CQ_BYTES))
		return -EINVAL;
	vma->vm_pgoff = 0;
	mutex_lock(&dlb->lock);
	if (port->dom->valid)
		ret = dma_mmap_coherent(&dlb->pdev->dev, vma, port->cq, port->cq_iova,
					DLB_UAPI_CQ_BYTES);
	mutex_unlock(&dlb->lock);
	return ret;
}

static const struct file_operations pp_fops = {
	.owner = THIS_MODULE,
	.release = port_close,
	.mmap = pp_mmap,
	.llseek = noop_llseek,
};

static const struct file_operations cq_fops = {
	.owner = THIS_MODULE,
	.release = port_close,
	.mmap = cq_mmap,
	.llseek = noop_llseek,
};

static int port_file(struct dlb_call *call, bool is_ldb, bool is_pp)
{
	struct dlb_port *port = dlb_port_find(call->dom, is_ldb, call->object.id);
	char name[32];
	int ret;

	if (!port)
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	snprintf(name, sizeof(name), "dlb2_%s_%s::%u", is_ldb ? "ldb" : "dir", is_pp ? "pp" : "cq",
		 port->id);
	kref_get(&call->dom->files);
	ret = dlb_call_file(call, name, is_pp ? &pp_fops : &cq_fops, port);
	if (ret < 0) {
		dlb_domain_put(call->dom);
		return ret;
	}
	call->response.id = ret;
	return 0;
}

int dlb_ldb_pp_file(struct dlb_call *call)
{
	return port_file(call, true, true);
}

int dlb_ldb_cq_file(struct dlb_call *call)
{
	return port_file(call, true, false);
}

int dlb_dir_pp_file(struct dlb_call *call)
{
	return port_file(call, false, true);
}

int dlb_dir_cq_file(struct dlb_call *call)
{
	return port_file(call, false, false);
}
