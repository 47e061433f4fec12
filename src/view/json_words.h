/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words of names.h as JSON values: with quotes and a comma, and of known length. Most texts of
 * a close are such words.
 *
 *	json_kv_word(j, "ending", json_endings, verdict->ending);	"ending":"four-way",
 */
#pragma once

#include "array.h"
#include "json_writer.h"
#include "names.h"

struct json_word {
	uint8_t len;		/* of text; 0: this number has no word */
	char text[23];		/* copied whole, so that the number of bytes is a constant */
};

extern const struct json_word json_unknown_word;	/* "?" */
extern const struct json_word json_initiators[INITIATOR_COUNT];
extern const struct json_word json_endings[ENDING_COUNT];
extern const struct json_word json_classes[CLASS_COUNT];
extern const struct json_word json_triggers[TRIGGER_COUNT];
extern const struct json_word json_blames[BLAME_COUNT];
extern const struct json_word json_effects[EFFECT_COUNT];
extern const struct json_word json_states[STATE_CLOSING + 1];

/* Append the word with that number, in an array or behind a key; "?" if there is none. */
#define json_word(j, words, nr) json_add_word(j, words, COUNT(words), nr)
#define json_kv_word(j, key, words, nr) json_kv_add_word(j, key, words, COUNT(words), nr)

JSON_INLINE void json_add_word(struct json *j, const struct json_word *words, size_t n, unsigned nr)
{
	const struct json_word *w = nr < n && words[nr].len ? &words[nr] : &json_unknown_word;
	char *to = buf_room(j->buf, sizeof(w->text));

	if (!to)
		return;
	memcpy(to, w->text, sizeof(w->text));
	j->buf->len += w->len;
}

JSON_INLINE void json_kv_add_word(struct json *j, const char *key, const struct json_word *words,
				  size_t n, unsigned nr)
{
	if (json_key(j, key))
		json_add_word(j, words, n, nr);
}
