// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * How a request gets in and its answer out, for device files and domain files alike.
 *
 * Of a caller's structure exactly as many bytes are read and written as its request code says,
 * and never more than the kernel's structure has. A descriptor that a request makes appears in
 * the process only after the answer has been written: what fails leaves nothing behind.
 */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/uaccess.h>

#include "dlb.h"

/* Make a file for the caller. The private object is its own from here on, unless this fails. */
int dlb_call_file(struct dlb_call *call, const char *name, const struct file_operations *fops,
		  void *private)
{
	struct file *file;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	file = anon_inode_getfile(name, fops, private, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	/* All mappings of a device are found by one inode. */
	file->f_mapping = call->dlb->inode->i_mapping;
	call->file = file;
	call->fd = fd;
	return fd;
}

static void file_drop(struct dlb_call *call)
{
	if (!call->file)
		return;
	put_unused_fd(call->fd);
	fput(call->file);
}

/* Why the device serves nobody, or 0. Under the lock. */
int dlb_state_error(const struct dlb_device *dlb)
{
	lockdep_assert_held(&dlb->lock);
	switch (dlb->state) {
	case DLB_READY:
		return 0;
	case DLB_RESETTING:
		return -EINVAL;
	case DLB_DEAD:
		return -EIO;
	case DLB_UNBOUND:
		return -ENODEV;
	}
	return -EIO;
}

/* Is the request served at all? Under the lock. */
static int call_check(const struct dlb_call *call, const struct dlb_request *request)
{
	if (call->dom && !call->dom->valid)
		return -EINVAL;
	if (call->dlb->state == DLB_RESETTING && request->in_reset)
		return 0;
	return dlb_state_error(call->dlb);
}

/* The answer's error number; *answered says whether the structure is an answer at all. */
static int call_run(struct dlb_call *call, const struct dlb_request *request, bool *answered)
{
	int ret;

	mutex_lock(&call->dlb->lock);
	ret = call_check(call, request);
	*answered = ret == 0;
	if (ret == 0) {
		call->response = (struct dlb_response){ .status = DLB_ST_SUCCESS };
		if (!request->unlocked)
			ret = request->handle(call);
	}
	mutex_unlock(&call->dlb->lock);
	if (*answered && request->unlocked)
		ret = request->handle(call);
	return ret;
}

/*
 * Of a code only the number tells what is asked, as in Intel's driver. But a terminal's requests,
 * which libraries try on any file they open, have small numbers as well; those carry no size.
 */
static bool is_foreign(unsigned int cmd)
{
	return _IOC_TYPE(cmd) != DLB_IOC_MAGIC && _IOC_SIZE(cmd) == 0;
}

static const struct dlb_request *
request_find(const struct dlb_request *requests, unsigned int nb_requests, unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < nb_requests && !is_foreign(cmd); i++)
		if (_IOC_NR(requests[i].code) == _IOC_NR(cmd))
			return &requests[i];
	return NULL;
}

long dlb_ioctl(struct dlb_device *dlb, struct dlb_domain *dom, const struct dlb_request *requests,
	       unsigned int nb_requests, unsigned int cmd, void __user *arg)
{
	struct dlb_call call = { .dlb = dlb, .dom = dom };
	const struct dlb_request *request = request_find(requests, nb_requests, cmd);
	bool answered;
	size_t size;
	long ret;

	if (!request)
		return -ENOTTY;
	size = min(_IOC_SIZE(cmd), _IOC_SIZE(request->code));
	if (copy_from_user(call.bytes, arg, size))
		return -EFAULT;
	ret = call_run(&call, request, &answered);
	if (answered && copy_to_user(arg, call.bytes, size))
		ret = -EFAULT;
	if (ret != 0)
		file_drop(&call);
	else if (call.file)
		fd_install(call.fd, call.file);
	return ret;
}
