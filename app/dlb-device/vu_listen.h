/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A listening UNIX socket with a name in the file system, for its owner only (mode 0600).
 */

#ifndef VU_LISTEN_H
#define VU_LISTEN_H

#include <sys/types.h>

struct vu_listener {
	int fd;
	const char *path;
	dev_t device; /* the file that the path led to when it was made */
	ino_t inode;
};

/*
 * Listen at a path; the socket appears there when clients can connect to it. One that a dead server
 * left behind is replaced. Returns 0 or a negative errno: -EADDRINUSE when a living server has the
 * path, -EEXIST when something that is no socket does, -ENAMETOOLONG.
 */
int
vu_listen(struct vu_listener *listener, const char *path);

/* Stop listening and remove the socket, unless another took its place. */
void
vu_listen_end(struct vu_listener *listener);

#endif /* VU_LISTEN_H */
