/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pod_logs.h"
#include "pod_names.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UID "0a1b2c3d-1111-2222-3333-444455556666"
#define PATH "/kubepods/burstable/pod" UID "/" ID

struct folders {
	char top[32], containers[64], pods[64];
};

static void make_folders(struct folders *f, struct pod_logs *p)
{
	snprintf(f->top, sizeof(f->top), "/tmp/test_pod_logs.XXXXXX");
	assert_non_null(mkdtemp(f->top));
	snprintf(f->containers, sizeof(f->containers), "%s/containers", f->top);
	snprintf(f->pods, sizeof(f->pods), "%s/pods", f->top);
	pod_logs_init(p);
	p->containers = f->containers;
	p->pods = f->pods;
}

static void make_entry(const char *folder, const char *name)
{
	char path[256];

	mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_folders(const struct folders *f)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", f->top);
	assert_int_equal(system(command), 0);
}

/* The kubelet names a container shortly after the pod, and both perhaps after the first look. */
static void test_pod_logs__what_comes_later_is_found(void **state)
{
	struct pod_logs p;
	struct folders f;
	uint64_t now = 1;

	(void)state;
	make_folders(&f, &p);
	assert_null(pod_logs_find_path(&p, PATH, now));
	make_entry(f.pods, "prod_web_" UID);
	assert_null(pod_logs_find_path(&p, PATH, now + POD_LOGS_LIST_NS - 1));
	now += POD_LOGS_LIST_NS;
	assert_string_equal(pod_logs_find_path(&p, PATH, now), "prod/web");
	make_entry(f.containers, "web_prod_nginx-" ID ".log");
	now += POD_LOGS_LIST_NS;
	assert_string_equal(pod_logs_find_path(&p, PATH, now), "prod/web/nginx");
	assert_null(pod_logs_find_path(&p, "/system.slice/web.service", now));
	remove_folders(&f);
	pod_logs_release(&p);
}

/* A folder with more entries than a host has pods. */
static void test_pod_logs__bounded(void **state)
{
	struct pod_logs p;
	struct folders f;
	char name[128];

	(void)state;
	make_folders(&f, &p);
	for (unsigned i = 0; i < POD_LOGS_MAX + 10; i++) {
		snprintf(name, sizeof(name), "prod_web_%08x-1111-2222-3333-444455556666", i);
		make_entry(f.pods, name);
	}
	pod_logs_find_path(&p, PATH, 1);
	assert_int_equal(p.nr, POD_LOGS_MAX);
	remove_folders(&f);
	pod_logs_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pod_logs__what_comes_later_is_found),
		cmocka_unit_test(test_pod_logs__bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
