/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stacks of arm64, from registers and a program that are made here. The test maps the program, so
 * that its own memory map has it, and runs none of its code: it works on each machine.
 */
#include <elf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array.h"
#include "own_memory.h"
#include "symbolize.h"

#define SVC 0xd4000001
#define RET 0xd65f03c0
#define BL 0x94000000
#define NOP 0xd503201f
#define AUTIASP 0xd50323bf
#define LOAD_RECORD 0xa8c27bfd		/* ldp x29, x30, [sp], #32 */
#define LOAD_LINK 0xf84107fe		/* ldr x30, [sp], #16 */

#define PAC 0x2a7f000000000000ULL	/* bit 55 selects kernel addresses and is not part of it */
#define PAGE 4096

/* Each has four instructions. A system call is the first of those that make one. */
enum function { SIGNED, RECORD, ALONE, BARE, BARE_RECORD, BARE_ALONE, CALLER, OUTER, FUNCTIONS };

static const char *const names[] = { "signed", "record", "alone", "bare", "bare_record",
				     "bare_alone", "caller", "outer" };

static const uint32_t code[FUNCTIONS][4] = {
	[SIGNED] = { SVC, AUTIASP, RET, NOP },
	[RECORD] = { SVC, LOAD_RECORD, RET, NOP },
	[ALONE] = { SVC, LOAD_LINK, BL, RET },
	[BARE] = { SVC, AUTIASP, RET, NOP },
	[BARE_RECORD] = { SVC, LOAD_RECORD, RET, NOP },
	[BARE_ALONE] = { SVC, LOAD_LINK, RET, NOP },
	[CALLER] = { BL, NOP, BL, NOP },
	[OUTER] = { BL, NOP, BL, NOP },
};

#define FRAME_RECORD 0x0e, 32, 0x80 | 29, 4, 0x80 | 30, 3
#define FRAME_ALONE 0x0e, 16, 0x80 | 30, 2

/* DW_CFA_def_cfa_offset and DW_CFA_offset, in units of -8; DW_CFA_AARCH64_negate_ra_state */
static const uint8_t tables[FUNCTIONS][8] = {
	[SIGNED] = { 0x2d },
	[RECORD] = { FRAME_RECORD },
	[ALONE] = { FRAME_ALONE },
	[CALLER] = { FRAME_RECORD },
	[OUTER] = { FRAME_RECORD },
};

struct fde {
	uint32_t length, cie_pointer;
	uint64_t start, size;
	uint8_t code[8];
} __attribute__((packed));

/* The contents of .eh_frame and, but for the references to the CIE, of .debug_frame */
struct tables {
	struct cie {
		uint32_t length, id;
		/* version 1, no augmentation, code in units of 4, data of -8, return in x30 */
		uint8_t head[5];
		uint8_t code[7];	/* DW_CFA_def_cfa sp, 0 */
	} cie;
	struct fde fde[5];
	uint32_t end;
} __attribute__((packed));

enum section { NONE, TEXT, TABLES, SYMTAB, STRTAB, SHSTRTAB, SECTIONS };

struct program {
	Elf64_Ehdr head;
	Elf64_Phdr load, notes;
	uint32_t code[FUNCTIONS][4];
	struct tables tables;
	struct {
		Elf64_Nhdr head;
		char name[4];
		uint8_t id[20];
	} build_id;
	Elf64_Sym symbols[1 + FUNCTIONS];
	char strings[128], section_names[64];
	Elf64_Shdr sections[SECTIONS];
};

static uint32_t add_string(char *strings, size_t *len, const char *s)
{
	size_t at = *len;

	memcpy(strings + at, s, strlen(s) + 1);
	*len += strlen(s) + 1;
	return (uint32_t)at;
}

static void fill_tables(struct tables *e, bool debug)
{
	size_t nr = 0;

	e->cie = (struct cie){ sizeof(e->cie) - 4, debug ? UINT32_MAX : 0,
			       { 1, 0, 4, 0x78, 30 }, { 0x0c, 31, 0 } };
	for (unsigned i = 0; i < FUNCTIONS; i++) {
		struct fde *f = &e->fde[nr];

		if (!tables[i][0])
			continue;
		assert_true(nr++ < COUNT(e->fde));
		f->length = sizeof(*f) - 4;
		f->cie_pointer = debug ? 0 : (uint32_t)((uint8_t *)&f->cie_pointer - (uint8_t *)e);
		f->start = offsetof(struct program, code) + i * sizeof(code[0]);
		f->size = sizeof(code[0]);
		memcpy(f->code, tables[i], sizeof(f->code));
	}
	assert_int_equal(nr, COUNT(e->fde));
}

#define PART(field) offsetof(struct program, field), sizeof(((struct program *)0)->field)

static Elf64_Shdr make_section(uint32_t type, uint64_t flags, uint64_t offset, uint64_t size)
{
	return (Elf64_Shdr){ .sh_type = type, .sh_flags = flags, .sh_addr = flags ? offset : 0,
			     .sh_offset = offset, .sh_size = size, .sh_addralign = 1 };
}

static void fill_sections(struct program *p, bool debug)
{
	const char *const section_names[] = { "", ".text", debug ? ".debug_frame" : ".eh_frame",
					      ".symtab", ".strtab", ".shstrtab" };
	size_t len = 0;

	p->sections[TEXT] = make_section(SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, PART(code));
	p->sections[TABLES] = make_section(SHT_PROGBITS, debug ? 0 : SHF_ALLOC, PART(tables));
	p->sections[SYMTAB] = make_section(SHT_SYMTAB, 0, PART(symbols));
	p->sections[SYMTAB].sh_link = STRTAB;
	p->sections[SYMTAB].sh_info = 1;
	p->sections[SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	p->sections[STRTAB] = make_section(SHT_STRTAB, 0, PART(strings));
	p->sections[SHSTRTAB] = make_section(SHT_STRTAB, 0, PART(section_names));
	for (unsigned i = 0; i < SECTIONS; i++)
		p->sections[i].sh_name = add_string(p->section_names, &len, section_names[i]);
}

static void fill_program(struct program *p, bool debug)
{
	size_t len = 1;

	memset(p, 0, sizeof(*p));
	p->head = (Elf64_Ehdr){ .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
					     EV_CURRENT },
				.e_type = ET_DYN, .e_machine = EM_AARCH64, .e_version = EV_CURRENT,
				.e_phoff = offsetof(struct program, load),
				.e_shoff = offsetof(struct program, sections),
				.e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
				.e_phnum = 2, .e_shentsize = sizeof(Elf64_Shdr),
				.e_shnum = SECTIONS, .e_shstrndx = SHSTRTAB };
	p->load = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_align = PAGE,
				.p_filesz = sizeof(*p), .p_memsz = sizeof(*p) };
	p->notes = (Elf64_Phdr){ .p_type = PT_NOTE, .p_flags = PF_R, .p_align = 4,
				 .p_offset = offsetof(struct program, build_id),
				 .p_vaddr = offsetof(struct program, build_id),
				 .p_filesz = sizeof(p->build_id), .p_memsz = sizeof(p->build_id) };
	p->build_id.head = (Elf64_Nhdr){ 4, sizeof(p->build_id.id), NT_GNU_BUILD_ID };
	memcpy(p->build_id.name, "GNU", 4);
	memset(p->build_id.id, 0xa6, sizeof(p->build_id.id));
	memcpy(p->code, code, sizeof(code));
	fill_tables(&p->tables, debug);
	for (unsigned i = 0; i < FUNCTIONS; i++)
		p->symbols[1 + i] = (Elf64_Sym){
			.st_name = add_string(p->strings, &len, names[i]),
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = TEXT,
			.st_value = offsetof(struct program, code) + i * sizeof(code[0]),
			.st_size = sizeof(code[0]) };
	fill_sections(p, debug);
}

struct fixture {
	char path[64];
	const uint8_t *base;	/* where the program is mapped */
	struct symbolizer *symbolizer;
	struct buf text;
};

static int set_up_with(void **state, bool debug)
{
	static struct fixture x;
	struct program p;
	int fd;

	*state = &x;
	x = (struct fixture){ .path = "/tmp/tcpclose-unit-XXXXXX",
			      .symbolizer = symbolizer_new(false) };
	fd = mkstemp(x.path);
	assert_true(fd >= 0);
	fill_program(&p, debug);
	assert_int_equal(write(fd, &p, sizeof(p)), sizeof(p));
	x.base = mmap(NULL, sizeof(p), PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_true(x.base != MAP_FAILED);
	close(fd);
	return 0;
}

static int set_up(void **state)
{
	return set_up_with(state, false);
}

static int set_up_debug(void **state)
{
	return set_up_with(state, true);
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	munmap((void *)x->base, sizeof(struct program));
	unlink(x->path);
	symbolizer_free(x->symbolizer);
	buf_release(&x->text);
	return 0;
}

/* The address after an instruction of a function: after a system call, or where a call returns. */
static uint64_t address_after(const struct fixture *x, enum function f, unsigned nr)
{
	return (uint64_t)(uintptr_t)x->base + offsetof(struct program, code) + f * sizeof(code[0]) +
	       4 * (nr + 1);
}

/* A stack: the function with the system call, and outer, whose call is its second. */
static struct stack make_stack(const struct fixture *x, enum function f)
{
	struct memory_id id = own_id();

	return (struct stack){
		.ts_ns = 1, .sp = 4096, .pid = (uint32_t)getpid(), .tid = (uint32_t)getpid(),
		.start_code = id.start_code, .end_code = id.end_code, .start_stack = id.start_stack,
		.words = STACK_WORDS, .has_link = 1, .frames = 2,
		.frame = { address_after(x, f, 0), address_after(x, OUTER, 2) } };
}

/*
 * Check the names of the frames, which are separated by spaces, and whether callers are reported as
 * left out.
 */
static void expect_stack(struct fixture *x, const struct stack *s, const char *functions, bool gaps)
{
	struct buf found = { 0 };
	char *line, *rest;

	if (!x->symbolizer)
		skip();		/* built without elfutils */
	buf_reset(&x->text);
	symbolizer_append_text(x->symbolizer, s, &x->text);
	buf_char(&x->text, '\0');
	if (strstr(x->text.data, "another pid namespace"))
		skip();
	assert_int_equal(strstr(x->text.data, "callers may be left out") != NULL, gaps);
	for (line = strtok_r(x->text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *field = line, *name = NULL;

		for (unsigned i = 0; i < 4 && field; i++)
			name = strsep(&field, "\t");
		if (*line == '!' || !field)
			continue;
		buf_str(&found, found.len ? " " : "");
		buf_str(&found, name);
	}
	expect_text(&found, functions);
	buf_release(&found);
}

static void test_symbolize_arm64__the_link_register_has_the_caller(void **state)
{
	static const enum function functions[] = { SIGNED, BARE };
	struct fixture *x = *state;

	for (unsigned i = 0; i < COUNT(functions); i++) {
		struct stack s = make_stack(x, functions[i]);

		s.lr = address_after(x, CALLER, 0);
		expect_stack(x, &s, i ? "bare caller outer" : "signed caller outer", false);
	}
}

/* A recursion through one call: the same address twice, and both frames are there. */
static void test_symbolize_arm64__the_link_register_repeats_the_next_frame(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, SIGNED);

	s.lr = s.frame[1];
	expect_stack(x, &s, "signed outer outer", false);
}

static void test_symbolize_arm64__authentication_codes_are_no_addresses(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, SIGNED);

	s.lr = address_after(x, CALLER, 0) | PAC;
	s.frame[1] |= PAC;
	expect_stack(x, &s, "signed caller outer", false);
	s.frame[0] = address_after(x, ALONE, 0);
	s.word[0] = s.lr;
	expect_stack(x, &s, "alone caller outer", false);
}

/* With several threads libc's close() calls a function first, and then x30 is in close() itself. */
static void test_symbolize_arm64__a_stale_link_register_is_no_caller(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, RECORD);

	s.lr = address_after(x, CALLER, 0);
	expect_stack(x, &s, "record outer", false);
	s.frame[0] = address_after(x, BARE_RECORD, 0);
	expect_stack(x, &s, "bare_record outer", false);
}

static void test_symbolize_arm64__what_follows_no_call_is_no_caller(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, SIGNED);

	s.lr = address_after(x, CALLER, 1);
	expect_stack(x, &s, "signed outer", true);
	s.lr = 0;
	expect_stack(x, &s, "signed outer", true);
}

static void test_symbolize_arm64__a_kernel_of_x86_knows_no_link_register(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, SIGNED);

	s.has_link = 0;
	expect_stack(x, &s, "signed outer", true);
}

/* Without a frame pointer, and its address is on the stack: where, only a table knows. */
static void test_symbolize_arm64__a_caller_on_the_stack(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, ALONE);

	s.word[0] = address_after(x, CALLER, 0);
	expect_stack(x, &s, "alone caller outer", false);
	s.frame[0] = address_after(x, BARE_ALONE, 0);
	s.lr = s.word[0];
	expect_stack(x, &s, "bare_alone outer", true);
}

/* Go has .debug_frame alone, which locates by the stack pointer what has a frame pointer too. */
static void test_symbolize_arm64__tables_of_go(void **state)
{
	struct fixture *x = *state;
	struct stack s = make_stack(x, SIGNED);

	s.lr = address_after(x, CALLER, 0);
	expect_stack(x, &s, "signed caller outer", false);
	s.frame[0] = address_after(x, ALONE, 0);
	s.word[0] = s.frame[1];
	expect_stack(x, &s, "alone outer", false);
	s.frame[1] = address_after(x, ALONE, 2);
	s.frame[2] = address_after(x, OUTER, 2);
	s.frame[0] = address_after(x, RECORD, 0);
	s.frames = 3;
	expect_stack(x, &s, "record alone outer", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_symbolize_arm64__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_link_register_has_the_caller),
		TEST(the_link_register_repeats_the_next_frame),
		TEST(authentication_codes_are_no_addresses),
		TEST(a_stale_link_register_is_no_caller),
		TEST(what_follows_no_call_is_no_caller),
		TEST(a_kernel_of_x86_knows_no_link_register),
		TEST(a_caller_on_the_stack),
		cmocka_unit_test_setup_teardown(test_symbolize_arm64__tables_of_go, set_up_debug,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
