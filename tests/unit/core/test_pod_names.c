/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "pod_names.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UID "0a1b2c3d-1111-2222-3333-444455556666"
#define STATIC_UID "b8c9f0c0d1e2f3a4b5c6d7e8f9a0b1c2"

typedef bool name_fn(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key);

static void expect_entry(name_fn *name, const char *entry, const char *want, const char *cgroup)
{
	char text[POD_NAMES_TEXT];
	uint64_t key;

	assert_int_equal(name(entry, text, &key), want != NULL);
	if (!want)
		return;
	assert_string_equal(text, want);
	assert_true(key && (key == pod_names_container_key(cgroup) ||
			    key == pod_names_pod_key(cgroup)));
}

static void test_pod_names__logs_of_containers(void **state)
{
	name_fn *name = pod_names_of_container_log;

	(void)state;
	expect_entry(name, "web-7d_prod_nginx-" ID ".log", "prod/web-7d/nginx", "/docker/" ID);
	expect_entry(name, "a.b-c_kube-system_side-car-2-" ID ".log",
		     "kube-system/a.b-c/side-car-2", "/docker/" ID);
	expect_entry(name, "web_prod_nginx-" ID, NULL, NULL);
	expect_entry(name, "web_prod_nginx-" ID ".log.1", NULL, NULL);
	expect_entry(name, "web_prod_nginx" ID ".log", NULL, NULL);
	expect_entry(name, "web_prod_-" ID ".log", NULL, NULL);
	expect_entry(name, "_prod_nginx-" ID ".log", NULL, NULL);
	expect_entry(name, "web_prod-" ID ".log", NULL, NULL);
	expect_entry(name, "web_pr\x1b[31mod_nginx-" ID ".log", NULL, NULL);
	expect_entry(name, "web_prod_nginx-0123.log", NULL, NULL);
	expect_entry(name, ".", NULL, NULL);
	expect_entry(name, "", NULL, NULL);
	expect_entry(name, "_", NULL, NULL);
	expect_entry(name, "__", NULL, NULL);
}

static void test_pod_names__folders_of_pods(void **state)
{
	name_fn *name = pod_names_of_pod_folder;

	(void)state;
	expect_entry(name, "prod_web-7d4b9_" UID, "prod/web-7d4b9", "/kubepods/pod" UID);
	expect_entry(name, "kube-system_etcd-node1_" STATIC_UID, "kube-system/etcd-node1",
		    "/kubepods/pod" STATIC_UID);
	expect_entry(name, UID, NULL, NULL);		/* Kubernetes before 1.14 */
	expect_entry(name, "prod_web_0a1b", NULL, NULL);
	expect_entry(name, "..", NULL, NULL);
}

/* A name that is too long for its text is refused. */
static void test_pod_names__long_names(void **state)
{
	char entry[1024], text[POD_NAMES_TEXT];
	uint64_t key;

	(void)state;
	for (unsigned len = POD_NAME_LEN - 1; len < POD_NAME_LEN + 2; len++) {
		memset(entry, 'x', len);
		strcpy(entry + len, "_prod_web-" ID ".log");
		assert_int_equal(pod_names_of_container_log(entry, text, &key),
				 len <= POD_NAME_LEN);
	}
}

static void test_pod_names__keys_of_a_cgroup(void **state)
{
	const char *both = "/kubepods/burstable/pod" UID "/" ID;
	uint64_t container = pod_names_container_key(both), pod = pod_names_pod_key(both);

	(void)state;
	assert_true(container && pod && container != pod);
	assert_true(pod_names_container_key("/docker/" ID) == container);
	assert_true(pod_names_pod_key(both + strlen("/kubepods/burstable")) != pod);
	assert_true(pod_names_pod_key("/kubepods.slice/kubepods-pod0a1b2c3d_1111_2222_3333_"
				      "444455556666.slice") == pod);
	assert_true(!pod_names_container_key("/system.slice/web.service"));
	assert_true(!pod_names_pod_key("/system.slice/web.service"));
}

static void expect_name(struct pod_name name, const char *want)
{
	if (!want) {
		assert_null(name.text);
		return;
	}
	assert_int_equal(name.len, strlen(want));
	assert_memory_equal(name.text, want, name.len);
}

static void test_pod_names__a_text_is_split(void **state)
{
	struct pod_names n = pod_names_split("prod/web/nginx");

	(void)state;
	expect_name(n.namespace, "prod");
	expect_name(n.pod, "web");
	expect_name(n.container, "nginx");
	n = pod_names_split("prod/web");
	expect_name(n.pod, "web");
	expect_name(n.container, NULL);
	n = pod_names_split("");
	expect_name(n.namespace, NULL);
	n = pod_names_split(NULL);
	expect_name(n.pod, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pod_names__logs_of_containers),
		cmocka_unit_test(test_pod_names__folders_of_pods),
		cmocka_unit_test(test_pod_names__long_names),
		cmocka_unit_test(test_pod_names__keys_of_a_cgroup),
		cmocka_unit_test(test_pod_names__a_text_is_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
