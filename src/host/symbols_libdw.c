/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "symbols.h"

#include "arm64_code.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug_info.h"
#include "demangle.h"

#define FILES_MAX 256

/* DWARF register numbers of x86-64 (psABI, figure 3.36) */
#define X86_64_RBP 6
#define X86_64_RSP 7

/* DWARF register numbers of arm64 (DWARF for the Arm 64-bit Architecture, 4.1) */
#define ARM64_X29 29
#define ARM64_X30 30
#define ARM64_SP 31

/* The results for a place in a file, cached because programs close sockets in few places. */
struct cached_symbol {
	uint64_t offset_plus_1;		/* 0: an empty slot */
	const char *name;
	char *demangled;		/* NULL: the name is not mangled */
	uint64_t symbol_offset, return_at;
	enum symbol_frame frame;
};

#define CACHED_SYMBOLS 256		/* a power of two */

struct symbol_file {
	uint64_t device, inode;
	char *path;
	int fd;			/* a duplicate: keeps the inode from being reused */
	Dwfl *dwfl;
	Dwfl_Module *module;
	Elf *elf;
	GElf_Addr bias;		/* module address minus file address */
	struct debug_info *debug;	/* NULL: there is none */
	const uint8_t *bytes;
	size_t size;
	unsigned machine;	/* EM_... */
	struct cached_symbol cached[CACHED_SYMBOLS];	/* direct-mapped, by offset */
};

struct symbols {
	unsigned nr, oldest;
	struct debug_pool *debug_pool;
	struct symbol_file *file[FILES_MAX];
};

bool symbols_are_built_in(void)
{
	return true;
}

struct symbols *symbols_new(bool inlined)
{
	struct symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->debug_pool = debug_pool_new(inlined);
	if (s->debug_pool)
		return s;
	free(s);
	return NULL;
}

static void symbol_file_free(struct symbol_file *f)
{
	if (f->dwfl)
		dwfl_end(f->dwfl);
	debug_info_close(f->debug);
	for (unsigned i = 0; i < CACHED_SYMBOLS; i++)
		free(f->cached[i].demangled);
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

void symbols_free(struct symbols *s)
{
	for (unsigned i = 0; s && i < s->nr; i++)
		symbol_file_free(s->file[i]);
	if (s)
		debug_pool_free(s->debug_pool);
	free(s);
}

struct symbol_file *symbols_find(struct symbols *s, const struct symbol_key *key)
{
	for (unsigned i = 0; i < s->nr; i++) {
		struct symbol_file *f = s->file[i];

		if (f->inode == key->inode && f->device == key->device &&
		    !strcmp(f->path, key->path))
			return f;
	}
	return NULL;
}

/*
 * Find separate debug information by build id only: it is exact and does not query a server. That
 * in the root of the process comes first.
 */
static int find_debuginfo(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	const struct symbol_file *f = *user;
	int fd = f ? debug_info_separate_fd(f->debug) : -1;

	if (fd >= 0)
		return dup(fd);
	return dwfl_build_id_find_debuginfo(module, user, name, base, file, link, crc, found);
}

/* Open fd as an ELF file. Takes ownership of fd, even on failure. */
static bool load_elf(struct symbol_file *f, int fd)
{
	static char *debug_path;	/* NULL: the default of elfutils */
	static const Dwfl_Callbacks callbacks = { .find_elf = dwfl_build_id_find_elf,
						  .find_debuginfo = find_debuginfo,
						  .section_address = dwfl_offline_section_address,
						  .debuginfo_path = &debug_path };
	GElf_Ehdr header;
	void **user;

	f->dwfl = dwfl_begin(&callbacks);
	f->module = f->dwfl ? dwfl_report_offline(f->dwfl, "file", f->path, fd) : NULL;
	if (!f->module) {
		close(fd);
		return false;
	}
	dwfl_report_end(f->dwfl, NULL, NULL);
	dwfl_module_info(f->module, &user, NULL, NULL, NULL, NULL, NULL, NULL);
	*user = f;
	f->elf = dwfl_module_getelf(f->module, &f->bias);
	if (!f->elf || !gelf_getehdr(f->elf, &header))
		return false;
	f->machine = header.e_machine;
	f->bytes = (const uint8_t *)elf_rawfile(f->elf, &f->size);
	return true;
}

struct symbol_file *symbols_open(struct symbols *s, const struct symbol_key *key, int fd)
{
	struct symbol_file *f = calloc(1, sizeof(*f));
	unsigned slot;

	if (!f) {
		close(fd);
		return NULL;
	}
	*f = (struct symbol_file){ .device = key->device, .inode = key->inode, .fd = dup(fd),
				   .path = strdup(key->path) };
	if (f->fd < 0 || !f->path) {
		close(fd);
		symbol_file_free(f);
		return NULL;
	}
	if (!load_elf(f, fd)) {
		symbol_file_free(f);
		return NULL;
	}
	f->debug = debug_info_open(s->debug_pool, f->fd, key->path, key->tid);
	slot = s->nr < FILES_MAX ? s->nr++ : s->oldest++ % FILES_MAX;
	if (s->file[slot])
		symbol_file_free(s->file[slot]);
	s->file[slot] = f;
	return f;
}

/* Convert a file offset to a module address by the loaded segments, 0 if it is in none. */
static GElf_Addr offset_to_address(const struct symbol_file *f, uint64_t offset)
{
	size_t n = 0;

	if (elf_getphdrnum(f->elf, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(f->elf, (int)i, &p) && p.p_type == PT_LOAD &&
		    offset >= p.p_offset && offset - p.p_offset < p.p_filesz)
			return offset - p.p_offset + p.p_vaddr + f->bias;
	}
	return 0;
}

static bool address_to_offset(const struct symbol_file *f, GElf_Addr address, uint64_t *offset)
{
	size_t n = 0;

	if (elf_getphdrnum(f->elf, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(f->elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    address - f->bias < p.p_vaddr || address - f->bias - p.p_vaddr >= p.p_filesz)
			continue;
		*offset = address - f->bias - p.p_vaddr + p.p_offset;
		return true;
	}
	return false;
}

static const char *find_function_name(const struct symbol_file *f, GElf_Addr address,
				      uint64_t *symbol_offset)
{
	GElf_Off offset;
	const char *name;
	GElf_Sym sym;

	if (!address)
		return NULL;
	name = dwfl_module_addrinfo(f->module, address, &offset, &sym, NULL, NULL, NULL);
	/* elfutils also returns the nearest symbol before the address, which is a guess. */
	if (!name || !*name || offset >= sym.st_size ||
	    (GELF_ST_TYPE(sym.st_info) != STT_FUNC && GELF_ST_TYPE(sym.st_info) != STT_GNU_IFUNC))
		return NULL;
	*symbol_offset = offset;
	return name;
}

size_t symbol_build_id(struct symbol_file *f, const uint8_t **id, uint64_t *file_offset)
{
	GElf_Addr address;
	int len = dwfl_module_build_id(f->module, id, &address);

	if (len <= 0 || len > SYMBOLS_BUILD_ID || !address_to_offset(f, address, file_offset))
		return 0;
	return (size_t)len;
}

/*
 * Read the canonical frame address (CFA) of a frame, as a register and an offset. Returns false if
 * it is a more complex expression.
 */
static bool read_frame_cfa(Dwarf_Frame *frame, uint64_t *reg, int64_t *offset)
{
	Dwarf_Op *ops = NULL;
	size_t n = 0;

	if (dwarf_frame_cfa(frame, &ops, &n) || n != 1)
		return false;
	if (ops[0].atom == DW_OP_bregx) {
		*reg = ops[0].number;
		*offset = (int64_t)ops[0].number2;
	} else if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
		*reg = ops[0].atom - DW_OP_breg0;
		*offset = (int64_t)ops[0].number;
	} else {
		return false;
	}
	return true;
}

/* Read the CFA at an address. Returns false if there is none. */
static bool read_cfa(Dwarf_CFI *cfi, Dwarf_Addr address, uint64_t *reg, int64_t *offset)
{
	Dwarf_Frame *frame = NULL;
	bool good;

	if (!cfi || dwarf_cfi_addrframe(cfi, address, &frame))
		return false;
	good = read_frame_cfa(frame, reg, offset);
	free(frame);
	return good;
}

/* Where the caller's value of a register is. */
enum saved { SAVED_NOWHERE, SAVED_IN_PLACE, SAVED_ON_STACK };

/* Find the caller's value of a register; on the stack it is at the CFA plus *offset. */
static enum saved read_saved(Dwarf_Frame *frame, int reg, int64_t *offset)
{
	Dwarf_Op memory[3], *ops = NULL;
	size_t n = 0;

	if (dwarf_frame_register(frame, reg, memory, &ops, &n))
		return SAVED_NOWHERE;
	if (!n)
		return ops ? SAVED_NOWHERE : SAVED_IN_PLACE;
	*offset = n == 2 ? (int64_t)ops[1].number : 0;
	if (ops[0].atom != DW_OP_call_frame_cfa || n > 2 ||
	    (n == 2 && ops[1].atom != DW_OP_plus_uconst))
		return SAVED_NOWHERE;
	return SAVED_ON_STACK;
}

/* Read the layout of a frame of arm64, whose functions store x29 just below the return address. */
static enum symbol_frame read_arm64_frame(Dwarf_Frame *frame, uint64_t *return_at)
{
	int64_t link = 0, pointer = 0, cfa = 0;
	uint64_t reg = 0;

	switch (read_saved(frame, ARM64_X30, &link)) {
	case SAVED_NOWHERE:
		return SYMBOL_FRAME_UNKNOWN;
	case SAVED_IN_PLACE:
		return SYMBOL_FRAME_LINK;
	case SAVED_ON_STACK:
		break;
	}
	if (read_saved(frame, ARM64_X29, &pointer) == SAVED_ON_STACK && pointer == link - 8)
		return SYMBOL_FRAME_POINTER;
	if (!read_frame_cfa(frame, &reg, &cfa) || reg != ARM64_SP || cfa + link < 0)
		return SYMBOL_FRAME_UNKNOWN;
	*return_at = (uint64_t)(cfa + link);
	return SYMBOL_FRAME_STACK;
}

/* Find the layout of a frame of arm64 by the code, where there are no unwind tables. */
static enum symbol_frame find_arm64_frame_by_code(const struct symbol_file *f, uint64_t file_offset,
						  uint64_t *return_at)
{
	*return_at = UINT64_MAX;
	switch (arm64_find_return(f->bytes, f->bytes ? f->size : 0, file_offset & ~3ULL)) {
	case ARM64_RETURN_IN_LINK:
		return SYMBOL_FRAME_LINK;
	case ARM64_RETURN_IN_RECORD:
		return SYMBOL_FRAME_POINTER;
	case ARM64_RETURN_ON_STACK:
		return SYMBOL_FRAME_STACK;
	case ARM64_RETURN_UNKNOWN:
		break;
	}
	return SYMBOL_FRAME_UNKNOWN;
}

static enum symbol_frame find_arm64_frame(const struct symbol_file *f, GElf_Addr address,
					  uint64_t file_offset, uint64_t *return_at)
{
	GElf_Addr bias = 0;
	Dwarf_CFI *cfi = dwfl_module_eh_cfi(f->module, &bias);
	enum symbol_frame found, by_stack = SYMBOL_FRAME_STACK;
	Dwarf_Frame *frame = NULL;

	if (!cfi || dwarf_cfi_addrframe(cfi, address - bias, &frame)) {
		by_stack = SYMBOL_FRAME_EITHER;
		cfi = dwfl_module_dwarf_cfi(f->module, &bias);
		if (!cfi || dwarf_cfi_addrframe(cfi, address - bias, &frame))
			return find_arm64_frame_by_code(f, file_offset, return_at);
	}
	found = read_arm64_frame(frame, return_at);
	free(frame);
	return found == SYMBOL_FRAME_STACK ? by_stack : found;
}

static enum symbol_frame find_frame(const struct symbol_file *f, GElf_Addr address,
				    uint64_t file_offset, uint64_t *return_at)
{
	GElf_Addr bias = 0;
	enum symbol_frame by_stack = SYMBOL_FRAME_STACK;
	int64_t offset = 0;
	uint64_t reg = 0;
	Dwarf_CFI *cfi;

	if (address && f->machine == EM_AARCH64)
		return find_arm64_frame(f, address, file_offset, return_at);
	if (!address || f->machine != EM_X86_64)
		return SYMBOL_FRAME_UNKNOWN;
	cfi = dwfl_module_eh_cfi(f->module, &bias);
	if (!read_cfa(cfi, address - bias, &reg, &offset)) {
		by_stack = SYMBOL_FRAME_EITHER;
		cfi = dwfl_module_dwarf_cfi(f->module, &bias);
		if (!read_cfa(cfi, address - bias, &reg, &offset))
			return SYMBOL_FRAME_UNKNOWN;
	}
	if (reg == X86_64_RBP)
		return SYMBOL_FRAME_POINTER;
	if (reg != X86_64_RSP || offset < 8)
		return SYMBOL_FRAME_UNKNOWN;
	*return_at = (uint64_t)offset - 8;	/* the return address is just below the CFA */
	return by_stack;
}

static const struct cached_symbol *look_up_cached(struct symbol_file *f, uint64_t file_offset)
{
	uint64_t slot = (file_offset ^ file_offset >> 8) & (CACHED_SYMBOLS - 1);
	struct cached_symbol *cached = &f->cached[slot];
	GElf_Addr address;

	if (cached->offset_plus_1 == file_offset + 1)
		return cached;
	address = offset_to_address(f, file_offset);
	free(cached->demangled);
	*cached = (struct cached_symbol){ .offset_plus_1 = file_offset + 1 };
	cached->name = find_function_name(f, address, &cached->symbol_offset);
	cached->demangled = cached->name ? demangle(cached->name) : NULL;
	cached->frame = find_frame(f, address, file_offset, &cached->return_at);
	return cached;
}

const char *symbol_name(struct symbol_file *f, uint64_t file_offset, uint64_t *symbol_offset)
{
	const struct cached_symbol *cached = look_up_cached(f, file_offset);

	*symbol_offset = cached->symbol_offset;
	return cached->name;
}

const char *symbol_demangled(struct symbol_file *f, uint64_t file_offset)
{
	return look_up_cached(f, file_offset)->demangled;
}

const struct source_places *symbol_places(struct symbol_file *f, uint64_t file_offset)
{
	GElf_Addr address = f->debug ? offset_to_address(f, file_offset) : 0;

	return address ? debug_info_find(f->debug, address - f->bias) : NULL;
}

enum symbol_frame symbol_frame_at(struct symbol_file *f, uint64_t file_offset, uint64_t *return_at)
{
	const struct cached_symbol *cached = look_up_cached(f, file_offset);

	*return_at = cached->return_at;
	return cached->frame;
}

/* Test for CALL rel32, or for CALL r/m64 (FF /2) in any of its lengths, before `end`. */
static bool ends_with_x86_call(const uint8_t *end, size_t before)
{
	static const uint8_t lengths[] = { 2, 3, 4, 6, 7 };

	if (before >= 5 && end[-5] == 0xe8)
		return true;
	for (unsigned i = 0; i < sizeof(lengths); i++)
		if (before >= lengths[i] && end[-lengths[i]] == 0xff &&
		    (end[1 - lengths[i]] >> 3 & 7) == 2)
			return true;
	return false;
}

bool symbol_follows_call(struct symbol_file *f, uint64_t file_offset)
{
	if (!f->bytes || file_offset > f->size)
		return false;
	if (f->machine == EM_X86_64 || f->machine == EM_386)
		return ends_with_x86_call(f->bytes + file_offset, file_offset);
	if (f->machine == EM_AARCH64)
		return arm64_follows_call(f->bytes, f->size, file_offset);
	return true;
}

bool symbol_follows_syscall(struct symbol_file *f, uint64_t file_offset)
{
	static const uint8_t x86_64[] = { 0x0f, 0x05 }, arm64[] = { 0x01, 0x00, 0x00, 0xd4 };
	const uint8_t *want = f->machine == EM_AARCH64 ? arm64 : x86_64;
	size_t len = f->machine == EM_AARCH64 ? sizeof(arm64) : sizeof(x86_64);

	if (!f->bytes || file_offset > f->size || file_offset < len ||
	    (f->machine != EM_AARCH64 && f->machine != EM_X86_64))
		return false;
	return !memcmp(f->bytes + file_offset - len, want, len);
}
