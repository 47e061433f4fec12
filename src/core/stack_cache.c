/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_cache.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define BUCKETS 8192		/* a power of two */

struct entry {
	uint64_t ts_ns;
	char *text;
	uint32_t tid;
	unsigned next;		/* in its bucket: index + 1, 0 none */
};

struct stacks {
	unsigned nr, oldest;
	unsigned bucket[BUCKETS];
	struct entry entry[STACKS_MAX];
};

struct stacks *stacks_new(void)
{
	return calloc(1, sizeof(struct stacks));
}

void stacks_free(struct stacks *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->nr; i++)
		free(s->entry[i].text);
	free(s);
}

static unsigned bucket_of(uint32_t tid, uint64_t ts_ns)
{
	return hash_fmix64(ts_ns ^ (uint64_t)tid << 40) & (BUCKETS - 1);
}

/* Empties the slot of the one that was added first. */
static unsigned make_room(struct stacks *s)
{
	unsigned slot = s->oldest++ % STACKS_MAX;
	struct entry *old = &s->entry[slot];
	unsigned *at = &s->bucket[bucket_of(old->tid, old->ts_ns)];

	while (*at != slot + 1)
		at = &s->entry[*at - 1].next;
	*at = old->next;
	free(old->text);
	return slot;
}

void stacks_add(struct stacks *s, uint32_t tid, uint64_t ts_ns, const char *text, size_t len)
{
	unsigned *first = &s->bucket[bucket_of(tid, ts_ns)], slot;
	char *copy = malloc(len + 1);

	if (!copy)
		return;
	memcpy(copy, text, len);
	copy[len] = '\0';
	slot = s->nr < STACKS_MAX ? s->nr++ : make_room(s);
	s->entry[slot] = (struct entry){ .ts_ns = ts_ns, .tid = tid, .text = copy, .next = *first };
	*first = slot + 1;
}

const char *stacks_find(const struct stacks *s, uint32_t tid, uint64_t ts_ns)
{
	for (unsigned at = s->bucket[bucket_of(tid, ts_ns)]; at; at = s->entry[at - 1].next)
		if (s->entry[at - 1].tid == tid && s->entry[at - 1].ts_ns == ts_ns)
			return s->entry[at - 1].text;
	return NULL;
}

/* "0x7f12", ended by a tab. False: "-", or no number. */
static bool take_hex(const char **p, uint64_t *v)
{
	const char *digit = *p + 2 * !strncmp(*p, "0x", 2), *first = digit;
	bool good;

	for (*v = 0; (*digit >= '0' && *digit <= '9') || (*digit >= 'a' && *digit <= 'f'); digit++)
		*v = *v << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
	good = digit > first && digit - first <= 16 && *digit == '\t';
	while (*digit && *digit != '\t' && *digit != '\n')
		digit++;
	*p = digit + (*digit == '\t');
	return good;
}

static const char *take_word(const char **p, char end, size_t *len)
{
	const char *word = *p;
	size_t n = 0;

	while (word[n] && word[n] != end && word[n] != '\n')
		n++;
	*p = word + n + (word[n] == end && end != '\n');
	*len = n == 1 && *word == '-' ? 0 : n;
	return *len ? word : NULL;
}

static bool take_frame(const char **p, struct stack_frame *f)
{
	bool in_module, in_symbol;

	if (!take_hex(p, &f->address))
		return false;
	in_module = take_hex(p, &f->module_offset);
	in_symbol = take_hex(p, &f->symbol_offset);
	f->symbol = take_word(p, '\t', &f->symbol_len);
	f->module = take_word(p, '\n', &f->module_len);
	if (!in_symbol)
		f->symbol = NULL, f->symbol_len = 0;
	if (!in_module)
		f->module = NULL, f->module_len = 0;
	return true;
}

bool stack_next(const char **text, struct stack_frame *f)
{
	bool found = false;

	while (**text && !found) {
		memset(f, 0, sizeof(*f));
		if (**text == '!') {
			(*text)++;
			f->missing = take_word(text, '\n', &f->missing_len);
			found = f->missing;
		} else {
			found = take_frame(text, f);
		}
		while (**text && **text != '\n')
			(*text)++;
		*text += **text == '\n';
	}
	return found;
}
