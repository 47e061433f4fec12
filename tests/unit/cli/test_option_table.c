/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every view with every option, live and on a recording. What is expected is written out here, not
 * taken from the table under test.
 */
#include "options_fixture.h"

#include <stdlib.h>

#include "json_keys.h"
#include "option_table.h"

/*
 * One column per view: trace json events timeline connections who hist top report otlp
 * serve record stuck doctor stream.
 *   +  accepted, live and with --replay
 *   l  accepted live, refused with --replay
 *   r  refused live, accepted with --replay
 *   .  refused
 */
static const struct expected {
	const char *words[3];	/* the option and its value */
	const char *with[2];	/* another option that it needs */
	const char *name;	/* in the error */
	const char *views;
} expected[] = {
	{ { "-p", "1" }, { NULL }, "--pid", "++.++++++++.+.." },
	{ { "-c", "x" }, { NULL }, "--comm", "++.++++++++.+.." },
	{ { "-u", "0" }, { NULL }, "--uid", "++.++++++++.+.." },
	{ { "-L", "1" }, { NULL }, "--local-port", "+++++++++++++.." },
	{ { "-D", "1" }, { NULL }, "--remote-port", "+++++++++++++.." },
	{ { "-P", "1" }, { NULL }, "--port", "+++++++++++++.." },
	{ { "-a", "::1" }, { NULL }, "--addr", "+++++++++++++.." },
	{ { "-4" }, { NULL }, "--ipv4", "+++++++++++++.." },
	{ { "-6" }, { NULL }, "--ipv6", "+++++++++++++.." },
	{ { "--netns", "4026531840" }, { NULL }, "--netns", "+++++++++++++.." },
	{ { "--cgroup", "/x" }, { NULL }, "--cgroup", "++.++++++++.+.." },
	{ { "--container", "abcd" }, { NULL }, "--container", "++.++++++++.+.." },
	{ { "--slow", "1" }, { NULL }, "--slow", "++.++++++++...." },
	{ { "--data-lost" }, { NULL }, "--data-lost", "++.++++++++...." },
	{ { "--call", "close" }, { NULL }, "--call", "++.++++++++...." },
	{ { "--ending", "open" }, { NULL }, "--ending", "++.++++++++...." },
	{ { "--class", "clean" }, { NULL }, "--class", "++.++++++++...." },
	{ { "--initiator", "peer" }, { NULL }, "--initiator", "++.++++++++...." },
	{ { "--all" }, { NULL }, "--all", "++++++++++++..." },
	{ { "-j" }, { NULL }, "--json", ".+..+++.....+++" },
	{ { "--fields", "schema" }, { "-j", "-q" }, "--fields", ".+..+++.....+++" },
	{ { "-o", "x" }, { NULL }, "--output", "++++++++++.++++" },
	{ { "-T" }, { NULL }, "--times", "+...+.......+.." },
	{ { "-w" }, { NULL }, "--wide", "+..+++......++." },
	{ { "--color", "never" }, { NULL }, "--color", "+++++++++++++++" },
	{ { "--stack" }, { NULL }, "--stack", "++.........+..." },
	{ { "--inlined" }, { NULL }, "--inlined", "ll.........l..." },	/* test_options_sums */
	{ { "--flush" }, { NULL }, "--flush", "++++++++++.+..." },
	{ { "-q" }, { NULL }, "--quiet", "+++++++++++++++" },
	{ { "-v" }, { NULL }, "--verbose", "+++++++++++++++" },
	{ { "--by", "pid" }, { NULL }, "--by", ".....+++......." },
	{ { "--sort", "reset" }, { NULL }, "--sort", ".....+.+......." },
	{ { "--top", "3" }, { NULL }, "--top", ".....+.+......." },
	{ { "-b" }, { NULL }, "--batch", ".......+......." },
	{ { "--interval", "5" }, { NULL }, "--interval", ".......+......." },
	{ { "--tab", "open" }, { NULL }, "--tab", ".......+......." },
	{ { "--csv" }, { NULL }, "--csv", ".....+........." },
	{ { "--folded" }, { NULL }, "--folded", ".....+........." },
	{ { "--phase", "total" }, { NULL }, "--phase", "......+........" },
	{ { "--ascii" }, { NULL }, "--ascii", "...+..++......." },
	{ { "--replay", "x" }, { NULL }, "--replay", "+++++++++++++.." },
	{ { "--follow" }, { NULL }, "--follow", "rrrrrrrrrrrr..." },
	{ { "--no-follow" }, { NULL }, "--no-follow", "rrrrrrrrrrrr..." },
	{ { "--since", "08:12" }, { NULL }, "--since", "rrrrrrrrrrrr..." },
	{ { "--until", "-10m" }, { NULL }, "--until", "rrrrrrrrrrrr..." },
	{ { "--record", "y" }, { NULL }, "record", "+++++++++++...." },
	{ { "--rotate", "64K" }, { "--record", "y" }, "--rotate", "++++++++++++..." },
	{ { "--keep", "1" }, { "--record", "y" }, "--keep", "++++++++++++..." },
	{ { "--host", "h" }, { NULL }, "--host", "llllllllllll..." },
	{ { "--cmdline" }, { "--record", "y" }, "--cmdline", "llllllllllll..." },
	{ { "--redact" }, { "--record", "y" }, "--redact", "++++++++++++..." },
	{ { "--redact-key", "k", "--redact" }, { "--record", "y" }, "--redact-key",
	  "++++++++++++..." },
	{ { "-d", "1" }, { "--watch", "1" }, "--duration", "++++++++++++l.." },
	{ { "-n", "1" }, { "--watch", "1" }, "--count", "++++++++++.+l.." },
	{ { "--strict" }, { NULL }, "--strict", "+++++++++++++.." },
	{ { "--fail-on", "reset,exit" }, { NULL }, "--fail-on", "++++++++++++..." },
	{ { "--tree", "--", "true" }, { NULL }, "--tree", "llllllllllll..." },
	{ { "--drain", "1" }, { NULL }, "--drain", "++++++++++++..." },
	{ { "--ready-fd", "1" }, { NULL }, "--ready-fd", "+++++++++++++.." },
	{ { "--calls", "inline" }, { NULL }, "--calls", "++++++++++++.+." },
	{ { "--btf", "x" }, { NULL }, "--btf", "llllllllllllll." },
	{ { "--no-fentry" }, { NULL }, "--no-fentry", "++++++++++++.+." },
	{ { "--buffer", "1M" }, { NULL }, "--buffer", "++++++++++++.+." },
	{ { "--max-open", "1" }, { NULL }, "--max-open", "+++++++++++++.." },
	{ { "--state", "close-wait" }, { NULL }, "--state", "............+.." },
	{ { "--older-than", "1m" }, { NULL }, "--older-than", "............+.." },
	{ { "--watch", "1" }, { NULL }, "--watch", "............l.." },
	{ { "--fail" }, { NULL }, "--fail", "............+.." },
	{ { "--no-bpf" }, { NULL }, "--no-bpf", "............l.." },
	{ { "--listen", "[::1]:1" }, { NULL }, "--listen", "..........l...." },
	{ { "--textfile", "x" }, { NULL }, "--textfile", "..........+...." },
	{ { "--by-comm" }, { NULL }, "--by-comm", "..........+...." },
	{ { "--page" }, { NULL }, "--page", "..........l...." },
	{ { "--fleet-key", "k" }, { NULL }, "--fleet-key", ".........++...." },
	{ { "--to", "http://h" }, { NULL }, "--to", ".........+....." },
	{ { "--spool", "d" }, { "--to", "http://h" }, "--spool", ".........+....." },
	{ { "--spool-max", "4M" }, { "--to", "http://h" }, "--spool-max", ".........+....." },
	{ { "--walk-every", "9" }, { "--record", "nats://h/" }, "--walk-every", "lllllllllll...." },
	{ { "--max-rate", "9" }, { "--record", "nats://h/" }, "--max-rate", "lllllllllll...." },
	{ { "--nats-creds", "x" }, { NULL }, "--nats-creds", "..............+" },
	{ { "--nats-ca", "x" }, { NULL }, "--nats-ca", "..............+" },
	{ { "--nats-cert", "x" }, { NULL }, "--nats-cert", "..............+" },
	{ { "--nats-key", "x" }, { "--nats-cert", "y" }, "--nats-key", "..............+" },
	{ { "--max-age", "1h" }, { NULL }, "--max-age", "..............+" },
	{ { "--max-bytes", "1G" }, { NULL }, "--max-bytes", "..............+" },
	{ { "--replicas", "3" }, { NULL }, "--replicas", "..............+" },
	{ { "--partitions", "4" }, { NULL }, "--partitions", "..............+" },
	{ { "--", "true" }, { NULL }, "-- COMMAND", "lllllllllllll.." },
};

static const char *const views[] = { "trace", "json", "events", "timeline", "connections", "who",
				     "hist", "top", "report", "otlp", "serve", "record", "stuck",
				     "doctor", "stream" };

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool is(const char *a, const char *b)
{
	return a && !strcmp(a, b);
}

/* "record -o x --replay x --rotate 64K": what the view and the option need, and the option last. */
static void parse_pair(struct result *r, const struct expected *e, const char *view, bool replay)
{
	const char *words[16] = { "tcpclose", view };
	bool record = is(view, "record"), stuck = is(view, "stuck");
	bool of_info = is(e->name, "--json") || is(e->name, "--fields");
	bool writes = record || (is(view, "otlp") && !is(e->words[0], "--to") &&
				 !is(e->with[0], "--to"));
	unsigned n = 2;

	if (is(view, "stream")) {
		words[n++] = of_info ? "info" : "init";
		words[n++] = "nats://h/";
	}

	if (writes && !is(e->words[0], "-o")) {
		words[n++] = "-o";
		words[n++] = "x";
	}
	if (replay && !is(e->words[0], "--replay")) {
		words[n++] = "--replay";
		words[n++] = "z";
	}
	/* a recording is no place to scrape */
	if ((replay || is(e->words[0], "--replay")) && is(view, "serve") &&
	    !is(e->words[0], "--textfile")) {
		words[n++] = "--textfile";
		words[n++] = "t";
	}
	/* record makes a recording by itself, and only stuck looks again */
	if (e->with[0] && (is(e->with[0], "--watch") ? stuck : !record)) {
		words[n++] = e->with[0];
		words[n++] = e->with[1];
	}
	for (unsigned i = 0; i < 3 && e->words[i]; i++)
		words[n++] = e->words[i];
	words[n] = NULL;
	parse_words(r, words);
}

static void check_pair(const struct expected *e, unsigned view, bool replay)
{
	char mark = e->views[view];
	bool accepted = mark == '+' || mark == (replay ? 'r' : 'l');
	struct result r;

	/* the other option may be the one that is refused: then it is named */
	bool other = e->with[0] && mark != '+';

	parse_pair(&r, e, views[view], replay);
	if (accepted != (r.status == -1))
		fail_msg("%s %s%s: '%s'", views[view], e->name, replay ? " --replay" : "", r.err);
	if (accepted) {
		expect_fine(&r);
		assert_string_equal(r.o.view->name, views[view]);
		return;
	}
	assert_int_equal(r.status, EXIT_USAGE);
	assert_string_equal(r.out, "");
	assert_ptr_equal(strchr(r.err, '\n'), r.err + strlen(r.err) - 1);
	if (!strstr(r.err, views[view]) ||
	    !(strstr(r.err, e->name) || (other && strstr(r.err, e->with[0]))))
		fail_msg("%s %s%s: '%s'", views[view], e->name, replay ? " --replay" : "", r.err);
}

static void test_option_table__each_view_with_each_option(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(expected); i++) {
		assert_int_equal(strlen(expected[i].views), COUNT(views));
		for (unsigned view = 0; view < COUNT(views); view++)
			check_pair(&expected[i], view, false);
	}
}

static void test_option_table__each_view_with_each_option_on_a_recording(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(expected); i++)
		for (unsigned view = 0; view < COUNT(views) - 2; view++)
			check_pair(&expected[i], view, true);
}

/* Neither a view nor an option may be added without a column or a row above. */
static void test_option_table__the_product_is_whole(void **state)
{
	const struct option_row *o;

	(void)state;
	for (unsigned i = 0; i < COUNT(views); i++)
		assert_string_equal(view_at(i)->name, views[i]);
	assert_null(view_at(COUNT(views)));
	for (unsigned i = 0; (o = option_at(i)); i++) {
		bool found = !o->argp.name || is(o->argp.name, "help") ||
			     is(o->argp.name, "version") || is(o->argp.name, "document");

		for (unsigned j = 0; !found && j < COUNT(expected); j++)
			found = is(o->argp.name, expected[j].name + 2) ||
				(is(o->argp.name, "record") && is(expected[j].name, "record"));
		if (!found)
			fail_msg("--%s is not tested", o->argp.name);
	}
}

static void test_option_table__keys_and_names_are_unique(void **state)
{
	const struct option_row *o, *other;

	(void)state;
	for (unsigned i = 0; (o = option_at(i)); i++) {
		if (!o->argp.name)
			continue;
		assert_int_equal(option_index(o->argp.key), i);
		for (unsigned j = i + 1; (other = option_at(j)); j++)
			assert_false(is(other->argp.name, o->argp.name));
		assert_true(o->views);
		assert_true(o->set || !o->argp.arg);
	}
}

/* Is it accepted with one of the views of the option? A key of --fields is not one of each view. */
static bool is_accepted_once(const struct option_row *o, const char *word, struct result *r)
{
	bool fields = is(o->argp.name, "fields");
	char name[64];

	snprintf(name, sizeof(name), "--%s=%s", o->argp.name, word);
	for (unsigned i = 0; i < COUNT(views); i++) {
		if (!(o->views >> i & 1))
			continue;
		if (is(views[i], "stream"))
			PARSE(r, "stream", "info", "nats://h/", name, fields ? "-j" : "-q");
		else
			PARSE(r, views[i], name, fields ? "-j" : "-q");
		if (r->status == -1 || r->status == EXIT_FINE)
			return true;
		if (!fields)
			break;
	}
	return false;
}

static void test_option_table__each_word_is_accepted(void **state)
{
	const struct option_row *o;
	struct result r;

	(void)state;
	for (unsigned i = 0; (o = option_at(i)); i++)
		for (unsigned j = 0; o->word && o->word(j); j++)
			if (!is_accepted_once(o, o->word(j), &r))
				fail_msg("--%s %s: %s", o->argp.name, o->word(j), r.err);
}

/* A view whose keys had no room in a selection could not print all of them. */
static void test_option_table__a_selection_has_room_for_every_key(void **state)
{
	(void)state;
	for (unsigned view = 0; view < COUNT(views); view++) {
		struct json_select s = { .nr = 0 };
		uint32_t of;

		for (unsigned i = 0; json_key_path(i); i++) {
			assert_true(i < OPTION_FIELDS_MAX);
			assert_non_null(json_key_find(json_key_path(i), &of));
			if (of >> view & 1)
				assert_true(json_select_add(&s, json_key_path(i)));
		}
	}
}

/* The unit decides whether it is a size, a number or a time, and each may be given once more. */
static void test_option_table__a_recording_is_limited_by_size_number_and_time(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "record", "-o", "x");
	expect_fine(&r);
	assert_int_equal(r.o.record.keep, 0);
	PARSE(&r, "record", "-o", "x", "--rotate", "100M");
	expect_fine(&r);
	assert_int_equal(r.o.record.rotate_bytes, 100 << 20);
	assert_int_equal(r.o.record.rotate_ns, 0);
	assert_int_equal(r.o.record.keep, 4);
	PARSE(&r, "record", "-o", "x", "--rotate", "1.5h", "--rotate", "64K", "--keep", "7d",
	      "--keep", "9");
	expect_fine(&r);
	assert_int_equal(r.o.record.rotate_bytes, 64 << 10);
	assert_int_equal(r.o.record.rotate_ns, 5400 * 1000000000ULL);
	assert_int_equal(r.o.record.keep, 9);
	assert_int_equal(r.o.record.keep_ns, 7 * 86400 * 1000000000ULL);
	PARSE(&r, "record", "-o", "x", "--rotate", "1h", "--keep", "24h");
	expect_fine(&r);
	assert_int_equal(r.o.record.keep, 0);
	PARSE(&r, "record", "-o", "x", "--rotate", "1");
	expect_usage(&r, "tcpclose: bad size or time '1': want a size from 64K on, as 64M or 2G, "
		     "or a time from 1s on, as 10m or 1h\n");
	PARSE(&r, "record", "-o", "x", "--keep", "1w");
	expect_usage(&r, "tcpclose: bad number of files or time '1w': want 1-9999, or a time from "
		     "1s on, as 24h or 7d\n");
}

/* What a recording holds is decided by record's options, whichever view is shown meanwhile. */
static void test_option_table__what_record_uses_goes_with_a_recording(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "--stack");
	expect_usage(&r, "tcpclose: --stack does not apply to who, "
		     "only to trace, json and record\n");
	PARSE(&r, "who", "--stack", "--record", "x");
	expect_fine(&r);
	PARSE(&r, "events", "-T", "--record", "x");
	expect_usage(&r, "tcpclose: --times does not apply to events, only to trace, "
			 "connections and stuck\n");
}

static void test_option_table__options_that_need_another(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stuck", "-n", "1");
	expect_usage(&r, "tcpclose: --count requires --watch in stuck\n");
	PARSE(&r, "--keep", "2");
	expect_usage(&r, "tcpclose: --keep requires record -o FILE or --record FILE\n");
	PARSE(&r, "--tree");
	expect_usage(&r, "tcpclose: --tree requires -- COMMAND\n");
	PARSE(&r, "record", "-o", "-", "--rotate", "1h");
	expect_usage(&r, "tcpclose: --rotate requires record -o FILE or --record FILE\n");
	PARSE(&r, "record", "-o", "-", "--cmdline");
	expect_fine(&r);
	PARSE(&r, "--cmdline");
	expect_usage(&r, "tcpclose: --cmdline requires record -o FILE or --record FILE\n");
	PARSE(&r, "record");
	expect_usage(&r, "tcpclose: record requires -o FILE, or -o - for standard output\n");
	PARSE(&r, "record", "-o", "x", "--record", "y");
	expect_usage(&r, "tcpclose: record and --record are mutually exclusive\n");
	PARSE(&r, "who", "json", "--csv");
	expect_usage(&r, "tcpclose: -j and --csv are mutually exclusive\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_option_table__each_view_with_each_option),
		cmocka_unit_test(test_option_table__each_view_with_each_option_on_a_recording),
		cmocka_unit_test(test_option_table__the_product_is_whole),
		cmocka_unit_test(test_option_table__keys_and_names_are_unique),
		cmocka_unit_test(test_option_table__each_word_is_accepted),
		cmocka_unit_test(test_option_table__a_selection_has_room_for_every_key),
		cmocka_unit_test(test_option_table__what_record_uses_goes_with_a_recording),
		cmocka_unit_test(test_option_table__options_that_need_another),
		cmocka_unit_test(
			test_option_table__a_recording_is_limited_by_size_number_and_time),
	};

	unsetenv("NO_COLOR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
