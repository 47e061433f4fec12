/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stack_cache.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define BUCKETS 8192		/* a power of two */

struct stack_entry {
	uint64_t ts_ns;
	char *text;
	uint32_t tid;
	unsigned next;		/* in its bucket: index + 1, 0 none */
};

struct stack_cache {
	unsigned nr, oldest;
	unsigned bucket[BUCKETS];
	struct stack_entry entry[STACK_CACHE_MAX];
};

struct stack_cache *stack_cache_new(void)
{
	return calloc(1, sizeof(struct stack_cache));
}

void stack_cache_free(struct stack_cache *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->nr; i++)
		free(s->entry[i].text);
	free(s);
}

static unsigned hash_bucket(uint32_t tid, uint64_t ts_ns)
{
	return hash_fmix64(ts_ns ^ (uint64_t)tid << 40) & (BUCKETS - 1);
}

/* Empties the slot of the one that was added first. */
static unsigned evict_oldest(struct stack_cache *s)
{
	unsigned slot = s->oldest++ % STACK_CACHE_MAX;
	struct stack_entry *old = &s->entry[slot];
	unsigned *at = &s->bucket[hash_bucket(old->tid, old->ts_ns)];

	while (*at != slot + 1)
		at = &s->entry[*at - 1].next;
	*at = old->next;
	free(old->text);
	return slot;
}

void stack_cache_add(struct stack_cache *s, uint32_t tid, uint64_t ts_ns, const char *text, size_t len)
{
	unsigned *first = &s->bucket[hash_bucket(tid, ts_ns)], slot;
	char *copy = malloc(len + 1);

	if (!copy)
		return;
	memcpy(copy, text, len);
	copy[len] = '\0';
	slot = s->nr < STACK_CACHE_MAX ? s->nr++ : evict_oldest(s);
	s->entry[slot] = (struct stack_entry){ .ts_ns = ts_ns, .tid = tid, .text = copy, .next = *first };
	*first = slot + 1;
}

const char *stack_cache_find(const struct stack_cache *s, uint32_t tid, uint64_t ts_ns)
{
	for (unsigned at = s->bucket[hash_bucket(tid, ts_ns)]; at; at = s->entry[at - 1].next)
		if (s->entry[at - 1].tid == tid && s->entry[at - 1].ts_ns == ts_ns)
			return s->entry[at - 1].text;
	return NULL;
}

/* "0x7f12", ended by a tab. False: "-", or no number. */
static bool parse_hex(const char **p, uint64_t *v)
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

static const char *parse_field(const char **p, char end, size_t *len)
{
	const char *word = *p;
	size_t n = 0;

	while (word[n] && word[n] != end && word[n] != '\n')
		n++;
	*p = word + n + (word[n] == end && end != '\n');
	*len = n == 1 && *word == '-' ? 0 : n;
	return *len ? word : NULL;
}

static bool parse_frame(const char **p, struct stack_frame *f)
{
	bool in_module, in_symbol;

	if (!parse_hex(p, &f->address))
		return false;
	in_module = parse_hex(p, &f->module_offset);
	in_symbol = parse_hex(p, &f->symbol_offset);
	f->symbol = parse_field(p, '\t', &f->symbol_len);
	f->module = parse_field(p, '\n', &f->module_len);
	if (!in_symbol)
		f->symbol = NULL, f->symbol_len = 0;
	if (!in_module)
		f->module = NULL, f->module_len = 0;
	return true;
}

bool stack_next_frame(const char **text, struct stack_frame *f)
{
	bool found = false;

	while (**text && !found) {
		memset(f, 0, sizeof(*f));
		if (**text == '!') {
			(*text)++;
			f->missing = parse_field(text, '\n', &f->missing_len);
			found = f->missing;
		} else {
			found = parse_frame(text, f);
		}
		while (**text && **text != '\n')
			(*text)++;
		*text += **text == '\n';
	}
	return found;
}
