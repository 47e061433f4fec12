/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "json_words.h"

#define JSON_WORD(word) { sizeof(word) + 2, "\"" word "\"," }
#define X_WORD(id, word) JSON_WORD(word),
#define X_ENDING_WORD(id, word, class) JSON_WORD(word),
#define X_STATE_WORD(id, nr) [nr] = JSON_WORD(#id),

const struct json_word json_unknown_word = JSON_WORD("?");
const struct json_word json_initiators[] = { INITIATORS(X_WORD) };
const struct json_word json_endings[] = { ENDINGS(X_ENDING_WORD) };
const struct json_word json_classes[] = { CLASSES(X_WORD) };
const struct json_word json_triggers[] = { TRIGGERS(X_WORD) };
const struct json_word json_blames[] = { BLAMES(X_WORD) };
const struct json_word json_effects[] = { EFFECTS(X_WORD) };
const struct json_word json_states[] = { TCP_STATES(X_STATE_WORD) };
