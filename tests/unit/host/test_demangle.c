/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "demangle.h"
#include "read_clock.h"

static void expect_name(const char *mangled, const char *want)
{
	char *text = demangle(mangled);

	if (!want)
		assert_null(text);
	else
		assert_string_equal(text ? text : "(none)", want);
	free(text);
}

static void need_demangler(void)
{
	if (!demangler_is_built_in())
		skip();
}

/* The examples are those of the Itanium C++ ABI, 5.1, and what c++filt prints for them. */
static void test_demangle__names_of_cxx(void **state)
{
	(void)state;
	need_demangler();
	expect_name("_Z1fv", "f()");
	expect_name("_Z1fi", "f(int)");
	expect_name("_Z3foo3bar", "foo(bar)");
	expect_name("_Zrm1XS_", "operator%(X, X)");
	expect_name("_ZplR1XS0_", "operator+(X&, X&)");
	expect_name("_ZlsRK1XS1_", "operator<<(X const&, X const&)");
	expect_name("_ZN3FooIA4_iE3barE", "Foo<int [4]>::bar");
	expect_name("_Z5firstI3DuoEvS0_", "void first<Duo>(Duo)");
	expect_name("_ZN1N1fE", "N::f");
	expect_name("_ZTV4Pool", "vtable for Pool");
	expect_name("_ZN4PoolD2Ev.cold", "Pool::~Pool() [clone .cold]");
}

/* The examples are those of RFC 2603 and of rustc's documentation of its legacy names. */
static void test_demangle__names_of_rust(void **state)
{
	(void)state;
	need_demangler();
	expect_name("_RNvCs1234_7mycrate3foo", "mycrate::foo");
	expect_name("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo",
		    "<mycrate::Example>::foo");
	expect_name("_RINvNtC3std3mem8align_ofjdE", "std::mem::align_of::<usize, f64>");
	expect_name("_RNCNvC4main3foo0", "main::foo::{closure#0}");
	expect_name("_RNvC7mycrateu8gdel_5qa", "mycrate::g\xc3\xb6" "del");
	expect_name("_ZN4main4main17h0123456789abcdefE", "main::main");
	expect_name("_ZN61_$LT$std..net..TcpStream$u20$as$u20$core..ops..drop..Drop$GT$4drop"
		    "17h0123456789abcdefE",
		    "<std::net::TcpStream as core::ops::drop::Drop>::drop");
}

static void test_demangle__other_names_stay(void **state)
{
	(void)state;
	expect_name("close", NULL);
	expect_name("", NULL);
	expect_name("_", NULL);
	expect_name("_Z", NULL);
	expect_name("_R", NULL);
	expect_name("_ZN4main", NULL);
	expect_name("main.(*server).Close", NULL);
	expect_name("__GI___close", NULL);
}

static void expect_cut(const char *name)
{
	uint64_t from = read_clock_ns(CLOCK_MONOTONIC);
	char *text = demangle(name);

	assert_non_null(text);
	assert_int_equal(strlen(text), DEMANGLE_OUTPUT_MAX);
	assert_string_equal(text + DEMANGLE_OUTPUT_MAX - 3, "...");
	free(text);
	assert_true(read_clock_ns(CLOCK_MONOTONIC) - from < 100000000);
}

/* Each type refers twice to the one before, so that the last has 2^30 parts. */
static void test_demangle__a_name_that_grows_is_cut(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char cxx[DEMANGLE_INPUT_MAX] = "_Z1f1aIiiE";

	(void)state;
	need_demangler();
	for (unsigned i = 0; i < 30; i++)
		snprintf(cxx + strlen(cxx), sizeof(cxx) - strlen(cxx), "S_IS%c_S%c_E", digits[i],
			 digits[i]);
	expect_cut(cxx);
	expect_cut("_RINvC1a1bTiiETB7_B7_ETBb_Bb_ETBj_Bj_ETBr_Br_ETBz_Bz_ETBH_BH_ETBP_BP_ETBX_BX_E"
		   "TB15_B15_ETB1d_B1d_EE");
	/* The same with an identifier that is not ASCII, and that libiberty holds in memory */
	expect_cut("_RINvC1au8gdel_5qaTiiETBf_Bf_ETBj_Bj_ETBr_Br_ETBz_Bz_ETBH_BH_ETBP_BP_ETBX_BX"
		   "_ETB15_B15_ETB1d_B1d_ETB1n_B1n_EE");
}

/* 62^9 lifetimes, through which libiberty would count */
static void test_demangle__a_name_with_many_lifetimes_stays(void **state)
{
	(void)state;
	need_demangler();
	expect_name("_RIC0FG4_hEuE", "::<for<'a, 'b, 'c, 'd, 'e, 'f> fn(u8)>");
	expect_name("_RIC0FGzzzzzzzzz_hEuE", NULL);
	expect_name("_RIC0DGzzzzzzzzz_C1tEL_E", NULL);
	expect_name("_RNvNtC1a10MutexGuard4drop", "a::MutexGuard::drop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_demangle__names_of_cxx),
		cmocka_unit_test(test_demangle__names_of_rust),
		cmocka_unit_test(test_demangle__other_names_stay),
		cmocka_unit_test(test_demangle__a_name_that_grows_is_cut),
		cmocka_unit_test(test_demangle__a_name_with_many_lifetimes_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
