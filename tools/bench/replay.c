/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Measures the cost of a replay. Needs no recording from a kernel: it generates one.
 *
 *   bench_replay generate -o FILE [-n EVENTS] [-c CONNECTIONS] [-H HOST]
 *     Writes the recording of an imaginary busy host: see generate.h.
 *   bench_replay read|nothing|VIEW FILE [KEY...]
 *     Replays a recording through reader, table, stories and verdicts into that view and discards
 *     the output. nothing: without a view. read: only through the reader. Of JSON, only
 *     the keys are written, if any are given, as with --fields. The time is CPU time of
 *     one core; told is the number of stories reported.
 *     {"view":"json","events":10000000,"cpu_seconds":7.1,"bytes_per_event":21.2,"told":1833333}
 *   bench_replay memory ENDPOINTS
 *     Prints the memory of ENDPOINTS established endpoints, as counted by the allocator and the
 *     kernel.
 *     {"endpoints":10000,"heap_bytes":4000000,"rss_bytes":4100000,"story_bytes":344}
 *
 * Exit status: 0, 1 on any error, 64 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "reader.h"
#include "pipeline.h"
#include "generate.h"

#define EVENTS 10000000UL
#define CONNECTIONS 10000UL
#define MAX_OPEN 131072		/* the same as in the tool */

static int print_error(const char *what, const char *why)
{
	fprintf(stderr, "bench_replay: %s: %s\n", what, why);
	return 1;
}

static ssize_t read_file(void *arg, void *bytes, size_t len)
{
	return read(*(int *)arg, bytes, len);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct view nothing = { .name = "nothing" };

/* meta: how the events were captured; NULL: by all hooks. */
static struct pipeline *new_pipeline(const struct view *view, struct view_context *context,
				     const struct run_info *meta)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	struct pipeline_config config = {
		.view = view, .context = context, .filter = &any_flow, .story_filter = &any_story,
		.endpoint_table = { .max_open = MAX_OPEN, .seed = 1,
				    .calls = !meta || run_info_watches_calls(meta),
				    .timewait = !meta || run_info_has_hook(meta, "late") },
	};

	return pipeline_new(&config);
}

static struct record play_all(struct record_reader *reader, struct pipeline *t,
			      const struct view *view, struct view_context *context)
{
	struct endpoint_table *endpoints = pipeline_endpoints(t);
	uint64_t now_ns = 0;
	struct record last;
	struct run_counts y;

	if (view->start)
		view->start(context);
	while ((last = record_reader_next(reader)).got < RECORD_GOT_END) {
		if (last.got == RECORD_GOT_MARK) {
			now_ns = last.mark->now_ns;
			endpoint_table_expire(endpoints, now_ns);
		} else if (last.got == RECORD_GOT_EVENT) {
			pipeline_feed(t, last.event, sizeof(*last.event));
		}
		if (context->out->len >= (64 << 10))
			buf_reset(context->out);
	}
	endpoint_table_end(endpoints, now_ns);
	y = pipeline_tally(t, NULL);
	if (view->end)
		view->end(context, &y, now_ns);
	return last;
}

static struct record read_all(struct record_reader *reader, struct run_counts *y)
{
	struct record last;

	while ((last = record_reader_next(reader)).got < RECORD_GOT_END)
		y->events += last.got == RECORD_GOT_EVENT;
	return last;
}

static void print_report(const char *view, const struct run_counts *y, double seconds, int fd)
{
	struct stat st = { .st_size = 0 };

	fstat(fd, &st);
	printf("{\"view\":\"%s\",\"events\":%llu,\"cpu_seconds\":%.6f,\"bytes_per_event\":%.1f,"
	       "\"told\":%llu}\n", view, (unsigned long long)y->events, seconds,
	       (double)st.st_size / (double)y->events, (unsigned long long)y->reported);
}

/* Replays a file into a view, or only reads it if view is NULL. Returns the exit status. */
static int replay_view(const char *name, const struct view *view, const char *path, char **keys)
{
	struct json_select select = { .nr = 0 };
	struct buf out = { 0 };
	struct view_context context = { .out = &out, .fields = *keys ? &select : NULL };
	struct run_counts y = { .events = 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct record_reader *reader;
	struct pipeline *t;
	struct record last;
	char why[RECORD_WHY];
	double from = cpu_seconds();

	if (fd < 0)
		return print_error(path, strerror(errno));
	for (; *keys; keys++)
		if (!json_select_add(&select, *keys))
			return print_error(*keys, "too many keys");
	reader = record_reader_open(read_file, &fd, why);
	if (!reader)
		return print_error(path, why);
	context.meta = record_reader_run_info(reader);
	t = new_pipeline(view ? view : &nothing, &context, context.meta);
	if (!t)
		return print_error(path, "out of memory");
	if (view) {
		last = play_all(reader, t, view, &context);
		y = pipeline_tally(t, NULL);
	} else {
		last = read_all(reader, &y);
	}
	print_report(name, &y, cpu_seconds() - from, fd);
	if (last.got != RECORD_GOT_END)
		print_error(path, record_reader_why(reader));
	if (view && view->release)
		view->release(&context);
	record_reader_close(reader);
	pipeline_free(t);
	buf_release(&out);
	close(fd);
	return last.got == RECORD_GOT_END ? 0 : 1;
}

static unsigned long rss_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!f || fscanf(f, "%*u %lu", &pages) != 1)
		print_error("/proc/self/statm", "cannot be read");
	if (f)
		fclose(f);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE);
}

static int measure_memory(unsigned long endpoints)
{
	struct view_context context = { .out = NULL };
	struct pipeline *t = new_pipeline(&nothing, &context, NULL);
	size_t heap = mallinfo2().uordblks + mallinfo2().hblkhd, rss = rss_bytes();
	struct event e;
	struct run_counts y;

	if (!t)
		return print_error("memory", "out of memory");
	for (unsigned long i = 0; i < endpoints; i++) {
		generate_established(&e);
		pipeline_feed(t, &e, sizeof(e));
	}
	y = pipeline_tally(t, NULL);
	printf("{\"endpoints\":%llu,\"heap_bytes\":%zu,\"rss_bytes\":%zu,\"story_bytes\":%zu}\n",
	       (unsigned long long)y.open, mallinfo2().uordblks + mallinfo2().hblkhd - heap,
	       rss_bytes() - rss, sizeof(struct story));
	pipeline_free(t);
	return y.open == endpoints ? 0 : print_error("memory", "not all endpoints were kept");
}

static int print_usage(void)
{
	fprintf(stderr, "usage: bench_replay generate -o FILE [-n EVENTS] [-c CONNECTIONS] "
			"[-H HOST]\n"
			"       bench_replay read|nothing|VIEW FILE [KEY...]\n"
			"       bench_replay memory ENDPOINTS\n");
	return 64;
}

static int generate_from_options(int argc, char **argv)
{
	unsigned long events = EVENTS, connections = CONNECTIONS;
	const char *path = NULL, *host = NULL;
	int option, err;

	while ((option = getopt(argc, argv, "o:n:c:H:")) != -1) {
		if (option == 'o')
			path = optarg;
		else if (option == 'n')
			events = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			connections = strtoul(optarg, NULL, 10);
		else if (option == 'H')
			host = optarg;
		else
			return print_usage();
	}
	if (!path || !events || !connections)
		return print_usage();
	err = generate_recording(path, events, connections, host);
	return err ? print_error(path, strerror(err)) : 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const struct view *view = strcmp(what, nothing.name) ? view_find(what) : &nothing;

	if (!strcmp(what, "generate"))
		return generate_from_options(argc - 1, argv + 1);
	if (argc == 3 && !strcmp(what, "memory") && strtoul(argv[2], NULL, 10))
		return measure_memory(strtoul(argv[2], NULL, 10));
	if (argc >= 3 && (view || !strcmp(what, "read")))
		return replay_view(what, view, argv[2], argv + 3);
	return print_usage();
}
