/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Twins on two hosts: two endpoint tables, each fed with the events of one end. */
#include "endpoint_fixture.h"

#include "twin_exchange.h"

#define HOSTS 3
#define MANY 5000	/* more than QUEUE_MIN_ENDPOINTS */

/* The tables of the hosts, and the latest story of each. */
struct hosts {
	struct twin_exchange *exchange;
	struct endpoint_table *table[HOSTS];
	struct story last[HOSTS];
	unsigned stories[HOSTS];
};

static void note_story(void *arg, const struct story *s, uint64_t now_ns)
{
	struct hosts *h = arg;

	(void)now_ns;
	h->last[s->host] = *s;
	h->stories[s->host]++;
}

/* Hosts 0 and 1 have one clock, host 2 has another. */
static int open_hosts(void **state)
{
	struct hosts *h = calloc(1, sizeof(*h));
	struct endpoint_table_config config = { .max_open = 10000, .seed = 1, .timewait = true,
						.resets = true, .minisock_resets = true,
						.report = note_story, .arg = h };

	if (!h)
		return -1;
	config.exchange = h->exchange = twin_exchange_new(7);
	for (unsigned i = 0; i < HOSTS; i++) {
		config.host = (uint16_t)i;
		config.clock = i == 2 ? 2 : 0;
		h->table[i] = endpoint_table_new(&config);
	}
	*state = h;
	return 0;
}

static int close_hosts(void **state)
{
	struct hosts *h = *state;

	for (unsigned i = 0; i < HOSTS; i++)
		endpoint_table_free(h->table[i]);
	twin_exchange_free(h->exchange);
	free(h);
	return 0;
}

static void feed_host(struct hosts *h, unsigned host, struct event e)
{
	endpoint_table_feed(h->table[host], &e);
}

/* The other end, behind NAT: it sees other addresses. */
static struct event translated(struct event e)
{
	struct event o = other_end(e);

	o.peer_addr[0] = 192;
	o.peer_port = 40000;
	return o;
}

static void establish(struct hosts *h, unsigned a, unsigned b)
{
	feed_host(h, a, established(T0));
	feed_host(h, b, translated(established(T0 + 1)));
}

static void reset_after_data(struct hosts *h, unsigned host)
{
	feed_host(h, host, by_task(a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE,
						  CLOSED_BITS | SOCKF_LAST_REF), 100,
				   SYSCALL_CLOSE, 5));
}

/* tcp_reset(): a RST came. */
static struct event a_reset_received(uint64_t ts_ns)
{
	struct event e = an_event(ts_ns, EVENT_RESET_RECEIVED);

	e.old_state = e.new_state = STATE_ESTABLISHED;
	return e;
}

static void test_twin_exchange__ends_on_two_hosts_are_twins(void **state)
{
	struct hosts *h = *state;

	establish(h, 0, 2);
	feed_host(h, 0, a_fin(T0 + MS, 100));
	endpoint_table_end(h->table[0], T0 + 2 * MS);
	endpoint_table_end(h->table[2], T0 + 2 * MS);
	assert_int_equal(h->stories[0], 1);
	assert_true(h->last[0].twin.known);
	assert_int_equal(h->last[0].twin.host, 2);
	assert_int_equal(h->last[0].twin.cookie, 0x12);
	assert_int_equal(h->last[0].host, 0);
	assert_int_equal(h->stories[2], 0);	/* it is open: no close has begun there */
}

static void test_twin_exchange__the_end_that_is_gone_is_known(void **state)
{
	struct hosts *h = *state;

	establish(h, 0, 1);
	reset_after_data(h, 0);
	endpoint_table_end(h->table[0], T0 + 2 * MS);
	feed_host(h, 1, translated(a_reset_received(T0 + 3 * MS)));
	feed_host(h, 1, translated(a_state_change(T0 + 3 * MS, STATE_ESTABLISHED, STATE_CLOSE, 0)));
	endpoint_table_end(h->table[1], T0 + 4 * MS);
	assert_int_equal(h->stories[1], 1);
	assert_true(h->last[1].twin.known);
	assert_int_equal(h->last[1].twin.host, 0);
	assert_int_equal(h->last[1].twin.pid, 100);
}

/* A host that ends takes its endpoints out of the exchange. */
static void test_twin_exchange__a_host_ends(void **state)
{
	struct hosts *h = *state;

	feed_host(h, 0, established(T0));
	endpoint_table_free(h->table[0]);
	h->table[0] = NULL;
	feed_host(h, 1, translated(established(T0)));
	feed_host(h, 1, translated(a_fin(T0 + MS, 100)));
	endpoint_table_end(h->table[1], T0 + 2 * MS);
	assert_int_equal(h->stories[1], 1);
	assert_false(h->last[1].twin.known);
}

static void test_twin_exchange__a_linked_host_ends(void **state)
{
	struct hosts *h = *state;

	establish(h, 0, 1);
	endpoint_table_free(h->table[0]);
	h->table[0] = NULL;
	feed_host(h, 1, translated(a_fin(T0 + MS, 100)));
	endpoint_table_end(h->table[1], T0 + 2 * MS);
	assert_int_equal(h->stories[1], 1);
}

static void test_twin_exchange__other_numbers_are_another_connection(void **state)
{
	struct hosts *h = *state;
	struct event e = translated(established(T0));

	feed_host(h, 0, established(T0));
	e.rcv_nxt++;		/* as behind something that translates one of the numbers */
	feed_host(h, 1, e);
	feed_host(h, 0, a_fin(T0 + MS, 100));
	endpoint_table_end(h->table[0], T0 + 2 * MS);
	assert_false(h->last[0].twin.known);
	assert_true(h->last[0].isns_known);
}

static void test_twin_exchange__the_same_end_is_no_twin(void **state)
{
	struct hosts *h = *state;

	feed_host(h, 0, established(T0));
	feed_host(h, 1, established(T0));	/* two tracers of one socket */
	feed_host(h, 0, a_fin(T0 + MS, 100));
	endpoint_table_end(h->table[0], T0 + 2 * MS);
	assert_false(h->last[0].twin.known);
}

/* Which came first, the end of one side or the RST that the other one got? */
static void test_twin_exchange__two_clocks_prove_no_middlebox(void **state)
{
	struct hosts *h = *state;

	for (unsigned other = 1; other <= 2; other++) {
		establish(h, 0, other);
		feed_host(h, 0, a_reset_received(T0 + MS));
		feed_host(h, 0, a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE, 0));
		endpoint_table_end(h->table[0], T0 + 2 * MS);
		assert_int_equal(h->stories[0], other);
		assert_int_equal(h->last[0].twin.reset,
				 other == 1 ? TWIN_RESET_NOT_SENT : TWIN_RESET_UNKNOWN);
		endpoint_table_free(h->table[other]);
		h->table[other] = NULL;
	}
}

static void fill_table(struct hosts *h, unsigned host)
{
	for (unsigned n = 1; n <= MANY; n++) {
		struct event e = of_endpoint(n, established(T0));

		e.snd_una = e.snd_nxt = e.write_seq = 100000 * (host + 1) + n;
		feed_host(h, host, e);
	}
}

/* In large tables events wait in a queue: those of two hosts must not overtake each other. */
static void test_twin_exchange__events_of_large_tables_stay_in_order(void **state)
{
	struct hosts *h = *state;
	struct event sent = translated(an_event(T0 + MS, EVENT_RESET_SENT));

	fill_table(h, 0);
	fill_table(h, 1);
	establish(h, 0, 1);
	sent.old_state = STATE_ESTABLISHED;
	sent.reason = RESET_ABORT_ON_CLOSE;
	feed_host(h, 1, sent);
	feed_host(h, 0, a_reset_received(T0 + 2 * MS));
	feed_host(h, 0, a_state_change(T0 + 2 * MS, STATE_ESTABLISHED, STATE_CLOSE, 0));
	endpoint_table_expire(h->table[0], T0 + 2 * MS + SETTLE_NS + SETTLE_CALL_NS);
	assert_int_equal(h->stories[0], 1);
	assert_int_equal(h->last[0].twin.reset, TWIN_RESET_SENT);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_twin_exchange__##name, open_hosts, close_hosts)
	const struct CMUnitTest tests[] = {
		TEST(ends_on_two_hosts_are_twins),
		TEST(the_end_that_is_gone_is_known),
		TEST(a_host_ends),
		TEST(a_linked_host_ends),
		TEST(other_numbers_are_another_connection),
		TEST(the_same_end_is_no_twin),
		TEST(two_clocks_prove_no_middlebox),
		TEST(events_of_large_tables_stay_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
