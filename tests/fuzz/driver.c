/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs a harness without a fuzzer. fuzz_x COUNT CORPUS feeds it each input of the corpus (one line
 * of hexadecimal digits per input), then COUNT random variants: inputs cut, joined, or with flipped
 * bytes. The variants are the same on every machine. A failure aborts.
 */
#include "fuzz.h"

#define FILE_MAX (64u << 10)
#define LINE_MAX_BYTES (2 * FILE_MAX + 2)
#define FILES 4096

struct bytes {
	uint8_t *data;
	size_t len;
};

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dULL;
}

static void run_input(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);	/* exact size: a sanitizer detects overruns */

	HOLDS(copy);
	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static size_t copy_part(const struct bytes *b, uint8_t *to, size_t room, uint64_t *seed)
{
	size_t from = b->len ? next_random(seed) % b->len : 0;
	size_t len = b->len - from ? next_random(seed) % (b->len - from) + 1 : 0;

	if (len > room)
		len = room;
	memcpy(to, b->data + from, len);
	return len;
}

static void run_mutation(const struct bytes *file, unsigned files, uint64_t *seed)
{
	static uint8_t data[FILE_MAX];
	size_t len = 0;

	for (unsigned i = next_random(seed) % 4 + 1; i && files; i--)
		len += copy_part(&file[next_random(seed) % files], data + len, sizeof(data) - len,
				 seed);
	while (len < 200 && next_random(seed) % 8)
		data[len++] = (uint8_t)next_random(seed);
	for (unsigned i = next_random(seed) % 16; i && len; i--)
		data[next_random(seed) % len] ^= (uint8_t)(1 << next_random(seed) % 8);
	run_input(data, len);
}

/* Stores the bytes of a line, up to the first pair of characters that are not digits. */
static void take_line(struct bytes *b, const char *line)
{
	unsigned v;

	b->data = malloc(strlen(line) / 2 + 1);
	HOLDS(b->data);
	for (b->len = 0; sscanf(line, "%2x", &v) == 1; line += 2)
		b->data[b->len++] = (uint8_t)v;
}

static unsigned read_corpus(const char *path, struct bytes *file)
{
	static char line[LINE_MAX_BYTES];
	FILE *f = fopen(path, "r");
	unsigned n = 0;

	if (!f) {
		perror(path);
		exit(1);
	}
	while (n < FILES && fgets(line, sizeof(line), f))
		if (line[0] != '#')
			take_line(&file[n++], line);
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	static struct bytes file[FILES];
	unsigned files;
	uint64_t seed = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: %s COUNT CORPUS\n", argv[0]);
		return 64;
	}
	files = read_corpus(argv[2], file);
	for (unsigned i = 0; i < files; i++)
		run_input(file[i].data, file[i].len);
	for (unsigned long i = strtoul(argv[1], NULL, 10); i; i--)
		run_mutation(file, files, &seed);
	while (files)
		free(file[--files].data);
	return 0;
}
