/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes the frames of an imaginary fleet, as a reader gets them from its stream.
 *
 *   bench_fleet -o FILE [-h HOSTS] [-s SECONDS] [-r RATE] [-p PARTITIONS]
 *     Each host has RATE closes per second (100). The two ends of each connection are on different
 *     hosts: one closes, the other one after it. The hosts have clocks of their own, and send their
 *     segments each second, one after the other.
 *     {"hosts":10,"seconds":10,"events":120000,"segments":100,"bytes":1400000}
 *
 * build/replay_frames reads the file: --replay nats://file/FILE. Exit status: 0, 1 on any error, 64
 * usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline_heap.h"
#include "frame.h"
#include "generate.h"
#include "heartbeat.h"
#include "segment_writer.h"
#include "time_units.h"

#define START_NS (1795335152ULL * NS_PER_S)
#define STEPS 6
#define LIFE_NS (200 * NS_PER_MS)
#define ROUND_NS (NS_PER_MS)
#define AT_ONCE_NS 2000ULL

struct fleet_host {
	struct deadline_heap_node flush;
	struct run_info meta;
	struct record_writer *writer;
	char run[RECORD_RUN_BYTES];
	unsigned nr;
};

struct connection_end {
	struct deadline_heap_node next;
	struct event e;
	struct fleet_host *host;
	struct connection_end *other;
	bool closer;
	unsigned step;
	uint64_t call_ns;
};

struct fleet_bench {
	unsigned long hosts, seconds, rate, partitions;
	int fd;
	struct fleet_host *host;
	struct deadline_heap ends, flushes;
	uint64_t now_ns;		/* of the wall clock */
	uint64_t events, segments, bytes, stream_seq, seed, cookie;
	struct siphash_key hash_key;
	int err;
};

static uint64_t next_random(struct fleet_bench *b)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return b->seed;
}

static void write_one(struct fleet_bench *b, struct ship_frame *f, const void *bytes)
{
	int err = frame_write(b->fd, f, bytes);

	if (!b->err)
		b->err = -err;
}

static struct fleet_bench *bench;	/* of the callback */

static void take_segment(void *arg, const struct finished_segment *s)
{
	const struct fleet_host *host = arg;
	struct ship_frame f = { .size = (uint32_t)s->size, .kind = FRAME_SEGMENT,
				.partition = (uint16_t)s->partition,
				.broker_ns = bench->now_ns + NS_PER_MS,
				.stream_seq = ++bench->stream_seq };

	snprintf(f.host, sizeof(f.host), "%s", host->meta.host);
	bench->segments++;
	bench->bytes += s->size;
	write_one(bench, &f, s->bytes);
}

static void find_address(const struct fleet_host *host, uint8_t addr[16])
{
	const uint8_t bytes[4] = { 10, (uint8_t)(host->nr >> 16), (uint8_t)(host->nr >> 8),
				   (uint8_t)host->nr };

	memset(addr, 0, 16);
	memcpy(addr, bytes, sizeof(bytes));
}

static void write_heartbeat(struct fleet_bench *b, const struct fleet_host *host)
{
	struct address address = { .family = 4 };
	struct addresses addresses = { .complete = true, .nr = 1, .at = &address };
	struct heartbeat h = { .meta = &host->meta, .run = host->run, .time_ns = START_NS,
			       .rate = SAMPLING_ALL, .addresses = &addresses };
	struct ship_frame f = { .kind = FRAME_HEARTBEAT, .broker_ns = START_NS };
	struct buf text = { 0 };

	find_address(host, address.addr);
	heartbeat_write(&text, &h);
	f.size = (uint32_t)text.len;
	snprintf(f.host, sizeof(f.host), "%s", host->meta.host);
	write_one(b, &f, text.data);
	buf_release(&text);
}

static uint64_t host_ns(const struct fleet_host *host, uint64_t wall_ns)
{
	return wall_ns - (uint64_t)host->meta.boot_to_wall_ns;
}

static bool open_host(struct fleet_bench *b, unsigned nr)
{
	static const struct kernel_counters none;
	struct fleet_host *host = &b->host[nr];
	struct segment_writer_config config = { .meta = &host->meta, .seed = next_random(b),
						.max_open = 131072, .take = take_segment,
						.arg = host };

	*host = (struct fleet_host){ .nr = nr, .meta = {
		.kernel = "6.1.0", .machine = "x86_64",
		.hook = { { "calls", "tracepoint" }, { "late", "tp_btf" },
			  { "reset_sent", "tp_btf" }, { "state", "tp_btf" } },
		.nr_hooks = 4 } };
	snprintf(host->meta.host, sizeof(host->meta.host), "host-%u", nr);
	snprintf(host->meta.hostname, sizeof(host->meta.hostname), "host-%u", nr);
	snprintf(host->meta.boot_id, sizeof(host->meta.boot_id),
		 "%08x-0000-4000-8000-000000000000", nr + 1);
	snprintf(host->run, sizeof(host->run), "%032x", nr + 1);
	memcpy(config.run, host->run, sizeof(config.run));
	host->meta.boot_to_wall_ns = (int64_t)(START_NS - (1 + nr) * 1000 * NS_PER_S);
	if (segment_writer_open(&host->writer, &config))
		return false;
	if (b->partitions > 1)
		segment_writer_set_partitions(host->writer, (unsigned)b->partitions, &b->hash_key);
	record_writer_add_mark(host->writer, RECORD_MARK_START, host_ns(host, START_NS), &none);
	host->flush.deadline_ns = START_NS + NS_PER_S * (nr + 1) / b->hosts;
	write_heartbeat(b, host);
	return deadline_heap_add(&b->flushes, &host->flush);
}

static struct connection_end *make_end(struct fleet_bench *b, struct fleet_host *host, bool closer)
{
	struct connection_end *c = calloc(1, sizeof(*c));
	struct event *e;

	if (!c)
		return NULL;
	e = &c->e;
	c->host = host;
	c->closer = closer;
	e->sk_key = next_random(b);
	e->cookie = ++b->cookie;
	e->netns = 4026531840u;
	e->family = 4;
	e->cgroup = 7000 + host->nr % 20;
	e->pid = e->tid = 500 + (__u32)(b->cookie % 40);
	snprintf((char *)e->comm, sizeof(e->comm), "service%u", (unsigned)(b->cookie % 40));
	e->snd_wnd = 65535;
	e->srtt_us = 900;
	e->syscall_nr = -1;
	return c;
}

static void begin_connection(struct fleet_bench *b, uint64_t at_ns)
{
	struct fleet_host *x = &b->host[next_random(b) % b->hosts], *y = x;
	struct connection_end *client, *server;
	uint32_t iss = (uint32_t)next_random(b), irs = (uint32_t)next_random(b);

	while (y == x)
		y = &b->host[next_random(b) % b->hosts];
	client = make_end(b, x, true);
	server = make_end(b, y, false);
	if (!client || !server) {
		b->err = ENOMEM;
		return;
	}
	find_address(x, client->e.local_addr);
	find_address(y, client->e.peer_addr);
	memcpy(server->e.local_addr, client->e.peer_addr, 16);
	memcpy(server->e.peer_addr, client->e.local_addr, 16);
	client->e.local_port = server->e.peer_port = (__u16)(1024 + next_random(b) % 60000);
	client->e.peer_port = server->e.local_port = (__u16)(8000 + next_random(b) % 100);
	client->e.snd_una = client->e.snd_nxt = client->e.write_seq = iss + 1;
	client->e.rcv_nxt = client->e.rcv_wup = client->e.copied_seq = irs + 1;
	server->e.snd_una = server->e.snd_nxt = server->e.write_seq = irs + 1;
	server->e.rcv_nxt = server->e.rcv_wup = server->e.copied_seq = iss + 1;
	client->next.deadline_ns = at_ns;
	server->next.deadline_ns = at_ns + ROUND_NS / 2;
	if (!deadline_heap_add(&b->ends, &client->next) ||
	    !deadline_heap_add(&b->ends, &server->next))
		b->err = ENOMEM;
}

static void set_task(struct event *e, unsigned bits)
{
	e->task_flags = TASKF_VALID | TASKF_SYSCALL | TASKF_PROCESS_SAME;
	e->syscall = SYSCALL_CLOSE;
	e->syscall_nr = 3;
	e->arg[0] = (__s32)(e->cookie % 900 + 5);
	e->sock_flags |= (__u16)(bits | SOCKF_OWNED);
}

static void make_call(struct connection_end *c)
{
	struct event *e = &c->e;

	e->kind = EVENT_CALL;
	e->old_state = e->new_state = c->closer ? STATE_ESTABLISHED : STATE_CLOSE_WAIT;
	set_task(e, 0);
	e->call_ns = e->ts_ns - c->call_ns;
	e->ts_ns = c->call_ns;
}

/* The next event of an end, and the time until the one after it. */
static uint64_t step_end(struct fleet_bench *b, struct connection_end *c)
{
	const unsigned both = SOCKF_SHUT_RCV | SOCKF_SHUT_SND;
	const unsigned orphan = SOCKF_DEAD | SOCKF_NO_SOCKET | both;
	struct event *e = &c->e;
	uint64_t life_ns = LIFE_NS / 10 + e->rcv_nxt * (uint64_t)e->snd_nxt % LIFE_NS;

	e->ts_ns = host_ns(c->host, b->now_ns);
	e->call_ns = 0;
	e->tcp_flags = 0;
	switch (c->step++) {
	case 0:
		generate_set_states(e, c->closer ? STATE_SYN_SENT : STATE_SYN_RECV,
				    STATE_ESTABLISHED, c->closer ? SOCKF_HELD : SOCKF_NO_SOCKET);
		return c->closer ? life_ns : life_ns + ROUND_NS / 2;
	case 1:
		c->call_ns = e->ts_ns - 500;
		if (c->closer) {
			generate_set_states(e, STATE_ESTABLISHED, STATE_FIN_WAIT1, both);
			set_task(e, SOCKF_LAST_REF);
			return AT_ONCE_NS;
		}
		e->rcv_nxt++;
		generate_set_states(e, STATE_ESTABLISHED, STATE_CLOSE_WAIT,
			   SOCKF_DONE | SOCKF_HELD | SOCKF_SHUT_RCV);
		return 50 * AT_ONCE_NS;
	case 2:
		if (c->closer) {
			make_call(c);
			return ROUND_NS;
		}
		c->call_ns = e->ts_ns - 500;
		e->rcv_wup = e->copied_seq = e->rcv_nxt;
		generate_set_states(e, STATE_CLOSE_WAIT, STATE_LAST_ACK, both | SOCKF_DONE);
		set_task(e, SOCKF_LAST_REF);
		return AT_ONCE_NS;
	case 3:
		if (!c->closer) {
			make_call(c);
			return ROUND_NS;
		}
		e->snd_nxt = e->snd_una = ++e->write_seq;
		generate_set_states(e, STATE_FIN_WAIT1, STATE_FIN_WAIT2, orphan);
		return AT_ONCE_NS;
	case 4:
		if (c->closer) {
			generate_set_states(e, STATE_FIN_WAIT2, STATE_CLOSE, orphan);
			e->fin_timeout_ns = 60 * NS_PER_S;
			return AT_ONCE_NS;
		}
		e->snd_nxt = e->snd_una = ++e->write_seq;
		generate_set_states(e, STATE_LAST_ACK, STATE_CLOSE, SOCKF_DEAD | SOCKF_DONE);
		return AT_ONCE_NS;
	default:
		e->old_state = e->new_state = c->closer ? STATE_TIME_WAIT : STATE_CLOSE;
		e->kind = c->closer ? EVENT_TIMEWAIT : EVENT_DESTROY;
		e->task_flags = 0;
		if (c->closer) {
			e->sk_key = 0;
			e->substate = STATE_TIME_WAIT;
			e->tcp_flags = 0x11;
		}
		return 0;
	}
}

static void play_end(struct fleet_bench *b, struct connection_end *c)
{
	uint64_t delay_ns;

	deadline_heap_remove(&b->ends, &c->next);
	delay_ns = step_end(b, c);
	record_writer_add_event(c->host->writer, &c->e);
	b->events++;
	c->next.deadline_ns = b->now_ns + delay_ns;
	if (c->step < STEPS)
		deadline_heap_add(&b->ends, &c->next);	/* cannot fail: it was just removed */
	else
		free(c);
}

static void flush_host(struct fleet_bench *b, struct fleet_host *host, bool last)
{
	static const struct kernel_counters none;

	record_writer_add_mark(host->writer, last ? RECORD_MARK_END : RECORD_MARK_TIME,
			       host_ns(host, b->now_ns), &none);
	record_writer_flush(host->writer);
	if (last)
		return;
	deadline_heap_remove(&b->flushes, &host->flush);
	host->flush.deadline_ns += NS_PER_S;
	deadline_heap_add(&b->flushes, &host->flush);	/* cannot fail: it was just removed */
}

static struct fleet_host *first_host(const struct fleet_bench *b)
{
	return (struct fleet_host *)((char *)deadline_heap_first(&b->flushes) -
				     offsetof(struct fleet_host, flush));
}

static void play(struct fleet_bench *b)
{
	uint64_t end_ns = START_NS + b->seconds * NS_PER_S, begin_ns = START_NS;
	uint64_t every_ns = 2 * NS_PER_S / (b->hosts * b->rate);

	while (b->now_ns < end_ns && !b->err) {
		struct deadline_heap_node *end = deadline_heap_first(&b->ends);
		struct fleet_host *host = first_host(b);
		uint64_t end_due_ns = end ? end->deadline_ns : UINT64_MAX;

		if (begin_ns <= end_due_ns && begin_ns <= host->flush.deadline_ns) {
			b->now_ns = begin_ns;
			begin_connection(b, begin_ns);
			begin_ns += every_ns;
		} else if (end_due_ns <= host->flush.deadline_ns) {
			b->now_ns = end_due_ns;
			play_end(b, (struct connection_end *)end);
		} else {
			b->now_ns = host->flush.deadline_ns;
			flush_host(b, host, false);
		}
	}
}

static int run(struct fleet_bench *b)
{
	struct ship_frame caught_up = { .kind = FRAME_CAUGHT_UP };

	for (unsigned i = 0; i < b->hosts; i++)
		if (!open_host(b, i))
			return ENOMEM;
	play(b);
	for (unsigned i = 0; i < b->hosts; i++) {
		flush_host(b, &b->host[i], true);
		record_writer_close(b->host[i].writer);
	}
	write_one(b, &caught_up, NULL);
	printf("{\"hosts\":%lu,\"seconds\":%lu,\"events\":%llu,\"segments\":%llu,\"bytes\":%llu}\n",
	       b->hosts, b->seconds, (unsigned long long)b->events,
	       (unsigned long long)b->segments, (unsigned long long)b->bytes);
	return b->err;
}

int main(int argc, char **argv)
{
	static struct fleet_bench b = { .hosts = 10, .seconds = 10, .rate = 100, .partitions = 1,
					.now_ns = START_NS, .seed = 88172645463325252ULL,
					.hash_key = { 1, 2 }, .fd = -1 };
	const char *path = NULL;
	int option, err;

	while ((option = getopt(argc, argv, "o:h:s:r:p:")) != -1) {
		unsigned long n = optarg ? strtoul(optarg, NULL, 10) : 0;

		path = option == 'o' ? optarg : path;
		b.hosts = option == 'h' ? n : b.hosts;
		b.seconds = option == 's' ? n : b.seconds;
		b.rate = option == 'r' ? n : b.rate;
		b.partitions = option == 'p' ? n : b.partitions;
	}
	if (!path || b.hosts < 2 || !b.rate || !partitions_are_valid(b.partitions)) {
		fprintf(stderr, "usage: bench_fleet -o FILE [-h HOSTS] [-s SECONDS] [-r RATE] "
			"[-p PARTITIONS]\n");
		return 64;
	}
	bench = &b;
	b.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	b.host = calloc(b.hosts, sizeof(*b.host));
	err = b.fd < 0 ? errno : b.host ? run(&b) : ENOMEM;
	if (err)
		fprintf(stderr, "bench_fleet: %s: %s\n", path, strerror(err));
	return err ? 1 : 0;
}
