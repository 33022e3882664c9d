/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Listening sockets. See vu_listen.h.
 *
 * The socket is made under another name and moved to its own when it listens, with the folder locked:
 * two servers that start at the same time cannot both find a dead one's socket and replace it.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vu_listen.h"

#define NEW_SUFFIX ".new"
/* Clients that wait for the one before. */
#define BACKLOG 16

static int
set_address(struct sockaddr_un *address, const char *path, const char *suffix)
{
	int len;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	len = snprintf(address->sun_path, sizeof(address->sun_path), "%s%s", path, suffix);
	return len < 0 || (size_t)len >= sizeof(address->sun_path) ? -ENAMETOOLONG : 0;
}

/* Returns a descriptor of the path's folder, locked until it is closed. */
static int
lock_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL   ? strdup(".")
		       : slash == path ? strdup("/")
				       : strndup(path, (size_t)(slash - path));
	int fd, error;

	if (folder == NULL)
		return -ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* Returns 0 if nothing is at the address, or what may be replaced. */
static int
check_vacant(const struct sockaddr_un *address)
{
	struct stat there;
	int fd, error;

	if (lstat(address->sun_path, &there) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(there.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	error = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;
	close(fd);
	return error == ECONNREFUSED || error == ENOENT ? 0 : -EADDRINUSE;
}

/* A socket's mode is what umask leaves of it, from its first moment. */
static int
bind_private(int fd, const struct sockaddr_un *address)
{
	mode_t old = umask(0177);
	int ret;

	unlink(address->sun_path);
	ret = bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : -errno;
	umask(old);
	return ret;
}

static int
publish(struct vu_listener *listener, const struct sockaddr_un *address,
	const struct sockaddr_un *made_at)
{
	struct stat made;
	int ret;

	ret = bind_private(listener->fd, made_at);
	if (ret != 0)
		return ret;
	if (listen(listener->fd, BACKLOG) != 0 || stat(made_at->sun_path, &made) != 0 ||
	    rename(made_at->sun_path, address->sun_path) != 0) {
		ret = -errno;
		unlink(made_at->sun_path);
		return ret;
	}
	listener->device = made.st_dev;
	listener->inode = made.st_ino;
	return 0;
}

int
vu_listen(struct vu_listener *listener, const char *path)
{
	struct sockaddr_un address, made_at;
	int lock, ret;

	if (set_address(&address, path, "") != 0 || set_address(&made_at, path, NEW_SUFFIX) != 0)
		return -ENAMETOOLONG;
	lock = lock_folder(path);
	if (lock < 0)
		return lock;
	*listener = (struct vu_listener){ .path = path };
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret = listener->fd < 0 ? -errno : check_vacant(&address);
	if (ret == 0)
		ret = publish(listener, &address, &made_at);
	if (ret != 0 && listener->fd >= 0)
		close(listener->fd);
	close(lock);
	return ret;
}

void
vu_listen_end(struct vu_listener *listener)
{
	struct stat there;

	if (lstat(listener->path, &there) == 0 && there.st_dev == listener->device &&
	    there.st_ino == listener->inode)
		unlink(listener->path);
	close(listener->fd);
}
