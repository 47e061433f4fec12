/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every function that escapes bytes for a terminal, for JSON or for a usage error; the formats of
 * numbers; and the parsers of the texts in a recording: cgroup paths and stacks.
 */
#include "fuzz.h"

#include "cgroup_names.h"
#include "fmt.h"
#include "json_writer.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t width = take_u8(&in);

	check_texts(in.data, in.len);
	check_terminal(in.data, in.len, ESCAPE_ANY_WIDTH);
	check_terminal(in.data, in.len, width);
	check_json_bytes(in.data, in.len);
	check_usage(in.data, in.len);
	check_numbers(&in);
	return 0;
}
