/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "otlp_export.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "read_clock.h"
#include "time_units.h"

#define SLICE_MS 100		/* a wait looks for interrupts this often */
#define ROOM_BYTES (8ull << 20)	/* a replay leaves no more than that in the spool */

void otlp_export_init(struct otlp_export *e, const struct options *o, struct process *process)
{
	bool sends = o->view->id == VIEW_OTLP && o->otlp.sends;

	*e = (struct otlp_export){ .o = sends ? o : NULL, .process = process };
}

/* The URL for messages: that of traces stands for both. */
static const char *get_url(const struct otlp_export *e)
{
	return e->o->otlp.to ? e->o->otlp.to : e->target.of[OTLP_TO_TRACES].url;
}

/* Is there more in the spool than a replay may leave there? */
static bool is_behind(const struct otlp_export *e)
{
	uint64_t max_bytes = e->o->ship.spool_max;
	uint64_t bytes = max_bytes && max_bytes / 2 < ROOM_BYTES ? max_bytes / 2 : ROOM_BYTES;

	return shipper_counts(e->shipper)->spool.waiting_bytes > bytes;
}

/* Waits a moment for the child or an interrupt. False: the user wants the end. */
static bool wait_a_moment(struct otlp_export *e)
{
	struct pollfd fds[] = { { .fd = shipper_fd(e->shipper), .events = POLLIN },
				{ .fd = e->process->signals, .events = POLLIN } };
	unsigned before = e->process->interrupts;

	poll(fds, 2, SLICE_MS);
	if (fds[1].revents & POLLIN)
		process_handle_signals(e->process);
	otlp_export_advance(e);
	return e->process->interrupts == before;
}

static void take_request(void *arg, enum otlp_signal signal, const struct buf *body, unsigned items)
{
	struct otlp_export *e = arg;
	const struct shipment shipment = {
		.kind = signal == OTLP_TRACES ? SHIPMENT_TRACES : SHIPMENT_LOGS,
		.units = items, .bytes = body->data, .size = (uint32_t)body->len,
	};

	if (e->o->record.replay)
		while (is_behind(e) && !e->process->interrupts)
			if (!wait_a_moment(e))
				break;
	shipper_put(e->shipper, &shipment);
	otlp_export_advance(e);
}

static int check_library(void)
{
	if (!transport_curl_is_built_in())
		log_error("--to needs libcurl, and this tcpclose was built without it");
	else if (!transport_curl_can_load())
		log_error("--to needs libcurl, and it cannot be loaded: install libcurl4");
	else
		return EXIT_FINE;
	return EXIT_KERNEL;
}

int otlp_export_open(struct otlp_export *e)
{
	struct shipper_config config = { .transport = &transport_curl };
	char why[SHIPPER_WHY_BYTES];
	int status;

	if (!e->o)
		return EXIT_FINE;
	status = check_library();
	if (status)
		return status;
	if (!otlp_target_init(&e->target, e->o->otlp.to, secure_getenv, why)) {
		log_error("%s", why);
		return EXIT_USAGE;
	}
	if (e->target.protocol)
		log_note("OTLP is sent as http/json, not as '%s'", e->target.protocol);
	config.to = (struct transport_config){ .url = get_url(e), .otlp = &e->target };
	config.spool = (struct spool_config){ .dir = e->o->ship.spool,
					      .max_bytes = e->o->ship.spool_max };
	e->shipper = shipper_start(&config, why);
	if (!e->shipper) {
		log_error("cannot send to '%s': %s", get_url(e), why);
		return EXIT_INPUT;
	}
	e->sink = (struct otlp_sink){ take_request, e };
	return EXIT_FINE;
}

void otlp_export_release(struct otlp_export *e)
{
	shipper_stop(e->shipper);
	e->shipper = NULL;
}

const struct otlp_sink *otlp_export_sink(const struct otlp_export *e)
{
	return e->shipper ? &e->sink : NULL;
}

int otlp_export_fd(const struct otlp_export *e)
{
	return e->shipper ? shipper_fd(e->shipper) : -1;
}

/* Reports the first failure after a success, and the first success after that. */
static void report_state(struct otlp_export *e, const struct shipper_counts *c)
{
	if (c->failed > e->failed && !e->failing) {
		log_warn("cannot send to '%s': %s; trying again", get_url(e), c->why);
		e->failing = true;
	} else if (c->taken > e->taken && c->failed == e->failed && e->failing) {
		log_note("'%s' takes requests again", get_url(e));
		e->failing = false;
	}
	e->failed = c->failed;
	e->taken = c->taken;
}

static void report_losses(struct otlp_export *e, const struct shipper_counts *c)
{
	if (c->rejected && !e->refused)
		log_warn("'%s' refuses a request: %s", get_url(e), c->rejected_why);
	e->refused = c->rejected;
	if (c->spool.dropped && !e->dropped)
		log_warn("the spool is full: the oldest requests are dropped");
	e->dropped = c->spool.dropped;
}

void otlp_export_advance(struct otlp_export *e)
{
	const struct shipper_counts *c;

	if (!e->shipper)
		return;
	shipper_handle(e->shipper);
	c = shipper_counts(e->shipper);
	report_state(e, c);
	report_losses(e, c);
}

/* Another interrupt ends the wait. */
static void flush(struct otlp_export *e)
{
	uint64_t until_ns = read_clock_ns(CLOCK_MONOTONIC) + OTLP_FLUSH_MS * NS_PER_MS;

	while (shipper_counts(e->shipper)->spool.waiting &&
	       read_clock_ns(CLOCK_MONOTONIC) < until_ns)
		if (!wait_a_moment(e))
			return;
}

/* Reports what did not arrive. What waits in a directory is for the next run. Returns a status. */
static int report_end(const struct otlp_export *e, const struct shipper_counts *c)
{
	uint64_t kept = e->o->ship.spool ? c->spool.waiting_units : 0;
	uint64_t left = c->spool.waiting_units - kept;
	uint64_t lost = left + c->rejected_units + c->spool.dropped_units;

	log_note("%llu spans and log records arrived at '%s'",
		 (unsigned long long)c->taken_units, get_url(e));
	if (kept)
		log_warn("%llu spans and log records wait in '%s' for the next run: %s",
			 (unsigned long long)kept, e->o->ship.spool,
			 *c->why ? c->why : "the run has ended");
	if (!lost)
		return EXIT_FINE;
	log_error("%llu spans and log records did not arrive at '%s': %llu refused, %llu not "
		  "delivered, %llu dropped because the spool was full%s%s",
		  (unsigned long long)lost, get_url(e), (unsigned long long)c->rejected_units,
		  (unsigned long long)left, (unsigned long long)c->spool.dropped_units,
		  left && *c->why ? ": " : "", left ? c->why : "");
	return EXIT_FAILED;
}

int otlp_export_end(struct otlp_export *e)
{
	if (!e->shipper)
		return EXIT_FINE;
	flush(e);
	return report_end(e, shipper_counts(e->shipper));
}
