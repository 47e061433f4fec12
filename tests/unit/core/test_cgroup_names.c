/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "cgroup_names.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INNER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static void expect_id(const char *path, const char *id)
{
	const char *found = cgroup_names_container(path);

	if (!id) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_memory_equal(found, id, CONTAINER_ID_LEN);
}

static void test_cgroup_names__names_of_the_engines(void **state)
{
	(void)state;
	expect_id("/system.slice/docker-" ID ".scope", ID);
	expect_id("/docker/" ID, ID);
	expect_id("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", ID);
	expect_id("/kubepods.slice/crio-" ID ".scope", ID);
	expect_id("/machine.slice/libpod-" ID ".scope/container", ID);
	expect_id("/kubepods/burstable/pod7/" ID, ID);
}

static void test_cgroup_names__the_innermost_counts(void **state)
{
	(void)state;
	expect_id("/docker/" ID "/docker/" INNER, INNER);
}

static void test_cgroup_names__other_cgroups_have_no_container(void **state)
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

static void expect_unit(const char *path, const char *unit)
{
	size_t len = 0;
	const char *found = cgroup_names_unit(path, &len);

	if (!unit) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_int_equal(len, strlen(unit));
	assert_memory_equal(found, unit, len);
}

static void test_cgroup_names__the_innermost_unit(void **state)
{
	(void)state;
	expect_unit("/system.slice/nginx.service", "nginx.service");
	expect_unit("/system.slice/nginx.service/worker", "nginx.service");
	expect_unit("/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
		    "x.service");
	expect_unit("/user.slice/user-1000.slice/session-3.scope", "session-3.scope");
	expect_unit("/system.slice/docker-" ID ".scope", "docker-" ID ".scope");
	expect_unit("/init.scope", "init.scope");
	expect_unit("/system.slice/_cgroup.x.service", "cgroup.x.service");
	expect_unit("/system.slice", NULL);
	expect_unit("/.service", NULL);
	expect_unit("/a.services", NULL);
	expect_unit("/", NULL);
	expect_unit("", NULL);
}

static void expect_pod(const char *path, const char *want)
{
	char uid[POD_UID_LEN];
	size_t len = cgroup_names_pod(path, uid);

	assert_int_equal(len, strlen(want));
	assert_memory_equal(uid, want, len);
}

static void test_cgroup_names__pods_of_both_cgroup_drivers(void **state)
{
	static const char dashes[] = "0a1b2c3d-1111-2222-3333-444455556666";
	static const char hash[] = "0123456789abcdef0123456789abcdef";

	(void)state;
	expect_pod("/kubepods/burstable/pod0a1b2c3d-1111-2222-3333-444455556666/" ID, dashes);
	expect_pod(
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_1111_2222_"
		"3333_444455556666.slice/cri-containerd-" ID ".scope",
		dashes);
	expect_pod("/kubepods.slice/kubepods-pod0a1b2c3d_1111_2222_3333_444455556666.slice",
		   dashes);
	expect_pod("/kind/kubepods/pod0123456789abcdef0123456789abcdef/" ID, hash);
	expect_pod("/machine.slice/pod0a1b2c3d-1111-2222-3333-444455556666", "");
	expect_pod("/kubepods/burstable/pod7/" ID, "");
	expect_pod("/kubepods/pod0a1b2c3d-1111-2222-3333-44445555666", "");
	expect_pod("/kubepods/pod0a1b2c3d-1111-2222-3333-4444555566667", "");
	expect_pod("/kubepods/pod0a1b2c3d-1111_2222-3333-444455556666", "");
	expect_pod("/kubepods/pod0123456789abcdef0123456789abcdefx", "");
	expect_pod("/kubepods", "");
	expect_pod("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroup_names__names_of_the_engines),
		cmocka_unit_test(test_cgroup_names__the_innermost_counts),
		cmocka_unit_test(test_cgroup_names__other_cgroups_have_no_container),
		cmocka_unit_test(test_cgroup_names__the_innermost_unit),
		cmocka_unit_test(test_cgroup_names__pods_of_both_cgroup_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
