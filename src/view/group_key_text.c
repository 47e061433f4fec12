/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "group_key.h"

#include <string.h>

#include "cgroup_names.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "json_fields.h"
#include "stack_group.h"

#define ADDR_LEN 16

/* How the parts of a kind are shown. The width fits usual values: an IPv4 address, a name. */
static const struct {
	const char *heading;
	uint8_t width;
} kinds[GROUP_BY_COUNT] = {
	[GROUP_BY_COMM] = { "COMM", 15 },	[GROUP_BY_THREAD] = { "THREAD", 15 },
	[GROUP_BY_PID] = { "PID", 23 },		[GROUP_BY_EXE] = { "EXE", 40 },
	[GROUP_BY_CGROUP] = { "CGROUP", 40 },	[GROUP_BY_UNIT] = { "UNIT", 24 },
	[GROUP_BY_CONTAINER] = { "CONTAINER", SHORT_ID },
	[GROUP_BY_PORT] = { "PORT", 5 },	[GROUP_BY_PEER] = { "PEER", 15 },
	[GROUP_BY_PEER_PORT] = { "PEER:PORT", 21 },
	[GROUP_BY_HOST] = { "HOST", 20 },	[GROUP_BY_STACK] = { "STACK", 60 },
};

static uint32_t read_pid(struct group_part part)
{
	uint32_t pid;

	memcpy(&pid, part.bytes, sizeof(pid));
	return pid;
}

static struct stack_key read_stack(struct group_part part)
{
	return (struct stack_key){ (const char *)part.bytes, part.len };
}

static uint16_t read_port(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Print a path, cut on the left, since its end is more specific: "..slice/nginx.service" */
static void print_path_tail(struct buf *b, struct group_part path, size_t width)
{
	if (path.len > width) {
		buf_str(b, "..");
		path.bytes += path.len - (width - 2);
		path.len = width - 2;
	}
	escape_for_terminal(b, path.bytes, path.len, width);
}

/* Print an address, cut in the middle: "2001:db8..:7334" */
static void print_addr_cut(struct buf *b, unsigned family, const uint8_t *addr, size_t width)
{
	size_t from = b->len, len, tail;

	fmt_addr(b, family, addr);
	len = b->len - from;
	if (b->failed || len <= width)
		return;
	tail = (width - 2) / 2;
	memmove(b->data + from + width - tail, b->data + b->len - tail, tail);
	memset(b->data + from + width - tail - 2, '.', 2);
	b->len = from + width;
}

static void print_pid(struct buf *b, const struct keyed_entry *g, struct group_part part,
		      size_t width)
{
	size_t from = b->len;

	buf_u64(b, read_pid(part));
	if (b->len - from + 2 > width)
		return;		/* no room for the name */
	buf_char(b, ' ');
	escape_for_terminal(b, g->bytes + g->key_len, g->label_len, width - (b->len - from));
}

static void print_part(struct buf *b, enum group_by by, const struct keyed_entry *g,
		       struct group_part part, size_t width)
{
	if (!part.len) {
		buf_char(b, '-');
		return;
	}
	switch (by) {
	case GROUP_BY_PID:
		print_pid(b, g, part, width);
		break;
	case GROUP_BY_PORT:
		buf_u64(b, read_port(part.bytes));
		break;
	case GROUP_BY_PEER:
		print_addr_cut(b, part.bytes[0], part.bytes + 1, width);
		break;
	case GROUP_BY_PEER_PORT:
		fmt_endpoint_cut(b, part.bytes[0], part.bytes + 1,
				 read_port(part.bytes + 1 + ADDR_LEN), width);
		break;
	case GROUP_BY_CONTAINER:
		buf_add(b, part.bytes, width > CONTAINER_ID_LEN ? CONTAINER_ID_LEN :
				       width < SHORT_ID ? width : SHORT_ID);
		break;
	case GROUP_BY_STACK:
		stack_group_print(b, read_stack(part), width);
		break;
	case GROUP_BY_EXE:
	case GROUP_BY_CGROUP:
	case GROUP_BY_UNIT:
		print_path_tail(b, part, width);
		break;
	default:
		escape_for_terminal(b, part.bytes, part.len, width);
		break;
	}
}

size_t group_key_width(const struct group_list *list)
{
	size_t sum = list->nr ? list->nr - 1 : 0;

	for (unsigned i = 0; i < list->nr; i++)
		sum += kinds[list->by[i]].width;
	return sum;
}

/*
 * Divide the width among the parts: the widest ones are cut first, and the last one gets the rest.
 */
static void share_width(const struct group_list *list, size_t width, size_t share[GROUP_BY_COUNT])
{
	size_t sum = group_key_width(list);

	memset(share, 0, GROUP_BY_COUNT * sizeof(*share));
	for (unsigned i = 0; i < list->nr; i++)
		share[i] = kinds[list->by[i]].width;
	for (; sum > width; sum--) {
		unsigned widest = 0;

		for (unsigned i = 1; i < list->nr; i++)
			if (share[i] > share[widest])
				widest = i;
		if (share[widest] <= 3)
			break;
		share[widest]--;
	}
	if (list->nr && sum < width)
		share[list->nr - 1] += width - sum;
}

void group_key_print_heading(struct buf *b, const struct group_list *list, size_t width)
{
	size_t share[GROUP_BY_COUNT];

	share_width(list, width, share);
	for (unsigned i = 0; i < list->nr; i++) {
		size_t from = b->len, len = strlen(kinds[list->by[i]].heading);

		buf_add(b, kinds[list->by[i]].heading, len < share[i] ? len : share[i]);
		if (i + 1 < list->nr)
			buf_pad(b, from, share[i] + 1);
	}
}

static void print_parts(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
			bool other, size_t width, bool columns)
{
	size_t share[GROUP_BY_COUNT];

	if (other) {
		buf_str(b, GROUP_KEY_OTHER);
		return;
	}
	share_width(list, width, share);
	for (unsigned i = 0; i < list->nr; i++) {
		size_t from = b->len;

		print_part(b, list->by[i], g, group_key_part(g, i), share[i]);
		if (i + 1 < list->nr)
			buf_pad(b, from, columns ? share[i] + 1 : b->len - from + 1);
	}
}

void group_key_print(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		     bool other, size_t width)
{
	print_parts(b, list, g, other, width, true);
}

void group_key_print_short(struct buf *b, const struct group_list *list,
			   const struct keyed_entry *g, bool other, size_t width)
{
	print_parts(b, list, g, other, width, false);
}

void group_list_print(struct buf *b, const struct group_list *list)
{
	for (unsigned i = 0; i < list->nr; i++) {
		if (i)
			buf_char(b, ',');
		buf_str(b, group_by_name(list->by[i]));
	}
}

/*
 * The name of the field of a part: that of --by, except for peer:port, which has two, as a close.
 */
static const char *find_field_name(enum group_by by)
{
	return by == GROUP_BY_PEER_PORT ? "peer_addr" : group_by_name(by);
}

static void json_print_part(struct json *j, enum group_by by, struct group_part part)
{
	const struct stack_key stack = read_stack(part);
	const char *key = find_field_name(by);

	if (by == GROUP_BY_STACK)
		stack_group_json(j, part.len ? &stack : NULL);
	else if (!part.len)
		json_kv_null(j, key);
	else if (by == GROUP_BY_PID)
		json_kv_u64(j, key, read_pid(part));
	else if (by == GROUP_BY_PORT)
		json_kv_u64(j, key, read_port(part.bytes));
	else if (by == GROUP_BY_PEER || by == GROUP_BY_PEER_PORT)
		json_kv_addr(j, key, part.bytes[0], part.bytes + 1);
	else
		json_kv_bytes(j, key, part.bytes, part.len);
	if (by == GROUP_BY_PEER_PORT)
		json_kv_u64_or_null(j, "peer_port", part.len,
				    part.len ? read_port(part.bytes + 1 + ADDR_LEN) : 0);
}

/* A pid has the field comm too, unless the list has it. */
static bool has_label(const struct group_list *list, enum group_by by)
{
	return by == GROUP_BY_PID && !group_list_has(list, GROUP_BY_COMM);
}

void group_key_json(struct json *j, const struct group_list *list, const struct keyed_entry *g,
		    bool other)
{
	struct buf words = { 0 };

	group_list_print(&words, list);
	if (list->nr)
		json_kv_bytes(j, "by", words.data, words.len);
	else
		json_kv_null(j, "by");
	j->buf->failed |= words.failed;
	buf_release(&words);
	json_kv_bool(j, "other", other);
	for (unsigned i = 0; i < list->nr; i++) {
		struct group_part part = { 0 };

		if (!other)
			part = group_key_part(g, i);

		json_print_part(j, list->by[i], part);
		if (!has_label(list, list->by[i]))
			continue;
		if (part.len)
			json_kv_bytes(j, "comm", g->bytes + g->key_len, g->label_len);
		else
			json_kv_null(j, "comm");
	}
}

/* In CSV, where peer is a count of who, the peer's address is peer_addr, as it is of peer:port. */
static const char *find_csv_name(const struct group_list *list, enum group_by by)
{
	if (by != GROUP_BY_PEER)
		return find_field_name(by);
	return group_list_has(list, GROUP_BY_PEER_PORT) ? "peer_address" : "peer_addr";
}

void group_key_csv_header(struct buf *b, const struct group_list *list)
{
	for (unsigned i = 0; i < list->nr; i++) {
		if (i)
			buf_char(b, ',');
		buf_str(b, find_csv_name(list, list->by[i]));
		if (list->by[i] == GROUP_BY_PEER_PORT)
			buf_str(b, ",peer_port");
		if (has_label(list, list->by[i]))
			buf_str(b, ",comm");
	}
}

/* Print a field in the quotes of RFC 4180, with control characters escaped as in text. */
static void print_csv_field(struct buf *b, const void *bytes, size_t len)
{
	struct buf text = { 0 };

	escape_for_terminal(&text, bytes, len, ESCAPE_ANY_WIDTH);
	buf_char(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			buf_char(b, '"');
		buf_char(b, text.data[i]);
	}
	buf_char(b, '"');
	b->failed |= text.failed;
	buf_release(&text);
}

/* The same stack in one field, as in the folded format. */
static void print_csv_stack(struct buf *b, struct stack_key key)
{
	struct buf text = { 0 };

	stack_group_fold(&text, key);
	print_csv_field(b, text.data, text.len);
	b->failed |= text.failed;
	buf_release(&text);
}

static void print_csv_part(struct buf *b, enum group_by by, struct group_part part)
{
	if (!part.len)
		;		/* unknown: an empty field */
	else if (by == GROUP_BY_PID)
		buf_u64(b, read_pid(part));
	else if (by == GROUP_BY_PORT)
		buf_u64(b, read_port(part.bytes));
	else if (by == GROUP_BY_PEER || by == GROUP_BY_PEER_PORT)
		fmt_addr(b, part.bytes[0], part.bytes + 1);
	else if (by == GROUP_BY_STACK)
		print_csv_stack(b, read_stack(part));
	else
		print_csv_field(b, part.bytes, part.len);
	if (by != GROUP_BY_PEER_PORT)
		return;
	buf_char(b, ',');
	if (part.len)
		buf_u64(b, read_port(part.bytes + 1 + ADDR_LEN));
}

void group_key_csv(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		   bool other)
{
	for (unsigned i = 0; i < list->nr; i++) {
		struct group_part part = { 0 };

		if (!other)
			part = group_key_part(g, i);

		if (i)
			buf_char(b, ',');
		else if (other)
			buf_str(b, GROUP_KEY_OTHER);
		print_csv_part(b, list->by[i], part);
		if (!has_label(list, list->by[i]))
			continue;
		buf_char(b, ',');
		if (part.len)
			print_csv_field(b, g->bytes + g->key_len, g->label_len);
	}
}

/* Print a part that is not a stack as one frame. */
static void fold_part(struct buf *b, enum group_by by, const struct keyed_entry *g,
		      struct group_part part)
{
	struct buf text = { 0 };

	print_part(&text, by, g, part, ESCAPE_ANY_WIDTH);
	folded_append(b, text.data, text.len);
	b->failed |= text.failed;
	buf_release(&text);
}

void group_key_fold(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		    bool other)
{
	struct group_part stack = { 0 };

	if (other) {
		buf_str(b, GROUP_KEY_OTHER);
		return;
	}
	for (unsigned i = 0; i < list->nr; i++) {
		if (list->by[i] == GROUP_BY_STACK) {
			stack = group_key_part(g, i);
			continue;
		}
		fold_part(b, list->by[i], g, group_key_part(g, i));
		buf_char(b, ';');
	}
	stack_group_fold(b, read_stack(stack));
}

void group_key_print_stack(struct buf *b, const struct group_list *list,
			   const struct keyed_entry *g, bool other)
{
	if (other)
		buf_str(b, GROUP_KEY_OTHER);
	for (unsigned i = 0; i < list->nr && !other; i++)
		if (list->by[i] == GROUP_BY_STACK)
			stack_group_print_whole(b, read_stack(group_key_part(g, i)));
}
