/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "array.h"
#include "names.h"

#define X_WORD(id, word) word,
#define X_ENDING_WORD(id, word, class) word,
#define X_ENDING_CLASS(id, word, class) CLASS_##class,
#define X_STATE_WORD(id, nr) [nr] = #id,
#define X_KIND_WORD(id, nr, word) [nr] = word,

static const char *const initiator_words[] = { INITIATORS(X_WORD) };
static const char *const class_words[] = { CLASSES(X_WORD) };
static const char *const ending_words[] = { ENDINGS(X_ENDING_WORD) };
static const unsigned char ending_classes[] = { ENDINGS(X_ENDING_CLASS) };
static const char *const reason_words[] = { REASONS(X_WORD) };
static const char *const trigger_words[] = { TRIGGERS(X_WORD) };
static const char *const blame_words[] = { BLAMES(X_WORD) };
static const char *const effect_words[] = { EFFECTS(X_WORD) };
static const char *const phase_words[] = { PHASES(X_WORD) };
static const char *const one_sided_words[] = { ONE_SIDED(X_WORD) };
static const char *const side_words[] = { SIDES(X_WORD) };
static const char *const cause_words[] = { CAUSES(X_WORD) };
static const char *const disagreement_words[] = { DISAGREEMENTS(X_WORD) };
static const char *const state_words[] = { TCP_STATES(X_STATE_WORD) };
static const char *const kind_words[] = { EVENT_KINDS(X_KIND_WORD) };
static const char *const how_words[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

_Static_assert(COUNT(initiator_words) == INITIATOR_COUNT, "a word for each initiator");
_Static_assert(COUNT(class_words) == CLASS_COUNT, "a word for each class");
_Static_assert(COUNT(ending_words) == ENDING_COUNT, "a word for each ending");
_Static_assert(COUNT(ending_classes) == ENDING_COUNT, "a class for each ending");
_Static_assert(COUNT(reason_words) == REASON_COUNT, "a word for each reason");
_Static_assert(COUNT(trigger_words) == TRIGGER_COUNT, "a word for each trigger");
_Static_assert(COUNT(blame_words) == BLAME_COUNT, "a word for each blame");
_Static_assert(COUNT(effect_words) == EFFECT_COUNT, "a word for each effect");
_Static_assert(COUNT(one_sided_words) == ONE_SIDED_COUNT, "a word for each reason");
_Static_assert(COUNT(side_words) == SIDE_COUNT, "a word for each side");
_Static_assert(COUNT(cause_words) == CAUSE_COUNT, "a word for each cause");
_Static_assert(COUNT(disagreement_words) == DISAGREEMENT_COUNT, "a word for each disagreement");
_Static_assert(COUNT(phase_words) == PHASE_COUNT, "a word for each phase");
_Static_assert(COUNT(state_words) == STATE_CLOSING + 1, "TCP states end with CLOSING");
_Static_assert(COUNT(kind_words) <= EVENT_KIND_MAX + 1, "event kinds within their range");

/* "?" also for a number within the range that has no word, such as TCP state 0. */
static const char *find_word(const char *const *words, size_t n, unsigned v)
{
	return v < n && words[v] ? words[v] : "?";
}

static int find_word_index(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

const char *initiator_name(unsigned v)
{
	return find_word(initiator_words, COUNT(initiator_words), v);
}

const char *class_name(unsigned v)
{
	return find_word(class_words, COUNT(class_words), v);
}

const char *ending_name(unsigned v)
{
	return find_word(ending_words, COUNT(ending_words), v);
}

const char *reason_name(unsigned v)
{
	return find_word(reason_words, COUNT(reason_words), v);
}

const char *trigger_name(unsigned v)
{
	return find_word(trigger_words, COUNT(trigger_words), v);
}

const char *blame_name(unsigned v)
{
	return find_word(blame_words, COUNT(blame_words), v);
}

const char *effect_name(unsigned v)
{
	return find_word(effect_words, COUNT(effect_words), v);
}

const char *phase_name(unsigned v)
{
	return find_word(phase_words, COUNT(phase_words), v);
}

const char *one_sided_name(unsigned v)
{
	return find_word(one_sided_words, COUNT(one_sided_words), v);
}

const char *connection_side_name(unsigned v)
{
	return find_word(side_words, COUNT(side_words), v);
}

const char *cause_name(unsigned v)
{
	return find_word(cause_words, COUNT(cause_words), v);
}

const char *disagreement_name(unsigned v)
{
	return find_word(disagreement_words, COUNT(disagreement_words), v);
}

const char *state_name(unsigned v)
{
	return find_word(state_words, COUNT(state_words), v);
}

const char *event_kind_name(unsigned v)
{
	return find_word(kind_words, COUNT(kind_words), v);
}

const char *shut_how_name(int how)
{
	return how < 0 ? "?" : find_word(how_words, COUNT(how_words), (unsigned)how);
}

enum class ending_class(unsigned ending)
{
	return ending < COUNT(ending_classes) ? (enum class)ending_classes[ending] : CLASS_OPEN;
}

int initiator_of(const char *word)
{
	return find_word_index(initiator_words, COUNT(initiator_words), word);
}

int class_of(const char *word)
{
	return find_word_index(class_words, COUNT(class_words), word);
}

int ending_of(const char *word)
{
	return find_word_index(ending_words, COUNT(ending_words), word);
}

int trigger_of(const char *word)
{
	int v = find_word_index(trigger_words, COUNT(trigger_words), word);

	return v == TRIGGER_NONE || v == TRIGGER_SYSCALL ? -1 : v;
}
