// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Port files: a producer port (PP) or the memory of a consumer queue (CQ), to be mapped.
 *
 * A mapping holds its file, and the file its domain, so what is mapped is the domain's own for as
 * long. All files of a device share the mappings of one inode, which lies in a file system that
 * nobody can mount: a reset finds all of them by it, however many processes they are in.
 *
 * A mapping begins without pages and gets each when it is first touched. What is lost in a reset is
 * marked as such first, and then the pages go: who touches it before is given a page that goes too,
 * who touches it after gets a bus error, and so does a mapping that is made meanwhile.
 *
 * LDB = load-balanced, DIR = directed.
 */

#include <linux/cc_platform.h>
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

/*
 * Take every mapping's pages away for good. Not under the locks; new domains are not made
 * meanwhile. Until then what a domain has mapped can be touched, even if it is not valid any more.
 */
void dlb_map_zap(struct dlb_device *dlb)
{
	struct dlb_domain *dom;

	mutex_lock(&dlb->lock);
	down_write(&dlb->map_lock);
	list_for_each_entry(dom, &dlb->domains, node)
		dom->is_unmapped = true;
	up_write(&dlb->map_lock);
	mutex_unlock(&dlb->lock);
	unmap_mapping_range(dlb->inode->i_mapping, 0, 0, 1);
}

static int port_close(struct inode *inode, struct file *file)
{
	struct dlb_port *port = file->private_data;

	dlb_domain_put(port->dom);
	return 0;
}

/*
 * A page is touched that is not there. Not under the device's lock: a program need not wait until
 * another one's domain is drained.
 */
static vm_fault_t port_fault(struct vm_fault *vmf, bool is_pp)
{
	struct dlb_port *port = vmf->vma->vm_file->private_data;
	struct dlb_device *dlb = port->dom->dlb;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	unsigned long first;

	down_read(&dlb->map_lock);
	if (!port->dom->is_unmapped) {
		first = is_pp ? PHYS_PFN(dlb_hw_pp_address(dlb, port)) : page_to_pfn(port->cq);
		ret = vmf_insert_pfn(vmf->vma, vmf->address, first + vmf->pgoff);
	}
	up_read(&dlb->map_lock);
	return ret;
}

static vm_fault_t pp_fault(struct vm_fault *vmf)
{
	return port_fault(vmf, true);
}

static vm_fault_t cq_fault(struct vm_fault *vmf)
{
	return port_fault(vmf, false);
}

static const struct vm_operations_struct pp_vm_ops = {
	.fault = pp_fault,
};

static const struct vm_operations_struct cq_vm_ops = {
	.fault = cq_fault,
};

#ifdef DLB_VMA_FLAGS_ARE_PLAIN
static void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/*
 * A mapping can be split and moved but never grows, so that a page's offset is always one of the
 * port's. Its pages have no reference counts: nobody can pin them beyond a reset.
 */
static int port_mmap(struct file *file, struct vm_area_struct *vma, unsigned long bytes,
		     pgprot_t prot, const struct vm_operations_struct *ops)
{
	const struct dlb_port *port = file->private_data;

	if (vma->vm_end - vma->vm_start != bytes || !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (!READ_ONCE(port->dom->valid))
		return -EINVAL;
	vma->vm_pgoff = 0;
	vma->vm_page_prot = prot;
	vma->vm_ops = ops;
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	return 0;
}

/*
 * Write-combining: the stores of a 64-byte line leave the core together. And where the memory of a
 * guest is encrypted, devices are not.
 */
static int pp_mmap(struct file *file, struct vm_area_struct *vma)
{
	pgprot_t prot = pgprot_decrypted(pgprot_writecombine(vma->vm_page_prot));

	return port_mmap(file, vma, DLB_UAPI_PP_BYTES, prot, &pp_vm_ops);
}

/* Nor is the memory that was allocated for devices to write to. */
static int cq_mmap(struct file *file, struct vm_area_struct *vma)
{
	pgprot_t prot = vma->vm_page_prot;

	if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		prot = pgprot_decrypted(prot);
	return port_mmap(file, vma, DLB_UAPI_CQ_BYTES, prot, &cq_vm_ops);
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
