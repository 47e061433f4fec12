/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arrays: their length, growth by doubling, sorting. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The number of elements of an array, not of a pointer. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ARRAY_CAP_MIN 16	/* elements of an array that grows for the first time */

/*
 * Make room for element `nr` in the allocated array, up to max elements. cap is a size_t lvalue:
 * the number of elements that fit. False, with nothing changed, if the array has its maximum size
 * or memory is out. The caller frees the array.
 */
#define ARRAY_GROW(array, nr, cap, max)                                                            \
	({                                                                                         \
		void *grown_ = array_grow((array), (nr), &(cap), (max), sizeof(*(array)));         \
		if (grown_)                                                                        \
			(array) = grown_;                                                          \
		grown_ != NULL;                                                                    \
	})

/* Used by ARRAY_GROW(). Return the array, which may have moved; NULL, unchanged, if no room. */
static inline void *array_grow(void *array, size_t nr, size_t *cap, size_t max, size_t size)
{
	size_t more = *cap ? *cap * 2 : ARRAY_CAP_MIN;
	void *grown;

	if (nr < *cap)
		return array;
	if (max > SIZE_MAX / 2 / size)
		max = SIZE_MAX / 2 / size;
	if (more > max)
		more = max;
	if (more <= nr)
		return NULL;
	grown = realloc(array, more * size);
	if (grown)
		*cap = more;
	return grown;
}

/* Sort like qsort(), which must not be given the null pointer of an array without elements. */
static inline void array_sort(void *array, size_t nr, size_t size,
			      int (*order)(const void *, const void *))
{
	if (nr > 1)
		qsort(array, nr, size, order);
}
