/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A line of a story cut into words, and the words made into values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 64

/*
 * Cuts the line in place at blanks; a word that begins with '#' and what follows is a comment.
 * Between double quotes blanks do not count and \n, \", \\ and \xNN stand for a byte. Returns how
 * many, -1 if they are too many or a quote is left open.
 */
int words_split(char *line, char *word[WORDS_MAX]);

/* Decimal, or hexadecimal after 0x, the whole text. */
bool words_u64(const char *text, uint64_t *v);

/* "250ns", "20us", "1.5ms", "3s"; a bare "0" too. The whole text, in nanoseconds. */
bool words_time(const char *text, uint64_t *ns);

/* "10.0.0.1:443" or "[2001:db8::1]:443". addr: 16 bytes in network order; port in host order. */
bool words_endpoint(const char *text, uint8_t *family, uint8_t *addr, uint16_t *port);

/* What follows "key=" in the word, or NULL. */
const char *words_value(const char *word, const char *key);
