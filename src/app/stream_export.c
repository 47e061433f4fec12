/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_export.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "heartbeat.h"
#include "log.h"
#include "nats_config.h"
#include "nats_url.h"
#include "read_clock.h"
#include "redact_key.h"
#include "stream_init.h"
#include "time_units.h"

#define SLICE_MS 100		/* a wait looks for interrupts this often */

static void begin_walk(void *arg)
{
	const struct stream_export *e = arg;

	session_begin_walk(e->session, e->now_ns);
}

static void take_walk(void *arg, const struct event *event)
{
	const struct stream_export *e = arg;

	session_record_walk(e->session, event);
}

static void end_walk(void *arg, bool complete)
{
	const struct stream_export *e = arg;

	session_end_walk(e->session, e->now_ns, complete);
}

static int open_writer(void *arg, struct record_writer **writer, const struct run_info *meta);
static void settle_endpoint(void *arg, const struct story *s, const struct verdict *v);

void stream_export_init(struct stream_export *e, const struct options *o, struct session *session,
			struct process *process)
{
	*e = (struct stream_export){ .o = o->record.to_stream ? o : NULL, .session = session,
				     .process = process };
	scout_init(&e->scout);
	e->scout.walker = (struct scout_walker){ begin_walk, take_walk, end_walk, e };
	e->recording = (struct stream_recording){
		.open = open_writer, .settled = o->record.max_rate ? settle_endpoint : NULL,
		.arg = e,
	};
}

static const char *get_url(const struct stream_export *e)
{
	return e->o->record.path;
}

/* Draw the number of the run. Returns false if there is no randomness. */
static bool draw_run(char run[RECORD_RUN_BYTES])
{
	uint8_t bytes[(RECORD_RUN_BYTES - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		snprintf(run + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

/* Replace the name of the host by the one of its subjects. */
static void make_host(struct stream_export *e, struct run_info *meta)
{
	char subject[SHIPMENT_HOST_BYTES];

	if (e->o->record.redact)
		redact_run_info(&e->redactor, meta);
	nats_subject_host(run_info_host(meta), subject);
	memcpy(meta->host, subject, sizeof(meta->host) - 1);
	meta->host[sizeof(meta->host) - 1] = '\0';
}

/* The subjects need the name of the host before everything else is known about it. */
static void find_host(struct stream_export *e)
{
	struct utsname u;

	if (!uname(&u))
		memccpy(e->meta.hostname, u.nodename, '\0', sizeof(e->meta.hostname) - 1);
	if (e->o->record.host)
		snprintf(e->meta.host, sizeof(e->meta.host), "%s", e->o->record.host);
	make_host(e, &e->meta);
}

static int check_url(const char *text)
{
	struct nats_url url;
	const char *why;

	if (nats_url_parse(text, &url, &why))
		return EXIT_FINE;
	log_error("bad address '%s': %s", text, why);
	return EXIT_USAGE;
}

static int start_shipper(struct stream_export *e)
{
	struct shipper_config config = {
		.transport = &transport_nats,
		.spool = { .dir = e->o->ship.spool, .max_bytes = e->o->ship.spool_max },
	};
	char why[SHIPPER_WHY_BYTES];
	int status = nats_config_fill(&config.to, e->o, get_url(e));

	if (status)
		return status;
	config.to.host = e->meta.host;
	e->shipper = shipper_start(&config, why);
	if (e->shipper)
		return EXIT_FINE;
	log_error("cannot record to '%s': %s", get_url(e), why);
	return EXIT_INPUT;
}

int stream_export_open(struct stream_export *e)
{
	int status, err;

	if (!e->o)
		return EXIT_FINE;
	status = check_url(get_url(e));
	if (!status && e->o->record.redact)
		status = redact_key_read(&e->redactor, e->o->record.redact_key);
	if (status)
		return status;
	if (!draw_run(e->run)) {
		log_error("cannot draw the number of the run: %s", strerror(errno));
		return EXIT_FAILED;
	}
	find_host(e);
	err = scout_start(&e->scout, e->o);
	if (err)
		log_warn("heartbeats will have no addresses: %s", strerror(-err));
	return start_shipper(e);
}

const struct stream_recording *stream_export_recording(const struct stream_export *e)
{
	return e->shipper ? &e->recording : NULL;
}

void stream_export_release(struct stream_export *e)
{
	if (!e->o)
		return;
	scout_stop(&e->scout);
	shipper_stop(e->shipper);
	e->shipper = NULL;
}

/* Take the configuration of the stream if it has come. */
static void look_for_config(struct stream_export *e)
{
	const char *text = shipper_config_text(e->shipper);
	struct stream_config config;
	struct siphash_key key;

	if (e->is_configured || !text || !e->writer)
		return;
	e->is_configured = true;
	if (stream_config_parse(text, strlen(text), &config) &&
	    siphash_parse_key(&key, config.hash_key))
		segment_writer_set_partitions(e->writer, config.partitions, &key);
	else
		log_warn("the configuration of the stream at '%s' is not valid: everything goes "
			 "into partition 0", get_url(e));
}

/* At the start, before anything is traced: the first events should have their partition. */
static void wait_for_config(struct stream_export *e)
{
	uint64_t until_ns = read_clock_ns(CLOCK_MONOTONIC) + STREAM_CONFIG_MS * NS_PER_MS, now_ns;

	while (!shipper_config_text(e->shipper) &&
	       (now_ns = read_clock_ns(CLOCK_MONOTONIC)) < until_ns) {
		struct pollfd fd = { .fd = shipper_fd(e->shipper), .events = POLLIN };

		poll(&fd, 1, (int)((until_ns - now_ns) / NS_PER_MS) + 1);
		shipper_handle(e->shipper);
	}
	look_for_config(e);
	if (!e->is_configured)
		log_note("the configuration of the stream is not known yet: everything goes into "
			 "partition 0 until '%s' answers", get_url(e));
}

static void take_segment(void *arg, const struct finished_segment *s)
{
	struct stream_export *e = arg;
	struct shipment shipment = { .kind = SHIPMENT_SEGMENT, .partition = (uint16_t)s->partition,
				     .units = s->events, .bytes = s->bytes,
				     .size = (uint32_t)s->size };

	memcpy(shipment.key, s->id, sizeof(shipment.key));
	snprintf(shipment.host, sizeof(shipment.host), "%s", e->meta.host);
	shipper_put(e->shipper, &shipment);
}

_Static_assert(SHIPMENT_KEY_BYTES == RECORD_SEGMENT_ID_BYTES, "the id of a segment is its key");

static int open_writer(void *arg, struct record_writer **writer, const struct run_info *meta)
{
	struct stream_export *e = arg;
	struct segment_writer_config config = {
		.meta = &e->meta, .redactor = e->o->record.redact ? &e->redactor : NULL,
		.max_rate = e->o->record.max_rate, .max_open = (uint32_t)e->o->capture.max_open,
		.take = take_segment, .arg = e,
	};
	int err;

	e->meta = *meta;
	make_host(e, &e->meta);
	memcpy(config.run, e->run, sizeof(config.run));
	if (getrandom(&config.seed, sizeof(config.seed), 0) < 0)
		config.seed = (uint64_t)(uintptr_t)e;
	err = segment_writer_open(&e->writer, &config);
	*writer = e->writer;
	if (err) {
		log_error("cannot record to '%s': %s", get_url(e), strerror(-err));
		return EXIT_FAILED;
	}
	wait_for_config(e);
	return EXIT_FINE;
}

static void settle_endpoint(void *arg, const struct story *s, const struct verdict *v)
{
	struct stream_export *e = arg;

	segment_writer_settle(e->writer, s->sk_key, s->cookie,
			      ending_class(v->ending) == CLASS_CLEAN);
}

int stream_export_fd(const struct stream_export *e)
{
	return e->shipper ? shipper_fd(e->shipper) : -1;
}

int stream_export_scout_fd(const struct stream_export *e)
{
	return e->scout.fd;
}

/* Report the first failure after a success, and the first success after that. */
static void report_state(struct stream_export *e, const struct shipper_counts *c)
{
	bool fails = c->failed > e->failed || (!c->up && *c->why);

	if (fails && !e->failing) {
		log_warn("cannot send to '%s': %s; segments wait in the spool", get_url(e), c->why);
		e->failing = true;
	} else if (!fails && c->taken > e->taken && e->failing) {
		log_note("'%s' takes segments again", get_url(e));
		e->failing = false;
	}
	e->failed = c->failed;
	e->taken = c->taken;
	if (c->rejected && !e->rejected)
		log_warn("'%s' refuses a segment: %s", get_url(e), c->rejected_why);
	e->rejected = c->rejected;
}

/* Events that will not arrive. */
static uint64_t count_dropped(const struct shipper_counts *c)
{
	return c->spool.dropped_units + c->spool.damaged_units + c->rejected_units;
}

void stream_export_pump(struct stream_export *e)
{
	const struct shipper_counts *c;

	if (!e->shipper)
		return;
	shipper_handle(e->shipper);
	c = shipper_counts(e->shipper);
	report_state(e, c);
	look_for_config(e);
	if (e->writer)
		session_set_spool_full(e->session, c->spool.dropped_units);
}

static void put_heartbeat(struct stream_export *e, const struct kernel_counters *counters,
			  bool ended)
{
	const struct shipper_counts *c = shipper_counts(e->shipper);
	uint64_t sequence[PARTITIONS_MAX];
	struct segment_counts written = segment_writer_counts(e->writer, 0);
	struct heartbeat h = {
		.meta = &e->meta, .run = e->run, .sequence = sequence,
		.partitions = segment_writer_partitions(e->writer),
		.time_ns = read_clock_ns(CLOCK_REALTIME),
		.counts = session_count(e->session, counters), .rate = written.rate,
		.sampled_out = written.sampled_out, .spool_waiting = c->spool.waiting_units,
		.spool_dropped = count_dropped(c), .addresses = &e->scout.last,
		.redactor = e->o->record.redact ? &e->redactor : NULL, .ended = ended,
	};
	struct shipment shipment = { .kind = SHIPMENT_HEARTBEAT };
	struct buf text = { 0 };

	for (unsigned i = 0; i < h.partitions; i++)
		sequence[i] = segment_writer_sequence(e->writer, i);
	e->meta.boot_to_wall_ns = e->session->meta.boot_to_wall_ns;
	heartbeat_write(&text, &h);
	snprintf(shipment.host, sizeof(shipment.host), "%s", e->meta.host);
	shipment.bytes = text.data;
	shipment.size = (uint32_t)text.len;
	if (!text.failed)
		shipper_put(e->shipper, &shipment);
	buf_release(&text);
	e->has_addresses |= e->scout.last.nr || e->scout.last.complete;
}

void stream_export_advance(struct stream_export *e, uint64_t now_ns,
			   const struct kernel_counters *counters)
{
	bool news;

	if (!e->shipper || !e->writer)
		return;
	stream_export_pump(e);
	segment_writer_advance(e->writer, now_ns);
	e->now_ns = now_ns;
	e->is_behind = scout_take(&e->scout);
	scout_ask(&e->scout, now_ns, e->sk_xor);
	news = !e->has_addresses && e->scout.last.complete;
	if (!news && now_ns < e->heartbeat_ns)
		return;
	put_heartbeat(e, counters, false);
	e->heartbeat_ns = now_ns + HEARTBEAT_NS;
	shipper_handle(e->shipper);
}

struct metrics_spool stream_export_spool(const struct stream_export *e)
{
	const struct shipper_counts *c = e->shipper ? shipper_counts(e->shipper) : NULL;

	if (!c)
		return (struct metrics_spool){ .known = false };
	return (struct metrics_spool){ .known = true, .up = c->up,
				       .waiting = c->spool.waiting_units,
				       .bytes = c->spool.waiting_bytes, .sent = c->taken_units,
				       .dropped = c->spool.dropped_units,
				       .rejected = c->rejected_units,
				       .damaged = c->spool.damaged_units };
}

uint64_t stream_export_next_ns(const struct stream_export *e)
{
	uint64_t next_ns;

	if (!e->shipper || !e->writer)
		return 0;
	if (e->is_behind)
		return 1;
	next_ns = segment_writer_next_ns(e->writer);
	if (e->scout.walk_every_ns && !e->scout.busy && e->scout.walk_ns &&
	    (!next_ns || e->scout.walk_ns < next_ns))
		next_ns = e->scout.walk_ns;
	return next_ns && next_ns < e->heartbeat_ns ? next_ns : e->heartbeat_ns;
}

/* Wait until everything has arrived. An interrupt after the first `before` ends the wait. */
static void flush(struct stream_export *e, uint64_t until_ns, unsigned before)
{
	while (!shipper_flush(e->shipper, SLICE_MS) &&
	       read_clock_ns(CLOCK_MONOTONIC) < until_ns && e->process->interrupts == before) {
		process_handle_signals(e->process);
		report_state(e, shipper_counts(e->shipper));
	}
}

/* Report what arrived and what did not. Returns an exit status. */
static int report_end(const struct stream_export *e, const struct segment_counts *written)
{
	const struct shipper_counts *c = shipper_counts(e->shipper);
	uint64_t left = c->spool.waiting_units, kept = e->o->ship.spool ? left : 0;

	log_note("%llu events in %llu segments arrived at '%s'",
		 (unsigned long long)c->taken_units, (unsigned long long)c->taken, get_url(e));
	if (written->sampled_out)
		log_note("--max-rate left out %llu clean endpoints, with %llu events",
			 (unsigned long long)written->sampled_out,
			 (unsigned long long)written->sampled_out_events);
	if (kept)
		log_warn("%llu events wait in '%s' for the next run: %s", (unsigned long long)kept,
			 e->o->ship.spool, *c->why ? c->why : "the run has ended");
	if (count_dropped(c))
		log_warn("%llu events will not arrive: %llu dropped because the spool was full, "
			 "%llu refused, %llu damaged in the spool",
			 (unsigned long long)count_dropped(c),
			 (unsigned long long)c->spool.dropped_units,
			 (unsigned long long)c->rejected_units,
			 (unsigned long long)c->spool.damaged_units);
	if (left == kept)
		return EXIT_FINE;
	log_error("%llu events did not arrive at '%s', and are lost without --spool DIR: %s",
		  (unsigned long long)left, get_url(e), *c->why ? c->why : "the wait was ended");
	return EXIT_FAILED;
}

int stream_export_end(struct stream_export *e, uint64_t now_ns,
		      const struct kernel_counters *counters)
{
	uint64_t until_ns = read_clock_ns(CLOCK_MONOTONIC) + STREAM_FLUSH_MS * NS_PER_MS;
	unsigned before = e->process->interrupts;
	struct segment_counts written;

	if (!e->shipper || !e->writer)
		return EXIT_FINE;
	written = segment_writer_counts(e->writer, now_ns);
	flush(e, until_ns, before);	/* the heartbeat says what is still in the spool */
	put_heartbeat(e, counters, true);
	e->writer = NULL;
	flush(e, until_ns, before);
	return report_end(e, &written);
}
