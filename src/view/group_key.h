/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The groups of --by: the key of a story, made of one part for each word of --by, and how its parts
 * are printed. Only this module knows how to find the process, container or service of a story.
 */
#pragma once

#include "json_writer.h"
#include "keyed_table.h"
#include "view.h"

#define GROUP_KEY_OTHER "(other)"	/* the row for keys that arrived when the table was full */

/* The key of a story. Starts as { 0 }, can be reused; release `bytes` at the end. */
struct group_key {
	struct buf bytes;
	const void *label;	/* the name of the process of a pid; points into the story */
	size_t label_len;
};

/*
 * Set the key of a story. The process of a story is the one that acted on our side, otherwise the
 * first holder of the socket that a walk found.
 */
void group_key_set(struct group_key *k, const struct view_context *v, const struct story *s,
		   const struct verdict *verdict);

/* One part of the key of an entry, as its bytes. len 0: that part is unknown. */
struct group_part {
	const uint8_t *bytes;
	size_t len;
};

/* The i-th part; i is less than group_list.nr, and the entry is not `other`. */
struct group_part group_key_part(const struct keyed_entry *g, unsigned i);

/* The width at which the keys are not cut, if they have usual lengths. */
size_t group_key_width(const struct group_list *list);

/* Print the headings of the parts, "COMM    PEER:PORT", each where group_key_print() prints it. */
void group_key_print_heading(struct buf *b, const struct group_list *list, size_t width);

/* Print "nginx", "4021 nginx", "nginx   10.0.0.9:5432", "-": columns, in all at most `width`. */
void group_key_print(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		     bool other, size_t width);

/* As group_key_print(), with one space between the parts. */
void group_key_print_short(struct buf *b, const struct group_list *list,
			   const struct keyed_entry *g, bool other, size_t width);

/* Print "comm,peer:port", the list as --by takes it. */
void group_list_print(struct buf *b, const struct group_list *list);

/* Print "by":"pid","other":false,"pid":4021,"comm":"nginx"; null if unknown. */
void group_key_json(struct json *j, const struct group_list *list, const struct keyed_entry *g,
		    bool other);

/*
 * Print the names of the fields of a key for CSV, and the fields: "peer_addr,peer_port",
 * "10.0.0.9,5432".
 */
void group_key_csv_header(struct buf *b, const struct group_list *list);
void group_key_csv(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		   bool other);

/*
 * Print "client;main;handler;__close": the other keys in the order of the list, then the stack,
 * which the list must have, from its outermost frame on. See folded_append().
 */
void group_key_fold(struct buf *b, const struct group_list *list, const struct keyed_entry *g,
		    bool other);

/* Print all frames of the stack in one line. */
void group_key_print_stack(struct buf *b, const struct group_list *list,
			   const struct keyed_entry *g, bool other);

/* Compare two keys for qsort(), to order rows that are otherwise equal. */
int group_key_compare(const struct group_list *list, const struct keyed_entry *a,
		      const struct keyed_entry *b);
