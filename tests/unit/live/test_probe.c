/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "probe.h"

static void test_probe__a_kernel_without_a_word_for_preemption_has_none(void **state)
{
	(void)state;
	assert_false(probe_version_has_preemption("#1 SMP Debian 5.10.223-1 (2024-08-10)"));
	assert_false(probe_version_has_preemption("#142-Ubuntu SMP Tue Jun 25 11:19:04 UTC 2024"));
}

static void test_probe__a_kernel_with_any_mode_of_preemption_may_preempt(void **state)
{
	(void)state;
	assert_true(probe_version_has_preemption("#1 SMP PREEMPT Wed Mar 5 10:00:00 UTC 2025"));
	assert_true(probe_version_has_preemption(
		"#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)"));
	assert_true(probe_version_has_preemption(
		"#1 SMP PREEMPT_RT Debian 6.12.117-1 (2026-11-12)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe__a_kernel_without_a_word_for_preemption_has_none),
		cmocka_unit_test(test_probe__a_kernel_with_any_mode_of_preemption_may_preempt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
