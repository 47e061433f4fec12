/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The drawing and the sentence of the view timeline. */
#include "close_fixture.h"

#define S (1000 * MS)

/* Returns the diagram and its sentence, in which each line break is a space. */
static const char *show_joined(struct stage *g, bool both)
{
	show_run(g, &view_timeline, both);
	for (size_t i = 0; i < g->out.len; i++)
		if (g->out.data[i] == '\n')
			g->out.data[i] = ' ';
	return g->out.data;
}

static const char *show_alone(struct stage *g, const struct end *end)
{
	g->client.story.twin.known = g->server.story.twin.known = false;
	return show(g, &view_timeline, end);
}

static void test_timeline_text__a_lone_end_does_not_say_who_sent_a_reset(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_resets(g);
	text = show_alone(g, &g->client);
	expect_has(text, "|<---------------- RST ---------------?|");
	expect_has(text, "\nreset-received: a RST arrived while the connection was open "
			 "(established).\n");
	expect_lacks(text, "(CLOSE)");
	expect_lacks(text, "sent a RST");
}

static void test_timeline_text__the_twin_that_sent_it_is_named(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_resets(g);
	g->client.verdict.middlebox = MIDDLEBOX_NO;
	text = show_run(g, &view_timeline, false);
	expect_has(text, "|<---------------- RST ----------------|");
	expect_has(text, "reset-received: server[200] sent a RST while the connection was open");
}

static void test_timeline_text__a_reset_from_between_comes_from_outside(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_resets(g);
	g->client.verdict.middlebox = MIDDLEBOX_YES;
	text = show_run(g, &view_timeline, false);
	expect_has(text, "              CLOSE |");
	expect_has(text, "|<------ RST ------*                   |");
	expect_lacks(text, "(CLOSE)");
	text = show_joined(g, false);
	expect_has(text, "reset-received: a RST that neither end had sent arrived while the "
			 "connection was open: something between the two ends ended the connection "
			 "(established).");
}

static void test_timeline_text__both_resets_from_between_are_said_once(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_resets(g);
	g->client.verdict.middlebox = g->server.verdict.middlebox = MIDDLEBOX_YES;
	text = show_run(g, &view_timeline, true);
	expect_has(text, "              CLOSE |                                      |\n");
	expect_has(text, "|<------ RST ------*                   |");
	expect_has(text, "|                   *------ RST ------>|\n");
	text = show_joined(g, true);
	expect_has(text, "a RST that neither end had sent arrived at each end while the connection "
			 "was open: something between the two ends ended the connection "
			 "(established).");
}

/* The server's minisock seems to have answered the data for which a middlebox sent the RST. */
static void test_timeline_text__no_end_is_said_to_send_what_it_did_not(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_resets(g);
	g->client.verdict.middlebox = MIDDLEBOX_YES;
	g->server.verdict.ending = ENDING_RESET_SENT;
	g->server.verdict.reason = REASON_DATA_AFTER_CLOSE;
	text = show_run(g, &view_timeline, true);
	expect_has(text, "something between the two ends");
	expect_lacks(text, "had closed when more data came");
	expect_lacks(text, "RST ----------------");
	g->client.verdict.initiator = INITIATOR_PEER;	/* the server on the left */
	expect_lacks(show_run(g, &view_timeline, true), "had closed when more data came");
}

static void test_timeline_text__a_reset_names_who_sent_it_and_a_fin_who_closed(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	add_reset_by(g);
	g->client.verdict.blame = BLAME_PEER_APP;
	g->server.verdict.blame = BLAME_LOCAL_APP;
	text = show_joined(g, true);
	expect_has(text, "child[103] ");	/* the header */
	expect_has(text, "reset-sent: child[103] closed with data unread and so sent a RST "
			 "(unread-data); server[200] held the connection open for 40 ms after the "
			 "FIN of client[100].");
}

static void test_timeline_text__the_holder_is_not_who_destroyed_the_socket(void **state)
{
	struct stage *g = *state;
	struct socket_call *a;

	feed_clean_close(g);
	a = &g->server.story.calls[0];
	a->trigger = TRIGGER_SOCK_DESTROY;
	memcpy(a->comm, "ss", sizeof("ss"));
	g->server.verdict.trigger = a;
	g->server.verdict.ending = ENDING_RESET_SENT;
	g->server.verdict.reason = REASON_DESTROYED;
	g->server.verdict.blame = BLAME_LOCAL_APP;
	expect_has(show_joined(g, true), "ss[200] destroyed the socket from outside, which sends a "
		   "RST (destroyed); the right end held the connection open for 40 ms");
}

/* Adds a close() of that process at that time, of one descriptor of several. */
static void add_server_close(struct stage *g, unsigned i, uint64_t ts_ns, const char *comm)
{
	struct socket_call *calls = realloc(g->server.story.calls, 4 * sizeof(*calls));

	assert_non_null(calls);
	calls[i] = (struct socket_call){ .ts_ns = ts_ns, .pid = 200 + i, .fd = 7, .signal = -1,
					 .exit_code = -1, .trigger = TRIGGER_CLOSE };
	memcpy(calls[i].comm, comm, strlen(comm));
	g->server.story.calls = calls;
	g->server.story.cap_calls = 4;
	g->server.story.nr_calls = (uint8_t)(i + 1);
}

/* The parent closes its descriptor before the client's FIN; a RST ends the wait for the child. */
static void test_timeline_text__the_holder_closed_after_the_fin(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->server.verdict.trigger = NULL;
	g->server.verdict.ending = g->client.verdict.ending = ENDING_RESET_RECEIVED;
	g->server.verdict.reason = g->client.verdict.reason = REASON_HALF_CLOSED;
	g->client.verdict.blame = BLAME_PEER_APP;
	g->server.verdict.blame = BLAME_LOCAL_APP;
	add_server_close(g, 0, T0 + 5 * MS, "parent");
	expect_has(show_joined(g, true), "; the right end held the connection open for 40 ms");
	add_server_close(g, 1, T0 + 60 * MS, "child");
	expect_has(show_joined(g, true), "; child[201] held the connection open for 40 ms");
}

static void test_timeline_text__a_late_ack_waited_for_the_peers_own_program(void **state)
{
	static const enum blame late[] = { BLAME_NETWORK, BLAME_DELAYED_ACK, BLAME_PEER_APP };
	struct stage *g = *state;

	feed_clean_close(g);
	g->server.verdict.blame = BLAME_LOCAL_APP;
	for (unsigned i = 0; i < sizeof(late) / sizeof(*late); i++) {
		g->client.verdict.blame = late[i];
		expect_has(show_joined(g, true), "four-way, begun by client[100]; server[200] held "
			   "the connection open for 40 ms after the FIN of client[100]. ");
	}
}

static void test_timeline_text__a_delayed_ack_has_its_sentence(void **state)
{
	struct stage *g = *state;
	struct verdict *v;

	feed_clean_close(g);
	v = &g->client.verdict;
	v->blame = BLAME_DELAYED_ACK;
	v->blame_ns = 40 * MS;
	v->phase[PHASE_TOTAL].ns = 42 * MS;
	expect_has(show_joined(g, false), "; the peer's kernel held the ACK of our FIN back for "
		   "40 ms (delayed ACK) (42 ms in all). ");
	g->server.verdict.blame = BLAME_NETWORK;
	expect_has(show_joined(g, true), "; the receiving kernel held the ACK of the FIN of "
		   "client[100] back for 40 ms (delayed ACK)");
}

/* The client's FIN is acknowledged, and no FIN comes back. */
static void cut_peer_hold(struct stage *g, enum ending ending, bool at_least)
{
	struct verdict *v = &g->client.verdict;

	feed_clean_close(g);
	g->client.story.seg[SEG_FIN_IN].seen = false;
	v->cut = (struct phase_cut){ 2 * S, PHASE_PEER_HOLD, true, at_least };
	v->blame = BLAME_PEER_APP;
	v->blame_ns = 2 * S;
	v->blame_at_least = at_least;
	v->ending = ending;
	v->reason = REASON_NONE;
	v->phase[PHASE_TOTAL] = (struct phase_time){ .ns = 2 * S, .known = !at_least };
}

static void test_timeline_text__the_end_of_a_hold_that_no_fin_ended(void **state)
{
	static const struct {
		enum ending ending;
		bool at_least;
		const char *text;
	} list[] = {
		{ ENDING_RESET_SENT, false, "for 2.0 s after our FIN, until the RST. " },
		{ ENDING_RESET_RECEIVED, false, "for 2.0 s after our FIN, until the RST. " },
		{ ENDING_TIMED_OUT, false, "for 2.0 s after our FIN, until the kernel gave up. " },
		{ ENDING_OPEN, false, "for 2.0 s after our FIN, until the run ended. " },
		{ ENDING_OPEN, true, "for at least 2.0 s after our FIN, until the run ended. " },
		{ ENDING_ABORTED, true, "for at least 2.0 s after our FIN. " },
	};
	struct stage *g = *state;

	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		cut_peer_hold(g, list[i].ending, list[i].at_least);
		expect_has(show_joined(g, false), list[i].text);
		story_release(&g->client.story);
		story_release(&g->server.story);
		g->client = g->server = (struct end){ 0 };
	}
}

/* A socket that a scan found: its wait began before the first rung. */
static void test_timeline_text__a_wait_from_before_the_scan_is_drawn(void **state)
{
	struct stage *g = *state;

	cut_peer_hold(g, ENDING_OPEN, false);
	expect_lacks(show_run(g, &view_timeline, false), "at least");
	g->client.verdict.cut.at_least = true;
	g->client.story.scan.closing_since_ns = g->client.verdict.start_ns - 1 * S;
	expect_has(show_run(g, &view_timeline, false),
		   "        ESTABLISHED |                                      | (ESTABLISHED)\n"
		   "                    :                                      :\n"
		   "                    :            at least 1.0 s            :\n");
}

static void test_timeline_text__a_close_that_blocked_is_a_sentence(void **state)
{
	struct stage *g = *state;
	struct call_delay *d = &g->client.verdict.delay;

	feed_clean_close(g);
	*d = (struct call_delay){ 9999999, g->client.verdict.trigger, NULL };
	expect_lacks(show_joined(g, false), "blocked");
	d->ns = 1000 * MS;
	expect_has(show_joined(g, false), ". close(5) of client[100] blocked for 1.0 s. ");
	g->client.story.at_close.sock_flags |= SOCKF_LINGER;
	expect_has(show_joined(g, true),
		   ". close(5) of client[100] blocked for 1.0 s (SO_LINGER). ");
	g->client.story.at_close.sock_flags |= SOCKF_LINGER_ZERO;
	expect_has(show_joined(g, false), "blocked for 1.0 s. ");
	g->client.story.calls[0].trigger = TRIGGER_IO_URING_CLOSE;	/* waits for others too */
	expect_lacks(show_joined(g, false), "blocked");
}

/* Both stories: the client's is kept until the server's comes, and must name its own calls. */
static void test_timeline_text__a_close_that_another_thread_delayed_is_a_sentence(void **state)
{
	struct stage *g = *state;
	struct socket_call *a;

	feed_clean_close(g);
	add_reset_by(g);
	g->client.verdict.ending = ENDING_FOUR_WAY;
	g->client.verdict.reset_by = NULL;
	g->client.verdict.reason = REASON_NONE;
	a = &g->client.story.calls[1];
	*a = (struct socket_call){ .ts_ns = T0 + 9 * MS, .pid = 100, .tid = 104, .fd = -1,
				   .signal = -1, .exit_code = -1, .trigger = TRIGGER_SYSCALL,
				   .syscall_nr = 7, .deferred = true,
				   .comm = "worker", .process = "client" };
	g->client.verdict.delay = (struct call_delay){ 650 * MS, &g->client.story.calls[0], a };
	expect_has(show_joined(g, true), ". close(5) of client[100] returned at once, but poll() "
		   "of client[100]/worker held the socket for 650 ms. ");
	memcpy(a->comm, "client", sizeof("client"));
	expect_has(show_joined(g, false), "but poll() of client[100] (thread 104) held the socket");
	a->trigger = TRIGGER_CLOSE;
	g->client.story.calls[0].call_ns = 20 * MS;
	expect_has(show_joined(g, false), ". close(5) of client[100] returned after 20 ms, but "
		   "close() of client[100] (thread 104) released the socket 650 ms later. ");
}

static void test_timeline_text__a_fast_close_is_a_plain_sentence(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.verdict.blame = BLAME_NONE;
	g->client.verdict.blame_ns = 0;
	g->client.verdict.phase[PHASE_TOTAL].ns = 50000;
	expect_has(show_joined(g, false), "; no end waited for 1 ms or more (50 us in all). ");
}

static void test_timeline_text__lost_data_is_a_sentence(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.story.data_lost = (struct data_lost){ .unread = 2079, .known = true };
	g->server.story.data_lost = (struct data_lost){ .unsent = 1, .unacked = 5, .known = true };
	expect_has(show_joined(g, true),
		   ". 2079 bytes for client[100] arrived and were never read."
		   " 1 byte of server[200] was never sent."
		   " 5 bytes of server[200] were sent and never acknowledged. ");
	expect_lacks(show_joined(g, false), "server[200] was never sent");
}

static void test_timeline_text__a_long_silence_is_a_sentence(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.story.idle = (struct idle){ .sent_ns = 999 * MS, .sent_known = true };
	expect_lacks(show_joined(g, false), "silence");
	g->client.story.idle.sent_ns = 50 * S;
	g->client.verdict.start_ns = T0 + 55 * S;
	expect_has(show_joined(g, false), " It began after 50 s of silence, 55 s after the "
		   "connection was established. ");
	g->client.story.established_ns = 0;
	expect_has(show_joined(g, false), " It began after 50 s of silence. ");
}

/* The socket's FIN and its ACK turn back. */
static void feed_self(struct stage *g)
{
	static const uint8_t states[] = { STATE_ESTABLISHED, STATE_FIN_WAIT1, STATE_CLOSING,
					  STATE_CLOSE };
	struct story *s = &g->client.story;

	feed_clean_close(g);
	s->flow.peer_port = s->flow.local_port;
	memcpy(s->flow.peer_addr, s->flow.local_addr, sizeof(s->flow.peer_addr));
	s->seg[SEG_FIN_IN] = s->seg[SEG_ACK_OUT] = (struct close_segment){ 0 };
	s->seg[SEG_FIN_OUT].ack = s->seg[SEG_FIN_OUT].seq;
	memcpy(s->states, states, sizeof(states));
	s->nr_states = sizeof(states);
	s->twin.cookie = s->cookie;
	g->client.verdict.ending = ENDING_TWO_WAY;
	g->client.verdict.blame = BLAME_NONE;
	g->client.verdict.phase[PHASE_TOTAL].ns = 50000;
}

static void test_timeline_text__a_socket_connected_to_itself_has_one_rail(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_self(g);
	text = show_run(g, &view_timeline, false);
	expect_has(text, "connected to itself\n");
	expect_has(text,
		   "                    |-------- 1 FIN seq +0 ack +0 --------.\n"
		   "          FIN_WAIT1 |          seq 1000 ack 1000          |\n"
		   "            CLOSING |<------------------------------------'\n");
	expect_has(text, "              CLOSE |<------------------------------------'\n");
	expect_has(text, "\ntwo-way, begun by client[100]: the socket is connected to itself.\n");
	expect_lacks(text, " \n");
}

static void test_timeline_text__no_line_is_wider_than_80_columns(void **state)
{
	struct stage *g = *state;

	for (unsigned self = 0; self < 2; self++) {
		for (unsigned utf8 = 0; utf8 < 2; utf8++) {
			size_t n = 0;

			g->context.terminal.utf8 = utf8;
			self ? feed_self(g) : feed_resets(g);
			g->client.verdict.middlebox = g->server.verdict.middlebox = MIDDLEBOX_YES;
			for (const char *p = show_run(g, &view_timeline, !self); *p; p++) {
				n = *p == '\n' ? 0 : n + (((unsigned char)*p & 0xc0) != 0x80);
				assert_true(n <= 80);
			}
			story_release(&g->client.story);
			story_release(&g->server.story);
			g->client = g->server = (struct end){ 0 };
		}
	}
}

#define TEXT_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(test_timeline_text__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEXT_TEST(a_lone_end_does_not_say_who_sent_a_reset),
		TEXT_TEST(the_twin_that_sent_it_is_named),
		TEXT_TEST(a_reset_from_between_comes_from_outside),
		TEXT_TEST(both_resets_from_between_are_said_once),
		TEXT_TEST(no_end_is_said_to_send_what_it_did_not),
		TEXT_TEST(a_reset_names_who_sent_it_and_a_fin_who_closed),
		TEXT_TEST(the_holder_is_not_who_destroyed_the_socket),
		TEXT_TEST(the_holder_closed_after_the_fin),
		TEXT_TEST(a_late_ack_waited_for_the_peers_own_program),
		TEXT_TEST(a_delayed_ack_has_its_sentence),
		TEXT_TEST(the_end_of_a_hold_that_no_fin_ended),
		TEXT_TEST(a_wait_from_before_the_scan_is_drawn),
		TEXT_TEST(a_close_that_blocked_is_a_sentence),
		TEXT_TEST(a_close_that_another_thread_delayed_is_a_sentence),
		TEXT_TEST(a_fast_close_is_a_plain_sentence),
		TEXT_TEST(lost_data_is_a_sentence),
		TEXT_TEST(a_long_silence_is_a_sentence),
		TEXT_TEST(a_socket_connected_to_itself_has_one_rail),
		TEXT_TEST(no_line_is_wider_than_80_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
