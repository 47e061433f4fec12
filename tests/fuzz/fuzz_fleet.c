/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The segments of two hosts, one of them hostile, as a reader of their stream gets them. The honest
 * host has one run with one event per segment; the input decides in what order and how often its
 * segments come, which are missing, and what the hostile one sends between them, with the first
 * bytes of its segments mostly right. Whatever that is: each event of the honest host comes once,
 * in order, unless its segment is missing or late; what is missing is counted; the places of all
 * records of a run never fall; and everything that begins ends.
 */
#include "fuzz.h"

#include <malloc.h>
#include <stdbool.h>
#include <zlib.h>

#include "fleet.h"

#define SEGMENTS 12
#define STEP_NS 80000000ULL	/* so that nothing comes more than SEGMENT_WAIT_NS late */
#define T0 1000000000000ULL
#define HONEST "honest"

struct world {
	struct fleet *f;
	unsigned next;		/* number of the honest event that may come next, or later */
	unsigned got, begun, ended;
	uint64_t order_ns;	/* of the honest run */
};

static size_t add_member(uint8_t *out, size_t room, const void *bytes, size_t len)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len,
		       .next_out = out, .avail_out = (uInt)room };

	HOLDS(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

static size_t add_header(uint8_t *out, size_t room, const char *host, char run, unsigned partition,
			 unsigned sequence)
{
	char text[512];
	int len = snprintf(text, sizeof(text), RECORD_MAGIC "schema %d\nevent_size %zu\n"
			   "byte_order " RECORD_BYTE_ORDER "\nhost %s\nboot_id b\n"
			   "boot_to_wall_ns 0\nrun %c2345678901234567890123456789012\n"
			   "partition %u\nsequence %u\nrate 1.000000\n", EVENT_SCHEMA,
			   sizeof(struct event), host, run, partition, sequence);

	return add_member(out, room, text, (size_t)len);
}

/* A segment with one event, whose cookie is its number from 1 on. */
static size_t make_honest(uint8_t *out, size_t room, unsigned nr)
{
	static struct delta delta;
	struct event e = { .ts_ns = T0 + nr * 1000000ULL, .cookie = nr + 1, .kind = EVENT_DESTROY };
	uint8_t plain[DELTA_ENCODED_MAX + 1] = { RECORD_BODY };
	size_t len = add_header(out, room, HONEST, 'a', 0, nr);

	delta_begin(&delta);
	return len + add_member(out + len, room - len, plain,
				1 + delta_encode(&delta, &e, plain + 1));
}

static struct {
	uint8_t bytes[1024];
	size_t len;
} honest[SEGMENTS];

/* Once: compression is slow. And memory is not given back each time, which is slower. */
static void make_all_honest(void)
{
	if (honest[0].len)
		return;
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	for (unsigned i = 0; i < SEGMENTS; i++)
		honest[i].len = make_honest(honest[i].bytes, sizeof(honest[i].bytes), i);
}

/* The input chooses the run, and what the body is. */
static size_t make_hostile(uint8_t *out, size_t room, struct input *in)
{
	uint8_t what = take_u8(in), nr = take_u8(in);
	size_t len = 0, body = take_u8(in) % 64u + 1;
	uint8_t bytes[65] = { RECORD_BODY };

	if (what & 15)
		len = add_header(out, room, what & 16 ? "hostile" : what & 32 ? HONEST : "x",
				 what & 64 ? 'a' : (char)('a' + nr % 3), 0, nr);
	for (size_t i = 1; i <= body; i++)
		bytes[i] = take_u8(in);
	if (what & 128)
		return len + add_member(out + len, room - len, bytes, body);
	memcpy(out + len, bytes, body);
	return len + body;
}

static void take_item(struct world *w, const struct fleet_item *item)
{
	bool is_honest = !strcmp(item->run->host, HONEST);

	w->begun += item->got == FLEET_BEGIN;
	w->ended += item->got == FLEET_END;
	HOLDS(item->got != FLEET_RECORD || item->record.got < RECORD_GOT_RUN);
	if (!is_honest)
		return;
	HOLDS(item->order_ns >= w->order_ns);
	w->order_ns = item->order_ns;
	if (item->got != FLEET_RECORD || item->record.got != RECORD_GOT_EVENT)
		return;
	HOLDS(item->record.event->cookie > w->next);
	w->next = (unsigned)item->record.event->cookie;
	w->got++;
}

static void drain(struct world *w)
{
	struct fleet_item item;

	while ((item = fleet_next(w->f)).got != FLEET_NONE)
		take_item(w, &item);
}

static void ignore_refusal(void *arg, const char *host, enum stream_refusal why, const char *text)
{
	(void)arg;
	HOLDS(*host && why < STREAM_REFUSALS_COUNT && text);
}

static void ignore_ahead(void *arg, const char *host, uint64_t ahead_ns)
{
	(void)arg;
	HOLDS(strcmp(host, HONEST) != 0 && ahead_ns);
}

/* Feed what the input says. Returns the set of honest segments that came. */
static unsigned feed(struct world *w, struct input *in)
{
	static uint8_t bytes[8192];
	uint64_t now_ns = T0 + 1000000000ULL;
	unsigned came = 0, nr;
	size_t len;

	make_all_honest();
	for (unsigned i = 0; i < 4 * SEGMENTS && in->len; i++) {
		uint8_t what = take_u8(in);

		now_ns += (what >> 5) * STEP_NS;
		nr = what % 16;
		if (nr < SEGMENTS) {
			HOLDS(fleet_add(w->f, HONEST, 0, now_ns, honest[nr].bytes, honest[nr].len));
			came |= 1u << nr;
		} else if (nr == 15) {
			fleet_catch_up(w->f);
		} else {
			len = make_hostile(bytes, sizeof(bytes), in);
			HOLDS(fleet_add(w->f, "hostile", nr % 2, now_ns, bytes, len));
			fleet_note_alive(w->f, "hostile", (char *)bytes, now_ns);
		}
		if (what & 16)
			drain(w);
	}
	return came;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fleet_config config = { .seed = 7, .refused = ignore_refusal,
					     .ahead = ignore_ahead };
	struct input in = { data, size };
	struct world w = { .f = fleet_new(&config) };
	struct stream_counts counts;
	unsigned came;

	HOLDS(w.f);
	fleet_set_from_start(w.f);
	came = feed(&w, &in);
	fleet_end(w.f);
	drain(&w);
	counts = fleet_counts(w.f);
	HOLDS(w.begun == w.ended);
	/* within 30 s, so each comes once; a hostile one may have been lost too */
	HOLDS(w.got == (unsigned)__builtin_popcount(came));
	HOLDS(!came || counts.lost >= 32u - (unsigned)__builtin_clz(came) - w.got);
	fleet_free(w.f);
	return 0;
}
