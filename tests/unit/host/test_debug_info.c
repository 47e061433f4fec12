/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lines of this program, which says them itself, and files that have none. */
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols.h"

/* The offset in the file of the call, which is before the return address. */
__attribute__((noinline)) static uint64_t find_here(void)
{
	uint64_t address = (uint64_t)__builtin_return_address(0) - 1, base = 0;
	const ElfW(Phdr) *p = (const void *)getauxval(AT_PHDR);
	unsigned n = (unsigned)getauxval(AT_PHNUM);

	for (unsigned i = 0; i < n; i++)
		if (p[i].p_type == PT_PHDR)
			base = (uint64_t)p - p[i].p_vaddr;
	for (unsigned i = 0; i < n; i++)
		if (p[i].p_type == PT_LOAD && address - base >= p[i].p_vaddr &&
		    address - base - p[i].p_vaddr < p[i].p_filesz)
			return address - base - p[i].p_vaddr + p[i].p_offset;
	return 0;
}

static inline __attribute__((always_inline)) uint64_t find_inlined(int *line)
{
	*line = __LINE__; return find_here();
}

/* Skips the test if this build has no elfutils. */
static struct symbols *make_symbols(bool inlined)
{
	struct symbols *s = symbols_new(inlined);

	if (!s)
		skip();
	return s;
}

static struct symbol_file *open_this(struct symbols *s)
{
	struct symbol_key key = { .path = "/proc/self/exe", .tid = (uint32_t)getpid() };
	struct symbol_file *f = symbols_open(s, &key, open(key.path, O_RDONLY | O_CLOEXEC));

	assert_non_null(f);
	return f;
}

static void expect_file(const struct source_place *p)
{
	const char *name;

	assert_non_null(p->file);
	name = strrchr(p->file, '/');
	assert_string_equal(name ? name + 1 : p->file, "test_debug_info.c");
}

static void test_debug_info__a_call_has_its_line(void **state)
{
	struct symbols *s = make_symbols(false);
	struct symbol_file *f = open_this(s);
	const struct source_places *places;
	uint64_t offset;
	int line;

	(void)state;
	line = __LINE__; offset = find_here();
	for (unsigned i = 0; i < 2; i++) {	/* read, then remembered */
		places = symbol_places(f, offset);
		assert_non_null(places);
		assert_int_equal(places->nr, 1);
		assert_null(places->place[0].function);
		assert_int_equal(places->place[0].line, line);
		expect_file(&places->place[0]);
		assert_false(places->left_out);
	}
	symbols_free(s);
}

static void test_debug_info__an_inlined_function_comes_first(void **state)
{
	struct symbols *s = make_symbols(true);
	struct symbol_file *f = open_this(s);
	const struct source_places *places;
	uint64_t offset;
	int inner, line;

	(void)state;
	line = __LINE__; offset = find_inlined(&inner);
	places = symbol_places(f, offset);
	assert_non_null(places);
	assert_int_equal(places->nr, 2);
	assert_string_equal(places->place[0].function, "find_inlined");
	assert_int_equal(places->place[0].line, inner);
	assert_null(places->place[1].function);
	assert_int_equal(places->place[1].line, line);
	expect_file(&places->place[1]);
	symbols_free(s);
}

static void test_debug_info__an_address_without_code_has_none(void **state)
{
	struct symbols *s = make_symbols(true);
	struct symbol_file *f = open_this(s);
	const struct source_places *places = symbol_places(f, 1);

	(void)state;
	assert_true(!places || !places->nr);
	places = symbol_places(f, UINT64_MAX - 1);
	assert_true(!places || !places->nr);
	symbols_free(s);
}

static void test_debug_info__what_is_no_program_has_none(void **state)
{
	struct symbols *s = make_symbols(true);
	struct symbol_key key = { .path = "/x", .tid = 1 };
	int fd = memfd_create("x", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "\177ELF\2\1\1\0no more", 15), 15);
	assert_null(symbols_open(s, &key, fd));
	symbols_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debug_info__a_call_has_its_line),
		cmocka_unit_test(test_debug_info__an_inlined_function_comes_first),
		cmocka_unit_test(test_debug_info__an_address_without_code_has_none),
		cmocka_unit_test(test_debug_info__what_is_no_program_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
