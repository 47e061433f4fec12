/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fleet_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siphash.h"

struct fleet *fleet_new(const struct fleet_config *config)
{
	struct fleet *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->config = *config;
	f->lowest = config->partitions ? (unsigned)__builtin_ctzll(config->partitions) : 0;
	f->reader = segment_reader_new();
	f->header = malloc(sizeof(*f->header));
	if (f->reader && f->header)
		return f;
	fleet_free(f);
	return NULL;
}

static void free_run(struct fleet *f, struct fleet_run_state *run)
{
	for (unsigned i = 0; i < FLEET_PARTITIONS_MAX; i++)
		if (run->lane[i])
			fleet_lane_free(f, run->lane[i]);
	free(run->public.header);
	free(run);
}

static void free_host(struct fleet *f, struct fleet_host *host)
{
	struct fleet_run_state *run, *next;

	for (run = TAILQ_FIRST(&host->runs); run; run = next) {
		next = TAILQ_NEXT(run, link);
		free_run(f, run);
	}
	free(host);
}

void fleet_free(struct fleet *f)
{
	struct fleet_host *host, *next;

	if (!f)
		return;
	host = f->hosts;
	HASH_CLEAR(hh, f->hosts);
	for (; host; host = next) {
		next = host->hh.next;
		free_host(f, host);
	}
	lane_heap_release(&f->heap);
	segment_reader_free(f->reader);
	free(f->header);
	free(f);
}

void fleet_refuse(struct fleet *f, struct fleet_host *host, enum stream_refusal why,
		  const char *text)
{
	f->counts.refused[why]++;
	if (host->reported & 1u << why)
		return;
	host->reported |= 1u << why;
	f->config.refused(f->config.arg, host->name, why, text);
}

static unsigned hash_name(const struct fleet *f, const char *name)
{
	const struct siphash_key key = { f->config.seed, ~f->config.seed };

	return (unsigned)siphash(&key, name, strlen(name));
}

static struct fleet_host *find_host(const struct fleet *f, const char *name)
{
	unsigned hash = hash_name(f, name);
	struct fleet_host *host;

	HASH_FIND_BYHASHVALUE(hh, f->hosts, name, strlen(name), hash, host);
	return host;
}

static struct fleet_host *get_host(struct fleet *f, const char *name)
{
	struct fleet_host *host = find_host(f, name);

	if (host || strlen(name) >= sizeof(host->name) || HASH_COUNT(f->hosts) >= FLEET_HOSTS_MAX)
		return host;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	memcpy(host->name, name, strlen(name) + 1);
	TAILQ_INIT(&host->runs);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, f->hosts, host->name, strlen(name), hash_name(f, name),
				    host);
	if (host->hh.tbl)
		return host;
	free(host);
	return NULL;
}

static struct fleet_run_state *find_run(const struct fleet_host *host, const char *id)
{
	struct fleet_run_state *run;

	TAILQ_FOREACH(run, &host->runs, link)
		if (!strcmp(run->public.id, id))
			return run;
	return NULL;
}

static bool is_past(const struct fleet_host *host, const char *id)
{
	for (unsigned i = 0; i < FLEET_PAST; i++)
		if (!strcmp(host->past[i], id))
			return true;
	return false;
}

static struct fleet_run_state *add_run(struct fleet *f, struct fleet_host *host)
{
	struct fleet_run_state *run = calloc(1, sizeof(*run));

	if (!run) {
		f->failed = true;
		return NULL;
	}
	memcpy(run->public.id, f->header->segment.run, sizeof(run->public.id));
	run->public.host = host->name;
	run->host = host;
	TAILQ_INSERT_TAIL(&host->runs, run, link);
	host->nr_runs++;
	return run;
}

/* Find the run of the segment that f->header describes, or add it. NULL: it is refused. */
static struct fleet_run_state *get_run(struct fleet *f, struct fleet_host *host)
{
	const char *id = f->header->segment.run;
	struct fleet_run_state *run = find_run(host, id);

	if (run)
		return run;
	if (is_past(host, id))
		f->counts.late++;
	else if (host->nr_runs && !strcmp(host->refused_run, id))
		fleet_refuse(f, host, STREAM_REFUSED_SECOND_RUN, "");
	else if (host->nr_runs == FLEET_RUNS_MAX)
		fleet_refuse(f, host, STREAM_REFUSED_MANY, "");
	else
		run = add_run(f, host);
	return run;
}

void fleet_run_remove(struct fleet *f, struct fleet_run_state *run)
{
	struct fleet_host *host = run->host;

	memcpy(host->past[host->nr_past++ % FLEET_PAST], run->public.id, RECORD_RUN_BYTES);
	TAILQ_REMOVE(&host->runs, run, link);
	host->nr_runs--;
	free_run(f, run);
}

/* The run lives: those that began long ago, and wait for its end, are of another recorder. */
static void note_alive(struct fleet *f, struct fleet_run_state *run, uint64_t broker_ns)
{
	struct fleet_host *host = run->host;
	struct fleet_run_state *other, *next;

	if (broker_ns > run->last_ns)
		run->last_ns = broker_ns;
	if (run != TAILQ_FIRST(&host->runs))
		return;
	for (other = TAILQ_NEXT(run, link); other; other = next) {
		next = TAILQ_NEXT(other, link);
		if (run->last_ns < other->first_ns + FLEET_SETTLE_NS)
			continue;
		for (unsigned i = 0; i < FLEET_PARTITIONS_MAX; i++)
			for (size_t n = other->lane[i] ? other->lane[i]->order.nr : 0; n; n--)
				fleet_refuse(f, host, STREAM_REFUSED_SECOND_RUN, "");
		memcpy(host->refused_run, other->public.id, RECORD_RUN_BYTES);
		TAILQ_REMOVE(&host->runs, other, link);
		host->nr_runs--;
		free_run(f, other);
	}
}

bool fleet_is_name_of(const char *subject, const char *name)
{
	size_t i;

	for (i = 0; name[i] && subject[i]; i++) {
		bool plain = (name[i] >= 'a' && name[i] <= 'z') || name[i] == '-' ||
			     (name[i] >= 'A' && name[i] <= 'Z') ||
			     (name[i] >= '0' && name[i] <= '9');

		if (subject[i] != (plain ? name[i] : '_'))
			return false;
	}
	return i && name[i] == subject[i];
}

void fleet_refuse_beat(struct fleet *f, const char *name)
{
	struct fleet_host *host = get_host(f, name);

	if (host)
		fleet_refuse(f, host, STREAM_REFUSED_HEARTBEAT, "");
	else
		f->counts.refused[STREAM_REFUSED_HEARTBEAT]++;
}

/* Check what f->header says. */
static bool check_header(struct fleet *f, struct fleet_host *host, unsigned partition)
{
	const struct record_header *h = f->header;

	if (!fleet_is_name_of(host->name, run_info_host(&h->meta))) {
		fleet_refuse(f, host, STREAM_REFUSED_FORGED, run_info_host(&h->meta));
		return false;
	}
	if (h->segment.partition != partition) {
		fleet_refuse(f, host, STREAM_REFUSED_PARTITION, "");
		return false;
	}
	if (h->segment.sequence < SEGMENT_SEQUENCE_MAX)
		return true;
	fleet_refuse(f, host, STREAM_REFUSED_DAMAGED, "its number is too large");
	return false;
}

/* Is it the header of a recorder that this version does not understand? */
static bool is_of_other_schema(const struct record_header *h)
{
	return h->schema && (h->schema != EVENT_SCHEMA || !h->byte_order ||
			     h->event_size != sizeof(struct event));
}

static bool read_header(struct fleet *f, struct fleet_host *host, const void *bytes, size_t size,
			size_t *body)
{
	char why[RECORD_WHY];

	if (size > SEGMENT_BYTES_MAX) {
		fleet_refuse(f, host, STREAM_REFUSED_LARGE, "");
		return false;
	}
	f->header->schema = 0;
	if (segment_read_header(f->reader, bytes, size, f->header, body, why))
		return true;
	fleet_refuse(f, host, is_of_other_schema(f->header) ? STREAM_REFUSED_SCHEMA :
							       STREAM_REFUSED_DAMAGED, why);
	return false;
}

/* The run keeps the facts of its first segment. */
static bool keep_header(struct fleet *f, struct fleet_run_state *run)
{
	if (run->begun || (run->public.header && !f->header->meta.nr_hooks))
		return true;
	if (!run->public.header)
		run->public.header = malloc(sizeof(*run->public.header));
	if (!run->public.header)
		return false;
	record_header_copy(run->public.header, f->header);
	run->public.shift_ns = f->header->meta.boot_to_wall_ns;
	return true;
}

static void add_to_run(struct fleet *f, struct fleet_run_state *run, unsigned partition,
		       uint64_t broker_ns, const void *bytes, size_t size, size_t body)
{
	struct fleet_lane *l = fleet_lane_get(run, partition, f->from_start);

	if (!l || !keep_header(f, run)) {
		f->failed = true;
		return;
	}
	if (l->order.nr >= FLEET_LANE_MAX || run->host->held + size > FLEET_HOST_HELD_MAX) {
		fleet_refuse(f, run->host, STREAM_REFUSED_MANY, "");
		return;
	}
	if (!run->first_ns)
		run->first_ns = broker_ns;
	fleet_lane_add(f, l, broker_ns, bytes, size, body);
	note_alive(f, run, broker_ns);
	fleet_lane_queue(f, l);
}

bool fleet_add(struct fleet *f, const char *name, unsigned partition, uint64_t broker_ns,
	       const void *bytes, size_t size)
{
	struct fleet_host *host = get_host(f, name);
	struct fleet_run_state *run;
	size_t body;

	fleet_step(f);
	fleet_advance(f, broker_ns);
	if (!host) {
		f->counts.refused[STREAM_REFUSED_MANY]++;
		return true;
	}
	if (partition >= FLEET_PARTITIONS_MAX) {
		fleet_refuse(f, host, STREAM_REFUSED_PARTITION, "");
		return true;
	}
	if (partition >= f->partitions)
		f->partitions = partition + 1;
	if (broker_ns > f->partition_ns[partition])
		f->partition_ns[partition] = broker_ns;
	if (!read_header(f, host, bytes, size, &body) || !check_header(f, host, partition))
		return true;
	run = get_run(f, host);
	if (run)
		add_to_run(f, run, partition, broker_ns, bytes, size, body);
	return !f->failed;
}

void fleet_note_alive(struct fleet *f, const char *name, const char *id, uint64_t broker_ns)
{
	struct fleet_host *host = find_host(f, name);
	struct fleet_run_state *run = host ? find_run(host, id) : NULL;

	fleet_step(f);
	if (run)
		note_alive(f, run, broker_ns);
}

void fleet_note_next(struct fleet *f, const char *name, const char *id, unsigned partition,
		     uint64_t next, uint64_t broker_ns)
{
	struct fleet_host *host = find_host(f, name);
	struct fleet_run_state *run = host ? find_run(host, id) : NULL;
	bool known = run && partition < FLEET_PARTITIONS_MAX;
	struct fleet_lane *l = known ? run->lane[partition] : NULL;

	if (!l || next <= l->next || next >= SEGMENT_SEQUENCE_MAX)
		return;
	l->next = next;
	l->next_ns = broker_ns;
}

void fleet_set_from_start(struct fleet *f)
{
	f->from_start = true;
}

struct stream_counts fleet_counts(const struct fleet *f)
{
	return f->counts;
}

static bool is_waiting(const struct fleet_run_state *run)
{
	return !run->begun && run->public.header && run == TAILQ_FIRST(&run->host->runs);
}

void fleet_visit_waiting(struct fleet *f, void (*visit)(void *arg, struct fleet_run *run,
							 uint64_t first_ns), void *arg)
{
	struct fleet_run_state *run;
	struct fleet_host *host;

	for (host = f->hosts; host; host = host->hh.next) {
		run = TAILQ_FIRST(&host->runs);
		for (unsigned i = 0; run && is_waiting(run) && i < FLEET_PARTITIONS_MAX; i++) {
			if (!run->lane[i] || !run->lane[i]->queued)
				continue;
			visit(arg, &run->public, run->lane[i]->order_ns);
			break;
		}
	}
}
