/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The writer of segments, and the reader of each segment. Any events, texts and marks, in any
 * order, with any number of partitions, a rate or none: each segment can be read alone, begins and
 * ends with a mark and repeats the name of each process; every event that was not left out comes
 * out once, as it was, and the numbers of the segments have no gap.
 */
#include "fuzz.h"

#include <stdbool.h>

#include "partition_hash.h"
#include "reader.h"
#include "segment_writer.h"

#define EVENTS_MAX 512
#define PIDS 8
#define RUN "00112233445566778899aabbccddeeff"

static struct run_info info = { .host = "h", .boot_id = "b" };

static struct world {
	unsigned events, seen;
	bool got[EVENTS_MAX];
	bool is_for_all[EVENTS_MAX];	/* it comes once in each partition */
	uint64_t sequence[PARTITIONS_MAX];
	const uint8_t *bytes;	/* of the segment that is read */
	size_t left;
} world;

static ssize_t read_segment(void *arg, void *bytes, size_t len)
{
	struct world *w = arg;

	if (len > w->left)
		len = w->left;
	memcpy(bytes, w->bytes, len);
	w->bytes += len;
	w->left -= len;
	return (ssize_t)len;
}

/* An event has its number in a field that nothing else uses. */
static void check_event(struct world *w, const struct event *e, const bool named[PIDS])
{
	unsigned i = e->srtt_us;

	HOLDS(i < w->events);
	HOLDS(!w->got[i] || w->is_for_all[i]);
	w->seen += !w->got[i];
	w->got[i] = true;
	if (e->task_flags & TASKF_PROCESS_NAMED && e->task_flags & TASKF_VALID && e->pid)
		HOLDS(named[e->pid % PIDS]);
}

static void take_segment(void *arg, const struct finished_segment *s)
{
	struct world *w = arg;
	bool named[PIDS] = { false };
	struct record_reader *r;
	unsigned first = 0, last = 0, events = 0;
	struct record got;
	char why[RECORD_WHY];

	HOLDS(s->size <= RECORD_SEGMENT_MAX);
	HOLDS(s->sequence == w->sequence[s->partition]++);
	w->bytes = s->bytes;
	w->left = s->size;
	r = record_reader_open(read_segment, w, why);
	HOLDS(r);
	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		HOLDS(got.got != RECORD_GOT_RUN);
		if (got.got == RECORD_GOT_MARK)
			last = got.mark->type;
		if (!first && got.got == RECORD_GOT_MARK)
			first = last;
		HOLDS(first == RECORD_MARK_START);
		if (got.got == RECORD_GOT_ANNOTATION &&
		    got.annotation->type == RECORD_ANNOTATION_PROCESS)
			named[got.annotation->key % PIDS] = true;
		if (got.got != RECORD_GOT_EVENT)
			continue;
		check_event(w, got.event, named);
		events++;
	}
	HOLDS(record_reader_break(r) != RECORD_BREAK_DAMAGE);
	HOLDS(last == RECORD_MARK_TIME || last == RECORD_MARK_END);
	HOLDS(events == s->events);
	record_reader_close(r);
}

static void add_event(struct world *w, struct record_writer *writer, struct input *in,
		      uint64_t now_ns)
{
	uint8_t shape = take_u8(in), which = take_u8(in);
	struct event e = { .ts_ns = now_ns, .kind = 1 + shape % 9, .sk_key = which % 16,
			   .cookie = which % 32 / 16 ? which % 16 + 1 : 0, .family = 4,
			   .local_port = which % 16, .old_state = 1 + take_u8(in) % 11,
			   .new_state = 1 + take_u8(in) % 11, .snd_nxt = which % 16 * 977,
			   .rcv_nxt = 5, .flags = take_u8(in), .task_flags = take_u8(in),
			   .syscall_nr = shape, .srtt_us = w->events };

	if (w->events == EVENTS_MAX)
		return;
	e.pid = e.tid = 1 + take_u8(in) % PIDS;
	if (e.task_flags & TASKF_PROCESS_NAMED && e.kind != EVENT_SOCKET)
		record_writer_annotate(writer, RECORD_ANNOTATION_PROCESS, e.pid, 0, &shape, 1);
	else
		e.task_flags &= (uint8_t)~TASKF_PROCESS_NAMED;
	w->is_for_all[w->events++] = e.old_state == STATE_LISTEN ||
		(e.kind == EVENT_RESET_SENT && e.flags & EVENTF_NO_SOCKET);
	record_writer_add_event(writer, &e);
}

static void add_text(struct record_writer *writer, struct input *in, uint64_t now_ns)
{
	static const char long_text[RECORD_ANNOTATION_MAX] = { 0 };
	uint8_t type = 1 + take_u8(in) % 22, key = take_u8(in);

	record_writer_annotate(writer, type, 1 + key % PIDS, now_ns, long_text,
			       type == RECORD_ANNOTATION_VANISHED ? 8 :
			       (size_t)take_u8(in) * RECORD_ANNOTATION_MAX / 255);
}

static void act(struct world *w, struct record_writer *writer, struct input *in, uint64_t now_ns)
{
	static const struct kernel_counters none;
	uint8_t what = take_u8(in);

	switch (what % 16) {
	case 0:
		record_writer_add_mark(writer, RECORD_MARK_TIME, now_ns, &none);
		break;
	case 1:
		record_writer_add_clock(writer, take_u8(in), now_ns, &none);
		break;
	case 2:
		record_writer_flush(writer);
		break;
	case 3:
		add_text(writer, in, now_ns);
		break;
	case 4:
		segment_writer_settle(writer, what / 16, 0, take_u8(in) % 2);
		break;
	case 5:
		segment_writer_advance(writer, now_ns);
		break;
	case 6:
		if (what / 16 == 15)
			segment_writer_set_partitions(writer, 4, &(struct siphash_key){ 3, 4 });
		break;
	default:
		add_event(w, writer, in, now_ns);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct kernel_counters none;
	struct input in = { data, size };
	struct world *w = &world;
	struct segment_writer_config config = { .meta = &info, .run = RUN, .take = take_segment,
						.arg = w, .max_open = 1 + take_u8(&in) % 20 };
	struct record_writer *writer;
	struct segment_counts c;
	uint64_t now_ns = 1;
	unsigned left_out;

	memset(w, 0, sizeof(*w));
	config.max_rate = take_u8(&in) % 8;
	config.target_bytes = take_u8(&in) % 4 ? 0 : 16 << 10;
	HOLDS(!segment_writer_open(&writer, &config));
	if (take_u8(&in) % 4)
		segment_writer_set_partitions(writer, 1u << take_u8(&in) % 3,
					      &(struct siphash_key){ 1, 2 });
	record_writer_add_mark(writer, RECORD_MARK_START, now_ns, &none);
	while (in.len)
		act(w, writer, &in, now_ns += (uint64_t)take_u8(&in) << 18);
	record_writer_add_mark(writer, RECORD_MARK_END, now_ns, &none);
	c = segment_writer_counts(writer, now_ns);
	HOLDS(!c.waiting);
	left_out = (unsigned)c.sampled_out_events;
	HOLDS(!record_writer_close(writer));
	HOLDS(w->seen + left_out == w->events);
	return 0;
}
