/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "port_use.h"

#define FIRST 1000	/* of a pool of 100 ports */

static const struct filter no_filter;

static struct port_pool a_pool(void)
{
	struct port_pool p = { 0 };

	assert_true(port_pool_set_range(&p, "1000 1099"));
	return p;
}

static void set_up(struct port_use *u)
{
	const struct port_pool pool = a_pool();

	port_use_init(u, 1000);
	assert_true(port_use_add_netns(u, 7, &pool));
}

/* From 10.0.0.1 to 10.0.0.peer:80. */
static struct flow a_flow(uint8_t peer, uint16_t local_port)
{
	return (struct flow){ .family = 4, .netns = 7, .local_addr = { 10, 0, 0, 1 },
			      .peer_addr = { 10, 0, 0, peer }, .local_port = local_port,
			      .peer_port = 80 };
}

/* n sockets in TIME_WAIT for age_s, from the port on. Returns the next port. */
static uint16_t add_time_wait(struct port_use *u, uint16_t port, unsigned n, unsigned age_s)
{
	for (unsigned i = 0; i < n; i++, port++) {
		const struct flow w = a_flow(9, port);

		port_use_add(u, &w, true, (PORT_TIME_WAIT_S - age_s) * 1000 - 500);
	}
	return port;
}

static void test_port_use__ports_are_counted_by_destination(void **state)
{
	struct flow w;
	struct port_use u;

	(void)state;
	set_up(&u);
	for (uint16_t i = 0; i < 30; i++) {
		w = a_flow(i % 3 ? 9 : 8, FIRST + i);
		port_use_add(&u, &w, i % 2, 30000);
	}
	port_use_add(&u, &w, false, 0);		/* the same port once more: the kernel's table moved */
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.nr, 2);
	assert_int_equal(u.dest[0].peer_addr[3], 9);
	assert_int_equal(u.dest[0].used, 20);
	assert_int_equal(u.dest[0].usable, 100);
	assert_int_equal(u.dest[0].netns, 7);
	assert_int_equal(port_dest_percent(&u.dest[0]), 20);
	assert_int_equal(u.dest[1].used, 10);
	assert_int_equal(u.dest[1].time_wait, 5);
	assert_int_equal(u.dest[1].recent, 0);
	assert_false(u.dest[0].runs_out);
	port_use_release(&u);
}

/* Ten per second for five seconds: 50 are used, and 50 more last for 5 s. */
static void test_port_use__the_rate_exhausts_what_is_left(void **state)
{
	uint16_t port = FIRST;
	struct port_use u;

	(void)state;
	set_up(&u);
	for (unsigned age = 0; age < 5; age++)
		port = add_time_wait(&u, port, 10, age);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.dest[0].recent, 50);
	assert_true(u.dest[0].runs_out);
	assert_int_equal(u.dest[0].exhausted_s, 5);
	port_use_release(&u);
}

/* One per second for a minute: as many expire as are made. */
static void test_port_use__a_steady_rate_exhausts_nothing(void **state)
{
	uint16_t port = FIRST;
	struct port_use u;

	(void)state;
	set_up(&u);
	for (unsigned age = 0; age < PORT_TIME_WAIT_S; age++)
		port = add_time_wait(&u, port, 1, age);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.dest[0].time_wait, 60);
	assert_int_equal(u.dest[0].recent, 5);
	assert_false(u.dest[0].runs_out);
	port_use_release(&u);
}

/* The rate has doubled, but what was made before expires meanwhile. */
static void test_port_use__what_expires_makes_room(void **state)
{
	uint16_t port = FIRST;
	struct port_use u;

	(void)state;
	set_up(&u);
	port = add_time_wait(&u, port, 80, 59);
	for (unsigned age = 0; age < 5; age++)
		port = add_time_wait(&u, port, 1, age);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.dest[0].used, 85);
	assert_false(u.dest[0].runs_out);	/* 5 + 60 at most */
	port_use_release(&u);
}

static void test_port_use__a_burst_is_no_rate(void **state)
{
	struct port_use u;

	(void)state;
	set_up(&u);
	add_time_wait(&u, FIRST, 80, 1);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.dest[0].recent, 80);
	assert_false(u.dest[0].runs_out);
	port_use_release(&u);
}

static void test_port_use__none_is_left(void **state)
{
	struct port_use u;

	(void)state;
	set_up(&u);
	add_time_wait(&u, FIRST, 100, 30);
	port_use_finish(&u, &no_filter);
	assert_true(u.dest[0].runs_out);
	assert_int_equal(u.dest[0].exhausted_s, 0);
	assert_int_equal(port_dest_percent(&u.dest[0]), 100);
	port_use_release(&u);
}

static void test_port_use__reused_ports_are_no_limit(void **state)
{
	struct port_pool pool = a_pool();
	struct port_use u;

	(void)state;
	pool.reuse_any = true;
	port_use_init(&u, 1000);
	assert_true(port_use_add_netns(&u, 7, &pool));
	add_time_wait(&u, FIRST, 100, 30);
	port_use_finish(&u, &no_filter);
	assert_true(u.dest[0].reusable);
	assert_false(u.dest[0].runs_out);
	port_use_release(&u);
}

static void test_port_use__loopback_alone_may_be_reused(void **state)
{
	struct flow w = a_flow(9, FIRST), loopback = a_flow(9, FIRST);
	struct port_pool pool = a_pool();
	struct port_use u;

	(void)state;
	memcpy(loopback.peer_addr, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	memcpy(loopback.local_addr, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	pool.reuse_loopback = true;
	port_use_init(&u, 1000);
	assert_true(port_use_add_netns(&u, 7, &pool));
	port_use_add(&u, &w, true, 1000);
	port_use_add(&u, &loopback, true, 1000);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.nr, 2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(u.dest[i].reusable, u.dest[i].peer_addr[0] == 127);
	port_use_release(&u);
}

static void test_port_use__the_filter_selects_destinations(void **state)
{
	struct filter f = { .active = 1,
			    .local_ports = { .nr = 1, .range = { { 1, 1 } } },
			    .nr_addrs = 1,
			    .addr = { { .family = 4, .addr = { 10, 0, 0, 8 },
					.mask = { 255, 255, 255, 255 } } } };
	struct port_use u;

	(void)state;
	memset(f.addr[0].mask, 255, sizeof(f.addr[0].mask));
	set_up(&u);
	for (uint16_t i = 0; i < 30; i++) {
		const struct flow w = a_flow(i % 3 ? 9 : 8, FIRST + i);

		port_use_add(&u, &w, false, 0);
	}
	port_use_finish(&u, &f);
	assert_int_equal(u.nr, 1);
	assert_int_equal(u.dest[0].used, 10);
	port_use_release(&u);
}

static void test_port_use__the_largest_shares_are_kept(void **state)
{
	struct port_use u;

	(void)state;
	set_up(&u);
	for (uint8_t peer = 1; peer <= 15; peer++)
		for (uint16_t i = 0; i < peer; i++) {
			const struct flow w = a_flow(peer, FIRST + i);

			port_use_add(&u, &w, false, 0);
		}
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.nr, PORT_DESTS);
	assert_int_equal(u.omitted, 5);
	for (unsigned i = 0; i < PORT_DESTS; i++)
		assert_int_equal(u.dest[i].used, 15 - i);
	port_use_release(&u);
}

static void test_port_use__sockets_that_do_not_fit_are_counted(void **state)
{
	const struct port_pool pool = a_pool();
	struct port_use u;

	(void)state;
	port_use_init(&u, 30);
	assert_true(port_use_add_netns(&u, 7, &pool));
	add_time_wait(&u, FIRST, 50, 2);
	port_use_finish(&u, &no_filter);
	assert_int_equal(u.lost, 20);
	assert_int_equal(u.dest[0].used, 30);
	port_use_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_use__ports_are_counted_by_destination),
		cmocka_unit_test(test_port_use__the_rate_exhausts_what_is_left),
		cmocka_unit_test(test_port_use__a_steady_rate_exhausts_nothing),
		cmocka_unit_test(test_port_use__what_expires_makes_room),
		cmocka_unit_test(test_port_use__a_burst_is_no_rate),
		cmocka_unit_test(test_port_use__none_is_left),
		cmocka_unit_test(test_port_use__reused_ports_are_no_limit),
		cmocka_unit_test(test_port_use__loopback_alone_may_be_reused),
		cmocka_unit_test(test_port_use__the_filter_selects_destinations),
		cmocka_unit_test(test_port_use__the_largest_shares_are_kept),
		cmocka_unit_test(test_port_use__sockets_that_do_not_fit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
