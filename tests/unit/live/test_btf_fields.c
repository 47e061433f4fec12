/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "btf_fields.h"

/* Write types to a file, check it, and remove it. */
static int check_types(struct btf *types, struct btf_fields *f)
{
	char path[] = "/tmp/tcpclose-btf-XXXXXX";
	int fd = mkstemp(path), err;
	const void *data;
	__u32 size;

	assert_true(fd >= 0);
	data = btf__raw_data(types, &size);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
	err = btf_fields_check(f, path);
	unlink(path);
	btf__free(types);
	return err;
}

static void test_btf_fields__of_a_kernel_without_our_structs(void **state)
{
	struct btf_fields f;

	(void)state;
	assert_int_equal(check_types(btf__new_empty(), &f), 0);
	assert_true(f.read > 100);
	assert_int_equal(f.present, 0);
	assert_true(f.wrong > 50);
	assert_true(strlen(f.wrong_text) < sizeof(f.wrong_text));
	assert_non_null(strstr(f.wrong_text, " is missing; and "));
}

static void test_btf_fields__finds_a_member_of_an_anonymous_union(void **state)
{
	struct btf *types = btf__new_empty();
	int byte = btf__add_int(types, "u8", 1, 0), holder;
	struct btf_fields f;

	(void)state;
	btf__add_union(types, NULL, 2);
	btf__add_field(types, "skc_state", byte, 0, 0);
	holder = btf__add_struct(types, "sock_common", 8);
	assert_true(holder > 0);
	btf__add_field(types, "", holder - 1, 0, 0);
	assert_int_equal(check_types(types, &f), 0);
	assert_int_equal(f.present, 1);
	assert_null(strstr(f.wrong_text, "skc_state"));
}

static unsigned count_wrong(int bytes)
{
	struct btf *types = btf__new_empty();
	int number = btf__add_int(types, "number", (size_t)bytes, 0);
	struct btf_fields f;

	btf__add_struct(types, "sock_common", 8);
	btf__add_field(types, "skc_state", number, 0, 0);
	assert_int_equal(check_types(types, &f), 0);
	assert_int_equal(f.present, 1);
	return f.wrong;
}

static void test_btf_fields__counts_a_field_of_another_width(void **state)
{
	(void)state;
	assert_int_equal(count_wrong(8), count_wrong(1) + 1);
}

/* A forged file: a type that is itself, and an anonymous struct that contains itself. */
static void test_btf_fields__ends_with_types_that_lead_to_themselves(void **state)
{
	struct btf *types = btf__new_empty();
	struct btf_fields f;

	(void)state;
	btf__add_typedef(types, "file_ref_t", 1);
	btf__add_struct(types, "sock_common", 8);
	btf__add_field(types, "", 2, 0, 0);
	assert_int_equal(check_types(types, &f), 0);
	assert_int_equal(f.present, 0);
}

static void test_btf_fields__without_a_file(void **state)
{
	struct btf_fields f;

	(void)state;
	assert_int_equal(btf_fields_check(&f, "/no/such"), -ENOENT);
	assert_int_equal(f.read, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_btf_fields__of_a_kernel_without_our_structs),
		cmocka_unit_test(test_btf_fields__finds_a_member_of_an_anonymous_union),
		cmocka_unit_test(test_btf_fields__counts_a_field_of_another_width),
		cmocka_unit_test(test_btf_fields__ends_with_types_that_lead_to_themselves),
		cmocka_unit_test(test_btf_fields__without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
