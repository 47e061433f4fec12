/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int record_lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (!fcntl(fd, F_OFD_SETLK, &whole))
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : 0;
}

bool record_is_locked(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return !fcntl(fd, F_OFD_GETLK, &whole) && whole.l_type != F_UNLCK;
}
