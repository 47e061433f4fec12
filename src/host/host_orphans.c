/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "host_orphans.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOCKSTAT_BYTES 1024	/* /proc/net/sockstat has six short lines */

long host_orphans(void)
{
	char text[SOCKSTAT_BYTES], *tcp;
	int fd = open("/proc/net/sockstat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long orphans = -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	tcp = strstr(text, "TCP: inuse ");
	if (!tcp || sscanf(tcp, "TCP: inuse %*d orphan %ld", &orphans) != 1)
		return -1;
	return orphans;
}
