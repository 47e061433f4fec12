/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <linux/capability.h>

#include "diagnosis.h"
#include "view.h"

#define BIT(name) (UINT64_C(1) << CAP_##name)

static struct run_info meta;

/* Root, on a kernel with every feature. */
static struct diagnosis_facts healthy_facts(void)
{
	static const char *const hooks[] = { "state", "destroy", "reset_sent", "reset_late",
					     "reset_received", "fin_resent", "late" };

	memset(&meta, 0, sizeof(meta));
	strcpy(meta.kernel, "6.18.0");
	strcpy(meta.machine, "x86_64");
	for (unsigned i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		run_info_add_hook(&meta, hooks[i], "tp_btf");
	run_info_add_hook(&meta, "calls", "fentry");
	run_info_add_hook(&meta, "walk", "iter");
	run_info_add_hook(&meta, "tree", "tp_btf");
	return (struct diagnosis_facts){
		.meta = &meta,
		.memlock_needed = 10 << 20,
		.caps = UINT64_MAX,
		.kernel = { ABILITY_YES, ABILITY_YES, ABILITY_YES, ABILITY_YES, ABILITY_YES,
			    ABILITY_YES,
			    ABILITY_NO, ABILITY_NO },
		.host = { .lockdown = "none", .unprivileged_bpf = 2, .cgroup2 = true,
			  .tracefs = true,
			  .memlock_bytes = 8 << 20 },
		.fields = { .known = true, .read = 169, .present = 159, .wrong = "" },
		.getppid_ns = { 80, 81 },
		.close_ns = { 600, 700 },
	};
}

static const struct finding *find_finding(const struct diagnosis *h, const char *name)
{
	for (unsigned i = 0; i < h->nr; i++)
		if (!strcmp(h->finding[i].name, name))
			return &h->finding[i];
	fail_msg("no finding '%s'", name);
	return NULL;
}

static void expect_finding(const struct diagnosis_facts *f, const char *name, const char *level,
			   const char *value)
{
	const struct finding *found;
	struct diagnosis h;

	diagnosis_make(&h, f);
	found = find_finding(&h, name);
	assert_string_equal(diagnosis_level_name(found->level), level);
	assert_string_equal(found->value, value);
}

static void test_diagnosis__all_is_well(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	diagnosis_make(&h, &f);
	assert_true(h.can_trace && !h.why_not);
	assert_int_equal(diagnosis_count(&h, DIAGNOSIS_OK), h.nr);
	assert_true(h.nr < DIAGNOSIS_MAX - 1);
	for (unsigned i = 0; i < h.nr; i++) {
		assert_non_null(h.finding[i].about);
		assert_null(h.finding[i].fix);
	}
}

static void test_diagnosis__a_cost_applies_only_to_the_measured_method(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	diagnosis_make(&h, &f);
	assert_int_equal(find_finding(&h, "late")->cost_source, COST_BENCHMARK);
	assert_int_equal(find_finding(&h, "calls")->cost_source, COST_MEASURED);
	assert_string_equal(find_finding(&h, "calls")->cost,
			    "getppid() 80 -> 81 ns, open and close of a file 600 -> 700 ns");
	meta.hook[6].how = "fexit";	/* late: attached in a way that was not benchmarked */
	f.close_ns[1] = 0;
	diagnosis_make(&h, &f);
	assert_string_equal(find_finding(&h, "late")->cost, "");
	assert_int_equal(find_finding(&h, "late")->cost_source, COST_UNKNOWN);
	assert_string_equal(find_finding(&h, "calls")->cost, "");
	f.getppid_ns[0] = f.getppid_ns[1] = f.close_ns[0] = f.close_ns[1] = UINT64_MAX;
	diagnosis_make(&h, &f);
	assert_true(strlen(find_finding(&h, "calls")->cost) < DIAGNOSIS_COST);
}

static void test_diagnosis__how_calls_are_watched(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	meta.hook[7].how = "tracepoint";
	diagnosis_make(&h, &f);
	assert_int_equal(find_finding(&h, "calls")->level, DIAGNOSIS_OK);
	assert_non_null(strstr(find_finding(&h, "calls")->fix, "slower"));
	meta.hook[7].how = "inline";
	expect_finding(&f, "calls", "limited", "inline");
	f.kernel.fentry = ABILITY_NO;
	expect_finding(&f, "fentry", "limited", "no");
	expect_finding(&f, "tracepoints", "ok", "yes");
	f.kernel.tracepoint = ABILITY_NO;
	expect_finding(&f, "tracepoints", "ok", "no");	/* kprobes are available */
	f.kernel.kprobe = ABILITY_NO;
	expect_finding(&f, "tracepoints", "limited", "no");
}

static void test_diagnosis__hooks_that_are_missing(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	meta.nr_hooks = 0;
	f.attach_err = -EOPNOTSUPP;
	f.attach_why = "this kernel does not";
	expect_finding(&f, "state", "missing", "none");
	expect_finding(&f, "late", "limited", "none");
	diagnosis_make(&h, &f);
	assert_false(h.can_trace);
	assert_string_equal(h.why_not, "this kernel does not");
	assert_non_null(find_finding(&h, "late")->fix);
	f.attach_err = -EPERM;	/* the cause is unknown */
	expect_finding(&f, "state", "unknown", "");
	expect_finding(&f, "walk", "unknown", "");
}

static void test_diagnosis__an_unknown_fact_is_not_a_fault(void **state)
{
	struct diagnosis_facts f = healthy_facts();

	(void)state;
	memset(&f.kernel, 0, sizeof(f.kernel));
	f.kernel.btf = ABILITY_YES;
	expect_finding(&f, "fentry", "unknown", "");
	expect_finding(&f, "detach", "unknown", "");
	f.host.unprivileged_bpf = -1;
	expect_finding(&f, "unprivileged_bpf", "ok", "");
}

static void test_diagnosis__a_kernel_on_which_detaching_may_hang(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	f.kernel.detach_may_block = ABILITY_YES;
	expect_finding(&f, "detach", "limited", "may hang");
	diagnosis_make(&h, &f);
	assert_non_null(strstr(find_finding(&h, "detach")->fix, "--calls inline"));
}

static void test_diagnosis__fields_that_a_kernel_lacks(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct diagnosis h;

	(void)state;
	expect_finding(&f, "fields", "ok", "159 of 169");
	f.fields.wrong = "struct sock: sk_err is missing";
	expect_finding(&f, "fields", "missing", "159 of 169");
	diagnosis_make(&h, &f);
	assert_string_equal(find_finding(&h, "fields")->impact, f.fields.wrong);
	f.fields.known = false;
	expect_finding(&f, "fields", "unknown", "");
}

static void test_diagnosis__memory_that_may_be_locked(void **state)
{
	struct diagnosis_facts f = healthy_facts();

	(void)state;
	f.caps &= ~BIT(SYS_RESOURCE);
	expect_finding(&f, "RLIMIT_MEMLOCK", "ok", "8192 KiB");
	f.kernel.counts_memlock = ABILITY_YES;
	expect_finding(&f, "RLIMIT_MEMLOCK", "missing", "8192 KiB");
	f.kernel.counts_memlock = ABILITY_UNKNOWN;
	expect_finding(&f, "RLIMIT_MEMLOCK", "unknown", "8192 KiB");
	f.host.memlock_bytes = UINT64_MAX;
	expect_finding(&f, "RLIMIT_MEMLOCK", "ok", "no limit");
	f.host.memlock_bytes = 64 << 10;
	f.caps |= BIT(SYS_RESOURCE);
	expect_finding(&f, "RLIMIT_MEMLOCK", "ok", "64 KiB");
}

static void test_diagnosis__capabilities(void **state)
{
	struct diagnosis_facts f = healthy_facts();

	(void)state;
	f.caps = BIT(SYS_ADMIN);	/* sufficient before 5.8, and still accepted */
	expect_finding(&f, "CAP_BPF", "ok", "SYS_ADMIN");
	expect_finding(&f, "CAP_PERFMON", "ok", "SYS_ADMIN");
	f.caps = BIT(BPF);
	expect_finding(&f, "CAP_BPF", "ok", "yes");
	expect_finding(&f, "CAP_PERFMON", "missing", "no");
	expect_finding(&f, "CAP_SYS_ADMIN", "limited", "no");
	expect_finding(&f, "CAP_SYS_PTRACE", "limited", "no");
	expect_finding(&f, "CAP_DAC_READ_SEARCH", "limited", "no");
}

static void test_diagnosis__the_place_of_the_process(void **state)
{
	struct diagnosis_facts f = healthy_facts();

	(void)state;
	strcpy(f.host.lockdown, "confidentiality");
	expect_finding(&f, "lockdown", "missing", "confidentiality");
	strcpy(f.host.lockdown, "integrity");
	expect_finding(&f, "lockdown", "ok", "integrity");
	f.host.own_pid_ns = f.host.own_user_ns = true;
	f.host.hidepid = 2;
	f.host.cgroup1 = true;
	f.host.cgroup2 = false;
	expect_finding(&f, "pid namespace", "limited", "own");
	expect_finding(&f, "user namespace", "missing", "own");
	expect_finding(&f, "hidepid", "limited", "on");
	expect_finding(&f, "cgroups", "limited", "v1");
}

/* With every finding: 80 columns, no line ends in a blank, no text is lost. */
static void test_diagnosis__its_text_fits(void **state)
{
	struct diagnosis_facts f = healthy_facts();
	struct buf out = { 0 };
	struct view_context v = { .out = &out, .meta = &meta };
	unsigned column = 0;
	struct diagnosis h;

	(void)state;
	meta.nr_hooks = 0;
	memset(meta.kernel, 'k', sizeof(meta.kernel) - 1);
	f.caps = 0;
	f.attach_err = -EOPNOTSUPP;
	f.attach_why =
		"this kernel shows no type information at /sys/kernel/btf/vmlinux: it must be "
		"built with CONFIG_DEBUG_INFO_BTF, and /sys mounted";
	f.kernel = (struct diagnosis_kernel){ .detach_may_block = ABILITY_YES,
					      .counts_memlock = ABILITY_YES };
	f.host = (struct diagnosis_host){ .lockdown = "confidentiality", .own_pid_ns = true,
				       .own_user_ns = true, .hidepid = 4 };
	diagnosis_make(&h, &f);
	view_doctor.doctor(&v, &h);
	assert_false(out.failed);
	for (size_t i = 0; i < out.len; i++) {
		if (out.data[i] == '\n')
			assert_true(i == 0 || out.data[i - 1] != ' ');
		column = out.data[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 80);
	}
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data, "cannot trace here.\nWhy: this kernel shows"));
	assert_non_null(strstr(
		out.data, " !! CAP_BPF             no          to load BPF programs\n"
			  "                                    without: tracing is impossible\n"
			  "                                    do: sudo tcpclose; or sudo setcap"));
	buf_release(&out);
}

static void test_diagnosis__its_json(void **state)
{
	struct diagnosis h = { .can_trace = true, .nr = 1 };
	struct buf out = { 0 };
	struct view_context v = { .out = &out, .meta = &meta };

	(void)state;
	h.finding[0] = (struct finding){ .group = DIAGNOSIS_HOOK, .level = DIAGNOSIS_LIMITED,
					 .name = "late",
					 .value = "a\"b", .about = "segments", .cost = "1 ns",
					 .cost_source = COST_BENCHMARK };
	json_print_doctor(&v, &h);
	expect_text(
		&out,
		"{\"kind\":\"doctor\",\"schema\":1,\"group\":\"hook\",\"name\":\"late\","
		"\"status\":\"limited\",\"value\":\"a\\\"b\",\"about\":\"segments\","
		"\"without\":null,"
		"\"cost\":\"1 ns\",\"cost_source\":\"benchmark\",\"mend\":null}\n"
		"{\"kind\":\"summary\",\"schema\":1,\"can_trace\":true,\"why\":null,\"ok\":0,"
		"\"limited\":1,\"missing\":0,\"unknown\":0}\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diagnosis__all_is_well),
		cmocka_unit_test(test_diagnosis__a_cost_applies_only_to_the_measured_method),
		cmocka_unit_test(test_diagnosis__how_calls_are_watched),
		cmocka_unit_test(test_diagnosis__hooks_that_are_missing),
		cmocka_unit_test(test_diagnosis__an_unknown_fact_is_not_a_fault),
		cmocka_unit_test(test_diagnosis__a_kernel_on_which_detaching_may_hang),
		cmocka_unit_test(test_diagnosis__fields_that_a_kernel_lacks),
		cmocka_unit_test(test_diagnosis__memory_that_may_be_locked),
		cmocka_unit_test(test_diagnosis__capabilities),
		cmocka_unit_test(test_diagnosis__the_place_of_the_process),
		cmocka_unit_test(test_diagnosis__its_text_fits),
		cmocka_unit_test(test_diagnosis__its_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
