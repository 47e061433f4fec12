/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reader of recordings, and the processing of its records. The first byte selects the kind of
 * the rest: a whole file, or the records of a member, maybe of a merged recording, or the text of a
 * header. All but the first are wrapped in a valid file, since a fuzzer cannot guess checksums. The
 * second byte is the number of bytes per read, and the length selects the view.
 */
#include "fuzz.h"

#include <zlib.h>

#include "reader.h"
#include "pipeline.h"
#include "../stories/check.h"

#define FILE_MAX (512u << 10)
#define VIEWS 6		/* the first views: they report stories or events */
#define RECORDS_MAX (1u << 20)

struct file {
	uint8_t data[FILE_MAX];
	size_t len, at, step;
};

static struct file file;

static ssize_t read_file(void *arg, void *bytes, size_t len)
{
	struct file *f = arg;

	if (len > f->len - f->at)
		len = f->len - f->at;
	if (len > f->step)
		len = f->step;
	memcpy(bytes, f->data + f->at, len);
	f->at += len;
	return (ssize_t)len;
}

/* Adds a member: the byte `first`, then these bytes. */
static void add_member(char first, const void *bytes, size_t len)
{
	static uint8_t plain[FILE_MAX / 2];
	z_stream z = { .next_in = plain, .next_out = file.data + file.len,
		       .avail_out = (uInt)(FILE_MAX - file.len) };

	if (len > sizeof(plain) - 1)
		len = sizeof(plain) - 1;
	if (first)
		plain[0] = (uint8_t)first;
	memcpy(plain + !!first, bytes, len);
	z.avail_in = (uInt)(len + !!first);
	HOLDS(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	deflate(&z, Z_FINISH);
	file.len += z.total_out;
	deflateEnd(&z);
}

#define HEADERS 4

/*
 * Adds a valid header, built once, without the names of system calls, which are slow to process.
 * Those from number 1 on are of the hosts of a merged recording.
 */
static void add_valid_header(unsigned nr)
{
	static const char *const names[HEADERS] = { "h", "h", "i", "i" };
	static uint8_t members[HEADERS][1 << 16];
	static size_t lens[HEADERS];
	struct run_info meta = { .hook = { { "calls", "tracepoint" }, { "late", "tp_btf" } },
				 .nr_hooks = 2, .merged = nr };
	size_t from = file.len;

	if (!lens[nr]) {
		struct buf head = { 0 };

		strcpy(meta.hostname, names[nr]);
		meta.boot_id[0] = (char)('0' + nr % 2);
		record_header_write(&head, &meta);
		buf_char(&head, '\0');
		add_member(0, head.data, (size_t)(strstr(head.data, "syscall ") - head.data));
		lens[nr] = file.len - from;
		memcpy(members[nr], file.data + from, lens[nr]);
		buf_release(&head);
	}
	memcpy(file.data + from, members[nr], lens[nr]);
	file.len = from + lens[nr];
}

/* The headers of a merged recording, and one more after its first records. */
static void add_merged(struct input *in)
{
	size_t half = in->len / 2;

	for (unsigned i = 1; i < HEADERS; i++)
		add_valid_header(i);
	add_member(RECORD_BODY, in->data, half);
	add_valid_header(1 + in->len % (HEADERS - 1));
	add_member(RECORD_BODY, in->data + half, in->len - half);
}

static void make_file(struct input *in)
{
	struct buf head = { 0 };
	uint8_t what = take_u8(in);

	file.step = (size_t)take_u8(in) * 16 + 1;
	file.at = file.len = 0;
	if (what % 3 == 0) {
		file.len = in->len < FILE_MAX ? in->len : FILE_MAX;
		memcpy(file.data, in->data, file.len);
	} else if (what % 3 == 1 && what & 0x40) {
		add_merged(in);
	} else if (what % 3 == 1) {
		add_valid_header(0);
		add_member(RECORD_BODY, in->data, in->len);
	} else {
		buf_str(&head, RECORD_MAGIC);
		buf_add(&head, in->data, in->len);
		add_member(0, head.data, head.len);
		buf_release(&head);
	}
}

static void check_view(const struct view *view, struct buf *out)
{
	HOLDS(!out->failed);
	HOLDS(!check_output(view->name, out->data, out->len));
	buf_reset(out);
}

static void replay_recording(struct record_reader *r, const struct view *view, struct buf *out)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	struct view_context context = { .out = out, .meta = record_reader_run_info(r) };
	struct pipeline_config config = { .view = view, .context = &context, .filter = &any_flow,
					.story_filter = &any_story, .never_open = true,
					.endpoint_table = { .max_open = 64, .calls = true,
							    .timewait = true } };
	struct pipeline *t = pipeline_new(&config);
	struct record got;
	unsigned n = 0;

	HOLDS(t);
	if (view->start)
		view->start(&context);
	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		HOLDS(n++ < RECORDS_MAX);
		if (got.got == RECORD_GOT_EVENT)
			pipeline_feed(t, got.event, sizeof(*got.event));
		else if (got.got == RECORD_GOT_MARK)
			endpoint_table_expire(pipeline_endpoints(t), got.mark->now_ns);
		else if (got.got == RECORD_GOT_ANNOTATION)
			HOLDS(got.annotation->len <= RECORD_ANNOTATION_MAX);
		else
			HOLDS(got.got == RECORD_GOT_RUN && got.offset);
		if (context.due_ns && got.got == RECORD_GOT_MARK &&
		    context.due_ns <= got.mark->now_ns)
			view->tick(&context, got.mark->now_ns);
		check_view(view, out);
	}
	HOLDS(got.got == RECORD_GOT_END || record_reader_why(r)[0]);
	HOLDS(record_reader_next(r).got == got.got);
	endpoint_table_end(pipeline_endpoints(t), 1ULL << 62);
	check_view(view, out);
	if (view->release)
		view->release(&context);
	pipeline_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	const struct view *view = view_at(size % VIEWS);
	struct buf out = { 0 };
	struct record_reader *r;
	char why[RECORD_WHY];

	make_file(&in);
	r = record_reader_open(read_file, &file, why);
	HOLDS(r || why[0]);
	if (r)
		replay_recording(r, view, &out);
	record_reader_close(r);
	buf_release(&out);
	return 0;
}
