/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Ensure that the last chunk has room for an item. Returns false if out of memory or numbers. */
static bool add_chunk(struct pool *p)
{
	uint32_t chunks = p->made / POOL_CHUNK;

	if (p->made % POOL_CHUNK)
		return true;
	if (p->made > UINT32_MAX - POOL_CHUNK)
		return false;
	if (!ARRAY_GROW(p->chunks, chunks, p->cap, SIZE_MAX))
		return false;
	p->chunks[chunks] = malloc(POOL_CHUNK * p->size);
	return p->chunks[chunks];
}

void pool_release(struct pool *p)
{
	for (uint32_t at = 0; at < p->made; at += POOL_CHUNK)
		free(p->chunks[at / POOL_CHUNK]);
	free(p->chunks);
	*p = (struct pool){ .size = p->size };
}

uint32_t pool_alloc(struct pool *p)
{
	uint32_t nr = p->free;

	if (nr)
		memcpy(&p->free, pool_at(p, nr), sizeof(p->free));
	else if (add_chunk(p))
		nr = ++p->made;
	else
		return 0;
	memset(pool_at(p, nr), 0, p->size);
	return nr;
}

void pool_free(struct pool *p, uint32_t nr)
{
	memcpy(pool_at(p, nr), &p->free, sizeof(p->free));
	p->free = nr;
}
