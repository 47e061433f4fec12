/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* links: */
#include "unit.h"

#include "filter.h"

#define ONE_PORT(port) { .nr = 1, .range = { { (port), (port) } } }
#define PORTS_80_443 { .nr = 2, .range = { { 80, 80 }, { 443, 443 } } }

/* 10.0.0.1:443 with 203.0.113.200:51000 */
static const struct flow flow4 = {
	.local_addr = { 10, 0, 0, 1 }, .peer_addr = { 203, 0, 113, 200 },
	.local_port = 443, .peer_port = 51000, .netns = 4026531840u, .family = 4,
};

/* [2001:db8::1]:443 with [2001:db8:1::2]:51000 */
static const struct flow flow6 = {
	.local_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	.peer_addr = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 2 },
	.local_port = 443, .peer_port = 51000, .netns = 4026531840u, .family = 6,
};

static bool wants(struct filter f, const struct flow *w)
{
	return filter_matches_flow(&f, w);
}

static void test_filter__an_inactive_one_wants_everything(void **state)
{
	(void)state;
	assert_true(wants((struct filter){ .family = 6, .local_ports = ONE_PORT(1) },
			  &flow4));
}

static void test_filter__an_active_one_without_lists_wants_everything(void **state)
{
	(void)state;
	assert_true(wants((struct filter){ .active = 1 }, &flow4));
	assert_true(wants((struct filter){ .active = 1 }, &flow6));
}

static void test_filter__family(void **state)
{
	(void)state;
	assert_true(wants((struct filter){ .active = 1, .family = 4 }, &flow4));
	assert_false(wants((struct filter){ .active = 1, .family = 4 }, &flow6));
	assert_true(wants((struct filter){ .active = 1, .family = 6 }, &flow6));
}

static void test_filter__local_and_peer_ports_are_distinct(void **state)
{
	const struct filter local = { .active = 1, .local_ports = PORTS_80_443 };
	const struct filter remote = { .active = 1, .peer_ports = PORTS_80_443 };

	(void)state;
	assert_true(wants(local, &flow4));
	assert_false(wants(remote, &flow4));
}

static bool wants_local(__u16 first, __u16 last, __u16 port)
{
	struct flow w = flow4;

	w.local_port = port;
	return wants((struct filter){ .active = 1, .local_ports = { .nr = 1,
				      .range = { { first, last } } } }, &w);
}

static void test_filter__a_range_includes_its_ends(void **state)
{
	(void)state;
	assert_true(wants_local(8000, 8999, 8000));
	assert_true(wants_local(8000, 8999, 8999));
	assert_false(wants_local(8000, 8999, 7999));
	assert_false(wants_local(8000, 8999, 9000));
	assert_true(wants_local(1, 65535, 65535));
	assert_false(wants_local(1, 65535, 0));
}

static void test_filter__either_port(void **state)
{
	struct filter f = { .active = 1, .either_ports = ONE_PORT(51000) };

	(void)state;
	assert_true(wants(f, &flow4));
	f.either_ports.range[0] = (struct filter_range){ 443, 443 };
	assert_true(wants(f, &flow4));
	f.either_ports.range[0] = (struct filter_range){ 444, 444 };
	assert_false(wants(f, &flow4));
}

static void test_filter__unused_entries_of_a_list_do_not_match(void **state)
{
	struct flow w = flow4;

	(void)state;
	w.local_port = 0;
	assert_false(wants((struct filter){ .active = 1, .local_ports = ONE_PORT(80) },
			   &w));
	w.netns = 0;
	assert_false(wants((struct filter){ .active = 1, .nr_netns = 1, .netns = { 5 } }, &w));
}

static void test_filter__a_full_list_is_searched_to_its_end(void **state)
{
	struct filter f = { .active = 1, .local_ports.nr = FILTER_PORTS };

	(void)state;
	f.local_ports.range[FILTER_PORTS - 1] = (struct filter_range){ 443, 443 };
	assert_true(wants(f, &flow4));
}

static void test_filter__a_count_above_the_capacity_stays_within_it(void **state)
{
	struct filter f = { .active = 1, .local_ports.nr = 65535, .nr_netns = 255,
			    .nr_addrs = 255 };
	struct filter x = { .active = 1, .local_ports.nr_excluded = 65535,
			    .nr_excluded_netns = 255, .nr_excluded_addrs = 255 };

	(void)state;
	assert_false(wants(f, &flow4));
	assert_true(wants(x, &flow4));
}

static struct filter filter_by_addr(const __u8 *addr, unsigned bytes, __u8 family)
{
	struct filter f = { .active = 1, .nr_addrs = 1 };

	memcpy(f.addr[0].addr, addr, bytes);
	memset(f.addr[0].mask, 0xff, bytes);
	f.addr[0].family = family;
	return f;
}

static void test_filter__an_address_of_either_end(void **state)
{
	(void)state;
	assert_true(wants(filter_by_addr(flow4.local_addr, 4, 4), &flow4));
	assert_true(wants(filter_by_addr(flow4.peer_addr, 4, 4), &flow4));
	assert_true(wants(filter_by_addr(flow6.peer_addr, 16, 6), &flow6));
	assert_false(wants(filter_by_addr(flow6.peer_addr, 16, 6), &flow4));
}

static void test_filter__a_prefix(void **state)
{
	const __u8 other[16] = { 10, 1 };

	(void)state;
	assert_true(wants(filter_by_addr(other, 1, 4), &flow4));
	assert_false(wants(filter_by_addr(other, 2, 4), &flow4));
}

static void test_filter__the_empty_prefix_is_its_whole_family(void **state)
{
	(void)state;
	assert_true(wants(filter_by_addr(flow4.local_addr, 0, 4), &flow4));
	assert_false(wants(filter_by_addr(flow4.local_addr, 0, 4), &flow6));
}

static void test_filter__netns(void **state)
{
	const struct filter ours = { .active = 1, .nr_netns = 2, .netns = { 1, 4026531840u } };
	const struct filter theirs = { .active = 1, .nr_netns = 1, .netns = { 4026531841u } };

	(void)state;
	assert_true(wants(ours, &flow4));
	assert_false(wants(theirs, &flow4));
}

static void test_filter__excluded_ports(void **state)
{
	const struct filter server = { .active = 1, .local_ports = {
		.nr_excluded = 1, .excluded = { { 400, 500 } } } };
	const struct filter either = { .active = 1, .either_ports = {
		.nr_excluded = 1, .excluded = { { 51000, 51000 } } } };
	const struct filter both = { .active = 1, .local_ports = {
		.nr = 1, .range = { { 1, 1000 } }, .nr_excluded = 1, .excluded = { { 22, 22 } } } };
	struct flow w = flow4;

	(void)state;
	assert_false(wants(server, &flow4));
	assert_false(wants(either, &flow4));
	assert_true(wants(both, &flow4));
	w.local_port = 22;
	assert_false(wants(both, &w));
	w.local_port = 1001;
	assert_false(wants(both, &w));
	assert_true(wants(server, &w));
}

static void test_filter__excluded_addresses_and_namespaces(void **state)
{
	const struct filter by_netns = { .active = 1, .nr_excluded_netns = 2,
					 .excluded_netns = { 1, 4026531840u } };
	struct filter f = filter_by_addr(flow4.peer_addr, 2, 4);

	(void)state;
	f.excluded_addr[0] = f.addr[0];
	f.nr_excluded_addrs = 1;
	assert_false(wants(f, &flow4));
	f.nr_addrs = 0;
	assert_false(wants(f, &flow4));
	assert_true(wants(f, &flow6));
	assert_false(wants(by_netns, &flow4));
}

static void test_filter__different_kinds_must_all_match(void **state)
{
	struct filter f = filter_by_addr(flow4.local_addr, 4, 4);

	(void)state;
	f.local_ports = (struct filter_ports)ONE_PORT(443);
	assert_true(wants(f, &flow4));
	f.local_ports = (struct filter_ports)ONE_PORT(80);
	assert_false(wants(f, &flow4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter__an_inactive_one_wants_everything),
		cmocka_unit_test(test_filter__an_active_one_without_lists_wants_everything),
		cmocka_unit_test(test_filter__family),
		cmocka_unit_test(test_filter__local_and_peer_ports_are_distinct),
		cmocka_unit_test(test_filter__a_range_includes_its_ends),
		cmocka_unit_test(test_filter__either_port),
		cmocka_unit_test(test_filter__unused_entries_of_a_list_do_not_match),
		cmocka_unit_test(test_filter__a_full_list_is_searched_to_its_end),
		cmocka_unit_test(test_filter__a_count_above_the_capacity_stays_within_it),
		cmocka_unit_test(test_filter__an_address_of_either_end),
		cmocka_unit_test(test_filter__a_prefix),
		cmocka_unit_test(test_filter__the_empty_prefix_is_its_whole_family),
		cmocka_unit_test(test_filter__netns),
		cmocka_unit_test(test_filter__excluded_ports),
		cmocka_unit_test(test_filter__excluded_addresses_and_namespaces),
		cmocka_unit_test(test_filter__different_kinds_must_all_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
