/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs as hostile processes may have mapped them: the symbols, the lines and the inlined
 * functions of a file of any bytes. The input is the file; its places are looked up one by one.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "symbols.h"

static void check_places(struct symbol_file *f, uint64_t offset)
{
	const struct source_places *places = symbol_places(f, offset);
	uint64_t unused;

	symbol_name(f, offset, &unused);
	symbol_frame_at(f, offset, &unused);
	if (!places)
		return;
	HOLDS(places->nr <= DEBUG_INLINED_MAX + 1);
	for (unsigned i = 0; i < places->nr; i++) {
		const struct source_place *p = &places->place[i];

		HOLDS(!p->file || (*p->file && p->line));
		HOLDS(!p->function == (i + 1 == places->nr));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols *s = symbols_new(true);
	struct symbol_key key = { .path = "/x", .tid = (uint32_t)getpid() };
	int fd = s ? memfd_create("x", MFD_CLOEXEC) : -1;
	struct symbol_file *f;

	if (!s)
		return 0;	/* built without elfutils */
	HOLDS(fd >= 0);
	HOLDS(write(fd, data, size) == (ssize_t)size);
	f = symbols_open(s, &key, fd);
	for (uint64_t at = 0; f && at < size; at += 1 + size / 64)
		check_places(f, at);
	symbols_free(s);
	return 0;
}
