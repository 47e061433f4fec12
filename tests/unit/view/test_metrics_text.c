/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The metrics: what counts (core/metrics.c), and both texts of it (view/metrics_text.c). */
#include <stdio.h>

#include "close_fixture.h"
#include "metrics_text.h"

#define S_NS 1000000000ull

struct bench {
	struct metrics *m;
	struct metrics_facts f;
	struct story s;
	struct verdict v;
	struct socket_call call;
	struct buf text;
};

static struct bench *start_bench(bool by_comm)
{
	struct bench *n = calloc(1, sizeof(*n));
	const struct metrics_config config = { .by_comm = by_comm, .seed = 7 };

	n->m = metrics_new(&config);
	assert_non_null(n->m);
	n->f.version = "1.2";
	n->call = (struct socket_call){ .trigger = TRIGGER_CLOSE, .comm = "web" };
	n->v = (struct verdict){ .initiator = INITIATOR_LOCAL, .ending = ENDING_FOUR_WAY,
				 .trigger = &n->call };
	return n;
}

static void end_bench(struct bench *n)
{
	metrics_free(n->m);
	buf_release(&n->text);
	free(n);
}

static void add(struct bench *n)
{
	metrics_add_story(n->m, &n->s, &n->v);
}

static const char *print(struct bench *n, enum metrics_format format)
{
	buf_reset(&n->text);
	metrics_text_print(&n->text, n->m, &n->f, format);
	buf_char(&n->text, '\0');
	assert_false(n->text.failed);
	return n->text.data;
}

static void expect(struct bench *n, const char *part)
{
	const char *text = print(n, METRICS_OPENMETRICS);

	if (!strstr(text, part))
		fail_msg("no '%s' in '%s'", part, text);
}

static void expect_not(struct bench *n, const char *part)
{
	const char *text = print(n, METRICS_OPENMETRICS);

	if (strstr(text, part))
		fail_msg("'%s' in '%s'", part, text);
}

static unsigned count_lines(const char *text, const char *start)
{
	unsigned n = 0;

	for (; text && *text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		n += !strncmp(text, start, strlen(start));
	return n;
}

static void test_metrics__a_close_counts_by_its_four_labels(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	expect_not(n, "tcpclose_closes");
	add(n);
	add(n);
	n->v.reason = REASON_UNREAD_DATA;
	n->v.ending = ENDING_RESET_SENT;
	add(n);
	expect(n, "\ntcpclose_closes_total{initiator=\"local\",ending=\"four-way\","
	       "reason=\"none\",call=\"close\"} 2\n");
	expect(n, "\ntcpclose_closes_total{initiator=\"local\",ending=\"reset-sent\","
	       "reason=\"unread-data\",call=\"close\"} 1\n");
	assert_int_equal(metrics_closes(n->m), 3);
	assert_int_equal(metrics_closes_of(n->m, CLASS_RESET), 1);
	end_bench(n);
}

static void test_metrics__the_slowest_of_the_last_minute_is_the_exemplar(void **state)
{
	static const char bucket[] = "tcpclose_phase_seconds_bucket{phase=\"app_hold\","
				     "le=\"0.01\"} ";
	const struct siphash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	const struct metrics_config config = { .fleet_key = &key };
	struct bench *n = start_bench(false);
	char want[200];

	(void)state;
	metrics_free(n->m);
	n->m = metrics_new(&config);
	n->s.isns = (struct twin_key){ 5000, 1000 };
	n->s.isns_known = true;
	for (unsigned ms = 6; ms <= 9; ms += 3) {
		n->v.phase[PHASE_APP_HOLD] = (struct phase_time){ ms * 1000000, true };
		n->v.settled_ns = 90 * S_NS + ms;
		add(n);
	}
	n->f.now_ns = 119 * S_NS;
	expect_not(n, "trace_id");	/* the minute is not over */
	n->f.now_ns = 121 * S_NS;
	snprintf(want, sizeof(want), "%s2 # {trace_id=\"", bucket);
	expect(n, want);
	expect(n, "\"} 0.009\n");
	assert_null(strstr(print(n, METRICS_TEXT), "trace_id"));
	n->s.isns_known = false;	/* no id */
	n->v.settled_ns = 150 * S_NS;
	add(n);
	n->f.now_ns = 181 * S_NS;
	expect_not(n, "trace_id");
	end_bench(n);
}

static void test_metrics__a_call_that_must_have_been_is_unknown(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	n->v.trigger = NULL;
	add(n);
	expect(n, "call=\"none\"} 1\n");
	n->s.seg[SEG_FIN_OUT].seen = true;
	add(n);
	expect(n, "call=\"unknown\"} 1\n");
	end_bench(n);
}

static void test_metrics__an_open_close_does_not_count(void **state)
{
	struct bench *n = start_bench(true);

	(void)state;
	n->v.ending = ENDING_OPEN;
	n->v.phase[PHASE_APP_HOLD] = (struct phase_time){ 5, true };
	n->v.blame_known = true;
	add(n);
	expect_not(n, "tcpclose_closes");
	expect_not(n, "tcpclose_phase");
	expect_not(n, "tcpclose_blame");
	assert_int_equal(metrics_closes(n->m), 0);
	end_bench(n);
}

static void test_metrics__a_bucket_includes_its_bound(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	n->v.phase[PHASE_ACK_WAIT] = (struct phase_time){ 100000, true };
	add(n);
	n->v.phase[PHASE_ACK_WAIT].ns = 100001;
	add(n);
	n->v.phase[PHASE_ACK_WAIT].ns = 7200 * S_NS;
	add(n);
	n->v.phase[PHASE_ACK_WAIT].ns = 7200 * S_NS + 1;
	add(n);
	expect(n, "\ntcpclose_phase_seconds_bucket{phase=\"ack_wait\",le=\"0.0001\"} 1\n");
	expect(n, "\ntcpclose_phase_seconds_bucket{phase=\"ack_wait\",le=\"0.00025\"} 2\n");
	expect(n, "\ntcpclose_phase_seconds_bucket{phase=\"ack_wait\",le=\"3600.0\"} 2\n");
	expect(n, "\ntcpclose_phase_seconds_bucket{phase=\"ack_wait\",le=\"7200.0\"} 3\n");
	expect(n, "\ntcpclose_phase_seconds_bucket{phase=\"ack_wait\",le=\"+Inf\"} 4\n");
	expect(n, "\ntcpclose_phase_seconds_sum{phase=\"ack_wait\"} 14400.000200002\n");
	expect(n, "\ntcpclose_phase_seconds_count{phase=\"ack_wait\"} 4\n");
	end_bench(n);
}

static void test_metrics__the_sum_of_durations_does_not_overflow(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	n->v.phase[PHASE_TOTAL] = (struct phase_time){ UINT64_MAX, true };
	add(n);
	add(n);
	expect(n, "_sum{phase=\"total\"} 36893488147.41910323\n");
	end_bench(n);
}

static void test_metrics__a_cut_phase_is_observed_and_counted(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	n->v.cut = (struct phase_cut){ 2 * S_NS, PHASE_PEER_HOLD, true, false };
	add(n);
	expect(n, "\ntcpclose_phase_cut_total{phase=\"peer_hold\"} 1\n");
	expect(n, "_count{phase=\"peer_hold\"} 1\n");
	expect(n, "_sum{phase=\"peer_hold\"} 2\n");
	n->v.phase[PHASE_PEER_HOLD] = (struct phase_time){ S_NS, true };
	add(n);
	expect(n, "\ntcpclose_phase_cut_total{phase=\"peer_hold\"} 1\n");
	expect(n, "_sum{phase=\"peer_hold\"} 3\n");
	end_bench(n);
}

static void test_metrics__fifty_names_have_series_of_their_own(void **state)
{
	struct bench *n = start_bench(true);
	const char *text;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		snprintf((char *)n->call.comm, sizeof(n->call.comm), "p%u", i);
		add(n);
	}
	memcpy(n->call.comm, "p7", 3);
	add(n);
	expect(n, "\ntcpclose_closes_by_comm_total{comm=\"p7\",class=\"clean\"} 2\n");
	expect(n, "\ntcpclose_closes_by_comm_total{comm=\"other\",class=\"clean\"} 250\n");
	expect(n, "\ntcpclose_label_overflow_total{label=\"comm\"} 250\n");
	text = print(n, METRICS_TEXT);
	assert_int_equal(count_lines(text, "tcpclose_closes_by_comm_total{"), 51);
	end_bench(n);
}

static void test_metrics__a_process_named_other_makes_no_second_series(void **state)
{
	struct bench *n = start_bench(true);

	(void)state;
	memcpy(n->call.comm, "other", 6);
	add(n);
	for (unsigned i = 0; i < 60; i++) {
		snprintf((char *)n->call.comm, sizeof(n->call.comm), "p%u", i);
		add(n);
	}
	assert_int_equal(count_lines(print(n, METRICS_TEXT),
				     "tcpclose_closes_by_comm_total{comm=\"other\""), 1);
	expect(n, "{comm=\"other\",class=\"clean\"} 11\n");
	end_bench(n);
}

static void test_metrics__a_hostile_name_is_one_label_value(void **state)
{
	struct bench *n = start_bench(true);

	(void)state;
	memcpy(n->call.comm, "a\"} 1\n\\\xff", 9);
	add(n);
	memcpy(n->call.comm, "a\"} 1\\x0a\\\\xff", 15);
	add(n);
	/* both names have the same text, and so the same series */
	expect(n, "\ntcpclose_closes_by_comm_total{comm=\"a\\\"} 1\\\\x0a\\\\\\\\xff\","
	       "class=\"clean\"} 2\n");
	n->v.trigger = NULL;
	add(n);
	expect(n, "{comm=\"-\",class=\"clean\"} 1\n");
	end_bench(n);
}

static void test_metrics__the_call_of_a_new_combination_is_other_if_there_are_too_many(void **state)
{
	struct bench *n = start_bench(false);
	unsigned kinds = 0;
	char want[80];

	(void)state;
	for (unsigned ending = 0; ending < ENDING_OPEN; ending++)
		for (unsigned reason = 0; reason < REASON_COUNT; reason++)
			for (unsigned i = 0; i < INITIATOR_COUNT; i++) {
				n->v.ending = (enum ending)ending;
				n->v.reason = (enum reason)reason;
				n->v.initiator = (enum initiator)i;
				add(n);
				kinds++;
			}
	assert_true(kinds > METRICS_CLOSES_MAX);
	assert_int_equal(count_lines(print(n, METRICS_TEXT), "tcpclose_closes_total{"), kinds);
	expect(n, "call=\"other\"} 1\n");
	snprintf(want, sizeof(want), "\ntcpclose_label_overflow_total{label=\"call\"} %u\n",
		 kinds - METRICS_CLOSES_MAX);
	expect(n, want);
	end_bench(n);
}

/* They are absent in a run that records to no stream. */
static void test_metrics__what_waits_in_the_spool(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	assert_int_equal(count_lines(print(n, METRICS_TEXT), "tcpclose_spool_"), 0);
	n->f.spool = (struct metrics_spool){ .known = true, .up = true, .waiting = 2, .bytes = 3,
					     .sent = 4, .dropped = 5, .rejected = 6, .damaged = 7 };
	expect(n, "\ntcpclose_spool_events 2\n");
	expect(n, "\ntcpclose_spool_bytes 3\n");
	expect(n, "\ntcpclose_spool_sent_events_total 4\n");
	expect(n, "\ntcpclose_spool_dropped_events_total{cause=\"spool_full\"} 5\n");
	expect(n, "\ntcpclose_spool_dropped_events_total{cause=\"rejected\"} 6\n");
	expect(n, "\ntcpclose_spool_dropped_events_total{cause=\"damaged\"} 7\n");
	expect(n, "\ntcpclose_spool_up 1\n");
	end_bench(n);
}

static void test_metrics__a_counter_does_not_decrease(void **state)
{
	struct bench *n = start_bench(false);

	(void)state;
	expect(n, "\ntcpclose_lost_events_total{cause=\"ring_full\"} 0\n");
	expect(n, "\ntcpclose_endpoints_total{result=\"lost\"} 0\n");
	n->f.counts = (struct run_counts){ .reported = 4, .lost_vanished = 2, .open = 3 };
	expect(n, "\ntcpclose_endpoints_total{result=\"lost\"} 2\n");
	n->f.counts.lost_vanished = 1;
	n->f.counts.open = 2;
	expect(n, "\ntcpclose_endpoints_total{result=\"lost\"} 2\n");
	expect(n, "\ntcpclose_endpoints_total{result=\"told\"} 4\n");
	expect(n, "\ntcpclose_endpoints_open 2\n");
	end_bench(n);
}

static void test_metrics__what_a_walk_did_not_find_is_zero_or_absent(void **state)
{
	struct bench *n = start_bench(false);
	struct metrics_walk *w = &n->f.walk;

	(void)state;
	expect_not(n, "tcpclose_sockets");
	expect_not(n, "tcpclose_walk");
	*w = (struct metrics_walk){ .known = true, .complete = true, .took_ns = 1500000 };
	w->count[stuck_state_index(STATE_CLOSE_WAIT)] = 3;
	w->oldest_ns[stuck_state_index(STATE_CLOSE_WAIT)] = 90 * S_NS;
	w->advised[ADVICE_FORGOT_CLOSE] = 3;
	expect(n, "\ntcpclose_sockets{state=\"close_wait\"} 3\n");
	expect(n, "\ntcpclose_sockets{state=\"fin_wait_1\"} 0\n");
	expect_not(n, "state=\"established\"");
	expect(n, "\ntcpclose_oldest_socket_age_seconds{state=\"close_wait\"} 90\n");
	expect_not(n, "age_seconds{state=\"fin_wait_1\"}");
	expect(n, "\ntcpclose_stuck_sockets{advice=\"forgot-close\"} 3\n");
	expect_not(n, "advice=\"no-ack\"");
	expect(n, "\ntcpclose_walk_seconds 0.0015\n");
	expect(n, "\ntcpclose_walk_complete 1\n");
	expect_not(n, "tcpclose_ephemeral_ports_ratio");
	w->advised[ADVICE_FORGOT_CLOSE] = 0;
	w->ports_known = true;
	w->ports_used_permille = 500;
	expect(n, "\ntcpclose_stuck_sockets{advice=\"forgot-close\"} 0\n");
	expect(n, "\ntcpclose_ephemeral_ports_ratio 0.5\n");
	end_bench(n);
}

static void test_metrics__the_older_text_names_the_samples_in_its_headers(void **state)
{
	struct bench *n = start_bench(false);
	const char *text;

	(void)state;
	add(n);
	text = print(n, METRICS_TEXT);
	assert_non_null(strstr(text, "# TYPE tcpclose_closes_total counter\n"));
	assert_non_null(strstr(text, "# TYPE tcpclose_build_info gauge\n"));
	assert_non_null(strstr(text, "\ntcpclose_build_info{version=\"1.2\"} 1\n"));
	assert_null(strstr(text, "# UNIT"));
	assert_null(strstr(text, "# EOF"));
	text = print(n, METRICS_OPENMETRICS);
	assert_non_null(strstr(text, "# TYPE tcpclose_closes counter\n"));
	assert_non_null(strstr(text, "# TYPE tcpclose_build info\n"));
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	end_bench(n);
}

static void test_metrics__a_name_ends_with_its_unit(void **state)
{
	(void)state;
	for (unsigned i = 0; metric_at(i); i++) {
		const struct metric *m = metric_at(i);
		size_t len = strlen(m->name), unit = strlen(m->unit);

		assert_true(!strncmp(m->name, "tcpclose_", 9));
		assert_true(!unit || (len > unit + 1 && m->name[len - unit - 1] == '_' &&
				      !strcmp(m->name + len - unit, m->unit)));
		assert_null(strpbrk(m->help, "\\\n\""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metrics__a_close_counts_by_its_four_labels),
		cmocka_unit_test(test_metrics__the_slowest_of_the_last_minute_is_the_exemplar),
		cmocka_unit_test(test_metrics__a_call_that_must_have_been_is_unknown),
		cmocka_unit_test(test_metrics__an_open_close_does_not_count),
		cmocka_unit_test(test_metrics__a_bucket_includes_its_bound),
		cmocka_unit_test(test_metrics__the_sum_of_durations_does_not_overflow),
		cmocka_unit_test(test_metrics__a_cut_phase_is_observed_and_counted),
		cmocka_unit_test(test_metrics__fifty_names_have_series_of_their_own),
		cmocka_unit_test(test_metrics__a_process_named_other_makes_no_second_series),
		cmocka_unit_test(test_metrics__a_hostile_name_is_one_label_value),
		cmocka_unit_test(
		    test_metrics__the_call_of_a_new_combination_is_other_if_there_are_too_many),
		cmocka_unit_test(test_metrics__what_waits_in_the_spool),
		cmocka_unit_test(test_metrics__a_counter_does_not_decrease),
		cmocka_unit_test(test_metrics__what_a_walk_did_not_find_is_zero_or_absent),
		cmocka_unit_test(test_metrics__the_older_text_names_the_samples_in_its_headers),
		cmocka_unit_test(test_metrics__a_name_ends_with_its_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
