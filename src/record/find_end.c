/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "find_end.h"

#include <unistd.h>

#include "reader.h"

struct file_position {
	int fd;
	off_t offset;
};

static ssize_t read_at_position(void *arg, void *bytes, size_t len)
{
	struct file_position *p = arg;
	ssize_t n = pread(p->fd, bytes, len, p->offset);

	if (n > 0)
		p->offset += n;
	return n;
}

static void raise_time(uint64_t *latest_ns, uint64_t ns)
{
	if (ns > *latest_ns)
		*latest_ns = ns;
}

/* The clock counts from the latest boot, and a run may have another one. */
static uint64_t read_to_end(struct record_reader *r)
{
	int64_t boot_to_wall_ns = record_reader_run_info(r)->boot_to_wall_ns;
	uint64_t latest_ns = 0;
	struct record got;

	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		if (got.got == RECORD_GOT_RUN)
			boot_to_wall_ns = record_reader_run_info(r)->boot_to_wall_ns;
		else if (got.got == RECORD_GOT_EVENT)
			raise_time(&latest_ns, got.event->ts_ns + (uint64_t)boot_to_wall_ns);
		else if (got.got == RECORD_GOT_MARK && got.mark->type == RECORD_MARK_HOST)
			boot_to_wall_ns = record_reader_run_info(r)->boot_to_wall_ns;
		else if (got.got == RECORD_GOT_MARK && got.mark->type == RECORD_MARK_CLOCK_SET)
			boot_to_wall_ns = got.mark->boot_to_wall_ns;
		else if (got.got == RECORD_GOT_MARK)
			raise_time(&latest_ns, got.mark->now_ns + (uint64_t)boot_to_wall_ns);
	}
	return latest_ns;
}

uint64_t record_find_end(int fd)
{
	struct file_position position = { .fd = fd };
	struct record_reader *r;
	char why[RECORD_WHY];
	uint64_t end_ns;

	r = record_reader_open(read_at_position, &position, why);
	if (!r)
		return 0;
	end_ns = read_to_end(r);
	record_reader_close(r);
	return end_ns;
}
