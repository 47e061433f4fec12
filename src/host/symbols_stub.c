/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without elfutils: --stack is refused, so nothing here is used. */
#include "symbols.h"

bool symbols_are_built_in(void)
{
	return false;
}

struct symbols *symbols_new(bool inlined)
{
	(void)inlined;
	return NULL;
}

void symbols_free(struct symbols *s)
{
	(void)s;
}

struct symbol_file *symbols_find(struct symbols *s, const struct symbol_key *key)
{
	(void)s;
	(void)key;
	return NULL;
}

struct symbol_file *symbols_open(struct symbols *s, const struct symbol_key *key, int fd)
{
	(void)s;
	(void)key;
	(void)fd;
	return NULL;
}

const char *symbol_name(struct symbol_file *f, uint64_t file_offset, uint64_t *symbol_offset)
{
	(void)f;
	(void)file_offset;
	(void)symbol_offset;
	return NULL;
}

const char *symbol_demangled(struct symbol_file *f, uint64_t file_offset)
{
	(void)f;
	(void)file_offset;
	return NULL;
}

const struct source_places *symbol_places(struct symbol_file *f, uint64_t file_offset)
{
	(void)f;
	(void)file_offset;
	return NULL;
}

bool symbol_follows_syscall(struct symbol_file *f, uint64_t file_offset)
{
	(void)f;
	(void)file_offset;
	return false;
}

size_t symbol_build_id(struct symbol_file *f, const uint8_t **id, uint64_t *file_offset)
{
	(void)f;
	(void)id;
	(void)file_offset;
	return 0;
}

enum symbol_frame symbol_frame_at(struct symbol_file *f, uint64_t file_offset, uint64_t *return_at)
{
	(void)f;
	(void)file_offset;
	(void)return_at;
	return SYMBOL_FRAME_UNKNOWN;
}

bool symbol_follows_call(struct symbol_file *f, uint64_t file_offset)
{
	(void)f;
	(void)file_offset;
	return false;
}
