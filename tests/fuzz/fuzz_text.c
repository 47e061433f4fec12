/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every function that escapes bytes for a terminal, for JSON or for a usage error; the formats of
 * numbers; the parsers of the texts in a recording: cgroup paths and stacks; and how the sums of
 * stacks show them.
 */
#include "fuzz.h"

#include "cgroup_names.h"
#include "fmt.h"
#include "json_writer.h"
#include "stack_group.h"
#include "stack_text.h"
#include "escape.h"
#include "usage_error.h"
#include "../stories/check.h"

static void check_terminal(const uint8_t *bytes, size_t len, size_t width)
{
	struct buf b = { 0 };
	size_t took = escape_for_terminal(&b, bytes, len, width), columns = 0;

	HOLDS(!b.failed && took <= len);
	for (size_t i = 0; i < b.len; columns++)
		i += escape_decode_utf8(b.data + i, b.len - i).len ?: 1;
	HOLDS(width == ESCAPE_ANY_WIDTH ? took == len : columns <= width);
	buf_char(&b, '\n');
	HOLDS(!check_output("", b.data, b.len));
	buf_release(&b);
}

static void check_json_bytes(const uint8_t *bytes, size_t len)
{
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b);
	json_begin_object(&j);
	json_kv_bytes(&j, "key", bytes, len);
	json_kv_i64(&j, "n", (int64_t)len - 5);
	json_end_object(&j);
	HOLDS(!b.failed && check_json(b.data, b.len));
	HOLDS(!memchr(b.data, '\n', b.len) && !memchr(b.data, 0x1b, b.len));
	buf_release(&b);
}

static void check_usage(const uint8_t *bytes, size_t len)
{
	static char said[1 << 16];
	char *word = strndup((const char *)bytes, len);
	FILE *f = fmemopen(said, sizeof(said), "w");
	struct usage_error u = { .err = f, .value = word, .status = -1 };

	HOLDS(word && f);
	usage_error_value(&u, "bad word ", ": want another");
	fclose(f);
	HOLDS(strchr(said, '\n') == said + strlen(said) - 1);
	HOLDS(!check_output("", said, strlen(said)));
	free(word);
}

static void check_numbers(struct input *in)
{
	uint8_t addr[16] = { 0 };
	struct buf b = { 0 };
	uint64_t v = take_u64(in);

	for (unsigned i = 0; i < sizeof(addr); i++)
		addr[i] = take_u8(in);
	fmt_endpoint(&b, v & 1 ? 4 : 6, addr, (uint16_t)v);
	fmt_time_utc(&b, v);
	fmt_clock(&b, v);
	fmt_hex(&b, v);
	buf_char(&b, '\n');
	HOLDS(!b.failed && !check_output("", b.data, b.len));
	buf_release(&b);
}

static bool is_within(const char *text, size_t size, const char *part, size_t len)
{
	return !part == !len && (!part || (part >= text && part + len <= text + size));
}

static void check_texts(const uint8_t *bytes, size_t len)
{
	char *text = strndup((const char *)bytes, len), uid[POD_UID_LEN];
	size_t size = text ? strlen(text) : 0, unit_len = 0;
	const char *at = text, *unit, *id;
	struct stack_frame f;

	HOLDS(text);
	while (stack_next_frame(&at, &f)) {
		HOLDS(at > text && at <= text + size);
		HOLDS(is_within(text, size, f.symbol, f.symbol_len));
		HOLDS(is_within(text, size, f.raw, f.raw_len));
		HOLDS(is_within(text, size, f.module, f.module_len));
		HOLDS(is_within(text, size, f.file, f.file_len));
		HOLDS(is_within(text, size, f.missing, f.missing_len));
	}
	HOLDS(!*at);
	unit = cgroup_names_unit(text, &unit_len);
	HOLDS(is_within(text, size, unit, unit ? unit_len : 0));
	id = cgroup_names_container(text);
	HOLDS(is_within(text, size, id, id ? CONTAINER_ID_LEN : 0));
	HOLDS(cgroup_names_pod(text, uid) <= sizeof(uid));
	free(text);
}

/* A folded line splits into the frames of the stack, and its end is no second count. */
static void check_folded(struct stack_key key)
{
	size_t frames = stack_key_count_frames(key), cuts = 0, at;
	struct buf b = { 0 };

	stack_group_fold(&b, key);
	HOLDS(!b.failed && b.len);
	for (size_t i = 0; i < b.len; i++)
		cuts += b.data[i] == ';';
	HOLDS(cuts + 1 == (frames ? frames : 1));
	for (at = b.len; at && (b.data[at - 1] == '.' || (b.data[at - 1] >= '0' &&
							   b.data[at - 1] <= '9')); at--)
		;
	HOLDS(!at || b.data[at - 1] != ' ');
	buf_char(&b, '\n');
	HOLDS(!check_output("", b.data, b.len));
	buf_release(&b);
}

/* The text of a stack as the key of a sum, in every output. */
static void check_stack_key(const uint8_t *bytes, size_t len, size_t width)
{
	char *text = strndup((const char *)bytes, len);
	struct buf b = { 0 }, out = { 0 };
	struct stack_key key, shown;
	struct json j;

	HOLDS(text);
	stack_key_append(&b, text);
	HOLDS(!b.failed && b.len <= strlen(text) + 1);	/* a newline may be missing */
	key = (struct stack_key){ b.data, b.len };
	if (b.len) {
		shown = stack_key_skip_wrappers(key);
		HOLDS(!stack_key_count_frames(key) == !stack_key_count_frames(shown));
		check_folded(key);
		stack_group_print(&out, key, width);
		stack_group_print_whole(&out, key);
		buf_char(&out, '\n');
		HOLDS(!out.failed && !check_output("", out.data, out.len));
		buf_reset(&out);
		json_init(&j, &out);
		json_begin_object(&j);
		stack_group_json(&j, &key);
		json_end_object(&j);
		HOLDS(!out.failed && check_json(out.data, out.len));
	}
	buf_release(&out);
	buf_release(&b);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t width = take_u8(&in);

	check_texts(in.data, in.len);
	check_stack_key(in.data, in.len, width);
	check_terminal(in.data, in.len, ESCAPE_ANY_WIDTH);
	check_terminal(in.data, in.len, width);
	check_json_bytes(in.data, in.len);
	check_usage(in.data, in.len);
	check_numbers(&in);
	return 0;
}
