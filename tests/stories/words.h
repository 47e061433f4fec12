/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Splits a line of a story into words, and parses words into values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 64

/*
 * Splits the line in place at blanks. A word that begins with '#' starts a comment. Within double
 * quotes blanks do not separate words, and \n, \", \\ and \xNN stand for a byte. Returns the number
 * of words, or -1 if there are too many or a quote is not closed.
 */
int words_split(char *line, char *word[WORDS_MAX]);

/* Parses the whole text as a decimal number, or as a hexadecimal one after 0x. */
bool words_u64(const char *text, uint64_t *v);

/* Parses the whole text as a time in ns: "250ns", "20us", "1.5ms", "3s", or "0". */
bool words_time(const char *text, uint64_t *ns);

/*
 * Parses "10.0.0.1:443" or "[2001:db8::1]:443". addr has 16 bytes in network order; port is in host
 * order.
 */
bool words_endpoint(const char *text, uint8_t *family, uint8_t *addr, uint16_t *port);

/* Returns the text after "key=" in the word, or NULL. */
const char *words_value(const char *word, const char *key);
