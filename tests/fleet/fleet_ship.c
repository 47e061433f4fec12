/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A recorder without a tracer: puts numbered shipments into a shipper at a fixed rate until its
 * standard input ends, and then waits until they have arrived. It prints its counts as JSON lines,
 * and how long the longest call of the shipper took: the time that a tracer would have lost.
 *
 *	fleet_ship URL HOST [NAME=VALUE...]
 *
 * Each shipment begins with "HOST RUN N\n", and its message id is RUN-PARTITION-N.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "read_clock.h"
#include "shipper.h"

struct settings {
	struct shipper_config shipper;
	uint64_t count;		/* 0: no limit */
	uint64_t size, interval_us, flush_ms, partitions, beat_ms;
	const char *run, *as;	/* as: the HOST of the shipments, if not that of the shipper */
};

static uint64_t now_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

static bool set(struct settings *s, const char *name, const char *value)
{
	struct { const char *name; uint64_t *to; } numbers[] = {
		{ "count", &s->count }, { "size", &s->size }, { "interval-us", &s->interval_us },
		{ "flush-ms", &s->flush_ms }, { "partitions", &s->partitions },
		{ "spool-max", &s->shipper.spool.max_bytes }, { "beat-ms", &s->beat_ms },
	};
	struct { const char *name; const char **to; } texts[] = {
		{ "spool", &s->shipper.spool.dir }, { "creds", &s->shipper.to.credentials },
		{ "ca", &s->shipper.to.ca }, { "cert", &s->shipper.to.cert },
		{ "key", &s->shipper.to.key }, { "run", &s->run }, { "as", &s->as },
	};

	if (strcmp(name, "timeout-ms") == 0) {
		s->shipper.to.timeout_ms = (unsigned)strtoul(value, NULL, 10);
		return true;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].to = strtoull(value, NULL, 10);
			return true;
		}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(name, texts[i].name) == 0) {
			*texts[i].to = value;
			return true;
		}
	return false;
}

static void put(struct shipper *s, const struct settings *set, const char *run, uint64_t n)
{
	struct shipment shipment = { .kind = SHIPMENT_SEGMENT, .units = 1,
				     .partition = (uint16_t)(n % set->partitions),
				     .size = (uint32_t)set->size };
	char *bytes = calloc(1, set->size + 256);

	snprintf(bytes, 256, "%s %s %" PRIu64 "\n", set->shipper.to.host, run, n);
	snprintf(shipment.key, sizeof(shipment.key), "%.32s-%u-%" PRIu64, run, shipment.partition,
		 n);
	if (set->as)
		snprintf(shipment.host, sizeof(shipment.host), "%s", set->as);
	shipment.bytes = bytes;
	shipper_put(s, &shipment);
	free(bytes);
}

static void put_heartbeat(struct shipper *s, const struct settings *set, const char *run)
{
	struct shipment shipment = { .kind = SHIPMENT_HEARTBEAT };
	char text[256];

	shipment.size = (uint32_t)snprintf(text, sizeof(text), "tcpclose heartbeat\nhost %s\n"
					   "run %s\nspool_dropped %" PRIu64 "\n",
					   set->shipper.to.host, run,
					   shipper_counts(s)->spool.dropped_units);
	shipment.bytes = text;
	shipper_put(s, &shipment);
}

static void print_text(const char *text)
{
	for (; *text; text++)
		putchar(*text == '"' ? '\'' : *text);
}

static void print_counts(struct shipper *s, const char *state, uint64_t put_so_far,
			 uint64_t longest_ns)
{
	const struct shipper_counts *c = shipper_counts(s);
	const char *config = shipper_config_text(s);

	printf("{\"state\":\"%s\",\"put\":%" PRIu64 ",\"taken\":%" PRIu64 ",\"rejected\":%" PRIu64
	       ",\"failed\":%" PRIu64 ",\"dropped\":%" PRIu64 ",\"waiting\":%" PRIu64
	       ",\"found\":%" PRIu64 ",\"heartbeats\":%" PRIu64 ",\"restarts\":%" PRIu64
	       ",\"disk_error\":%d,\"up\":%s,\"worker\":%d,\"has_config\":%s,\"longest_ms\":%.3f,"
	       "\"why\":\"",
	       state, put_so_far, c->taken, c->rejected, c->failed, c->spool.dropped,
	       c->spool.waiting, c->spool.found, c->heartbeats, c->restarts, c->spool.disk_error,
	       c->up ? "true" : "false", shipper_worker_pid(s), config ? "true" : "false",
	       (double)longest_ns / 1e6);
	print_text(c->why);
	printf("\",\"rejected_why\":\"");
	print_text(c->rejected_why);
	printf("\"}\n");
	fflush(stdout);
}

/* False: standard input has ended. */
static bool wait_until(struct shipper *s, uint64_t at_ns, uint64_t *longest_ns)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = shipper_fd(s), .events = POLLIN },
					{ .fd = STDIN_FILENO, .events = POLLIN } };
		uint64_t now = now_ns();
		int ms = now >= at_ns ? 0 : (int)((at_ns - now) / NS_PER_MS);

		poll(fds, 2, ms);
		if (fds[1].revents)
			return false;
		now = now_ns();
		if (fds[0].revents)
			shipper_handle(s);
		if (now_ns() - now > *longest_ns)
			*longest_ns = now_ns() - now;
		if (now_ns() >= at_ns)
			return true;
	}
}

static int run(const struct settings *set)
{
	uint64_t n = 0, longest_ns = 0, random[2], next_ns, print_ns = 0, beat_ns = 0;
	char why[SHIPPER_WHY_BYTES], id[33];
	struct shipper *s = shipper_start(&set->shipper, why);

	if (!s) {
		fprintf(stderr, "fleet_ship: %s\n", why);
		return 1;
	}
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return 1;
	snprintf(id, sizeof(id), "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	for (next_ns = now_ns(); wait_until(s, next_ns, &longest_ns);) {
		uint64_t begun_ns = now_ns();

		if (set->count == 0 || n < set->count)
			put(s, set, set->run ?: id, n++);
		if (set->beat_ms && begun_ns >= beat_ns) {
			put_heartbeat(s, set, set->run ?: id);
			beat_ns = begun_ns + set->beat_ms * (uint64_t)NS_PER_MS;
		}
		if (now_ns() - begun_ns > longest_ns)
			longest_ns = now_ns() - begun_ns;
		next_ns += set->interval_us * 1000;
		if (begun_ns >= print_ns) {
			print_counts(s, "running", n, longest_ns);
			print_ns = begun_ns + 50 * (uint64_t)NS_PER_MS;
		}
	}
	shipper_flush(s, (unsigned)set->flush_ms);
	print_counts(s, "done", n, longest_ns);
	shipper_stop(s);
	return 0;
}

int main(int argc, char **argv)
{
	struct settings s = { .size = 1000, .interval_us = 1000, .flush_ms = 10000,
			      .partitions = 1 };

	if (argc < 3)
		return 64;
	s.shipper.transport = &transport_nats;
	s.shipper.to = (struct transport_config){ .url = argv[1], .host = argv[2],
						  .user = getenv("NATS_USER"),
						  .password = getenv("NATS_PASSWORD"),
						  .token = getenv("NATS_TOKEN") };
	for (int i = 3; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals)
			return 64;
		*equals = '\0';
		if (!set(&s, argv[i], equals + 1))
			return 64;
	}
	return run(&s);
}
