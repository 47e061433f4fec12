/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* links: src/container.o */
#include "unit.h"

#include "../../src/container.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INNER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static void expect_id(const char *path, const char *id)
{
	const char *found = container_id(path);

	if (!id) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_memory_equal(found, id, CONTAINER_ID_LEN);
}

static void test_container__names_of_the_engines(void **state)
{
	(void)state;
	expect_id("/system.slice/docker-" ID ".scope", ID);
	expect_id("/docker/" ID, ID);
	expect_id("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", ID);
	expect_id("/kubepods.slice/crio-" ID ".scope", ID);
	expect_id("/machine.slice/libpod-" ID ".scope/container", ID);
	expect_id("/kubepods/burstable/pod7/" ID, ID);
}

static void test_container__the_innermost_counts(void **state)
{
	(void)state;
	expect_id("/docker/" ID "/docker/" INNER, INNER);
}

static void test_container__other_cgroups_are_none(void **state)
{
	(void)state;
	expect_id("", NULL);
	expect_id("/", NULL);
	expect_id("/system.slice/nginx.service", NULL);
	expect_id("/docker/" ID "0", NULL);
	expect_id("/docker/0123", NULL);
	expect_id("/docker-" ID ".slice", NULL);
	expect_id("/crio-conmon-" ID ".scope", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container__names_of_the_engines),
		cmocka_unit_test(test_container__the_innermost_counts),
		cmocka_unit_test(test_container__other_cgroups_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
