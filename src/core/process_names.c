/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "process_names.h"

#include <stdbool.h>
#include <string.h>

/* Return the length of a name that is NUL-terminated unless it fills the bytes. */
static size_t measure_name(const char *name, size_t len)
{
	size_t n = 0;

	while (n < len && n < EVENT_COMM_LEN && name[n])
		n++;
	return n;
}

void process_names_set(struct text_cache *names, uint32_t pid, const void *name, size_t len)
{
	const struct cached_text *was = text_cache_find(names, pid, 0);
	struct cached_text *now;
	unsigned file = 0;

	len = measure_name(name, len);
	if (was && was->text && strlen(was->text) == len && !memcmp(was->text, name, len))
		file = was->file;
	now = text_cache_add(names, pid, 0, name, len);
	if (now)
		now->file = file;
}

void process_names_read(const struct text_cache *names, const struct event *e,
			uint8_t process[EVENT_COMM_LEN])
{
	const char *text = NULL;

	memset(process, 0, EVENT_COMM_LEN);
	if (e->task_flags & TASKF_PROCESS_SAME || e->tid == e->pid) {
		memcpy(process, e->comm, EVENT_COMM_LEN);
	} else if (e->task_flags & TASKF_PROCESS_NAMED) {
		if (e->kind == EVENT_HOLDER)
			memcpy(process, e->process, EVENT_COMM_LEN);
		else if (names)
			text = text_cache_text(names, e->pid, 0);
	}
	if (text)
		memcpy(process, text, strlen(text));
}
