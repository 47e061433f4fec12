/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The key of --by: how stories are grouped, and how the key is printed. Only this module knows how
 * to find the process, container or service of a story.
 */
#pragma once

#include "json_writer.h"
#include "keyed_table.h"
#include "view.h"

#define GROUP_KEY_OTHER "(other)"	/* the row for keys that arrived when the table was full */

/*
 * A key. bytes and label point into the story, the caches of the view, or own. len 0: the key is
 * unknown. The process of a story is the one that acted on our side, otherwise the first holder of
 * the socket that a walk found.
 */
struct group_key {
	const void *bytes, *label;
	size_t len, label_len;
	uint8_t own[24];
};

void group_key_init(struct group_key *k, const struct view_context *v, enum group_by by,
		    const struct story *s, const struct verdict *verdict);

/* The heading of the column: "COMM". */
const char *group_key_heading(enum group_by by);

/* Print "nginx", "4021 nginx", "..stem.slice/nginx.service" or "-": at most width columns. */
void group_key_print(struct buf *b, enum group_by by, const struct keyed_entry *g, bool other,
		     size_t width);

/* Print "by":"pid","other":false,"pid":4021,"comm":"nginx"; null if unknown. */
void group_key_json(struct json *j, enum group_by by, const struct keyed_entry *g, bool other);

/* Compare two keys for qsort(), to order rows that are otherwise equal. */
int group_key_compare(const struct keyed_entry *a, const struct keyed_entry *b);
