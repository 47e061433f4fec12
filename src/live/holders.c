/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "holders.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "time_units.h"

#define HOLDERS_MAX_NS (2 * NS_PER_S)
#define BATCH_EVENTS 170	/* per read: about the kernel's buffer of 32 KiB */

int holders_open(const struct scan *w)
{
	int fd = bpf_iter_create(scan_files_fd(w));

	return fd < 0 ? -errno : fd;
}

/* A read fails with EAGAIN after a million objects without output, and can be repeated. */
int holders_read(int fd, live_event_fn *fn, void *arg)
{
	uint64_t deadline_ns = live_now_ns() + HOLDERS_MAX_NS;
	struct event batch[BATCH_EVENTS];

	for (;;) {
		ssize_t n = read(fd, batch, sizeof(batch));

		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		for (ssize_t i = 0; i < n / (ssize_t)sizeof(*batch); i++)
			fn(arg, &batch[i], sizeof(batch[i]));
		if (live_now_ns() >= deadline_ns)
			return -ETIME;
	}
}
