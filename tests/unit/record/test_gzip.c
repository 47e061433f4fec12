/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "format.h"
#include "gzip.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, in the gzip format */
#define OUT_BYTES (RECORD_MEMBER_MAX + RECORD_MEMBER_MAX / 8 + 128)	/* as in writer.c */
#define FLAGS 3			/* offset of the flags in the header of a member */
#define FLAG_COMMENT 0x10

struct fixture {
	struct gzip_encoder *encoder;
	struct gzip_decoder *decoder;	/* NULL with zlib */
	uint8_t plain[RECORD_MEMBER_MAX], back[RECORD_MEMBER_MAX], out[OUT_BYTES];
};

static int setup(void **state)
{
	struct fixture *d = calloc(1, sizeof(*d));

	d->encoder = gzip_encoder_new();
	d->decoder = gzip_decoder_new();
	*state = d;
	return d->encoder ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *d = *state;

	gzip_encoder_free(d->encoder);
	gzip_decoder_free(d->decoder);
	free(d);
	return 0;
}

/* Bytes that do not compress, or that do. */
static void fill_plain(struct fixture *d, bool random)
{
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(d->plain); i++) {
		x = x * 1664525 + 1013904223;
		d->plain[i] = random ? (uint8_t)(x >> 24) : (uint8_t)(i % 63 * (i % 7));
	}
}

/* The witness: zlib reads what was encoded. */
static size_t inflate_member(const uint8_t *in, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)len, .next_out = out,
		       .avail_out = (uInt)room };

	assert_int_equal(inflateInit2(&z, GZIP_WINDOW), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	return room - z.avail_out;
}

static void check_round_trip(struct fixture *d, size_t len)
{
	size_t used = 0, n = gzip_encode(d->encoder, d->plain, len, d->out, sizeof(d->out));

	assert_true(n);
	assert_int_equal(inflate_member(d->out, n, d->back, sizeof(d->back)), len);
	assert_memory_equal(d->back, d->plain, len);
	if (!d->decoder)
		return;
	memset(d->back, 0, len);
	/* what follows a member is not part of it */
	assert_int_equal(gzip_decode(d->decoder, d->out, sizeof(d->out), d->back, sizeof(d->back),
				     &used), len);
	assert_int_equal(used, n);
	assert_memory_equal(d->back, d->plain, len);
}

static void test_gzip__a_member_of_any_length_comes_back(void **state)
{
	static const size_t lengths[] = { 1, 2, 63, 4096, 40000, RECORD_MEMBER_MAX };
	struct fixture *d = *state;

	for (int random = 0; random < 2; random++) {
		fill_plain(d, random);
		for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
			check_round_trip(d, lengths[i]);
	}
}

static void test_gzip__what_does_not_fit_is_not_encoded(void **state)
{
	struct fixture *d = *state;

	fill_plain(d, true);
	assert_int_equal(gzip_encode(d->encoder, d->plain, 4096, d->out, 2048), 0);
	check_round_trip(d, 4096);
}

static void test_gzip__a_cut_member_is_left_to_inflate(void **state)
{
	struct fixture *d = *state;
	size_t used, n;

	fill_plain(d, false);
	n = gzip_encode(d->encoder, d->plain, 4096, d->out, sizeof(d->out));
	for (size_t len = 0; len < n; len++)
		assert_int_equal(gzip_decode(d->decoder, d->out, len, d->back, sizeof(d->back),
					     &used), 0);
}

static void test_gzip__a_damaged_member_is_left_to_inflate(void **state)
{
	struct fixture *d = *state;
	size_t used, n;

	fill_plain(d, true);
	n = gzip_encode(d->encoder, d->plain, 4096, d->out, sizeof(d->out));
	d->out[n / 2] ^= 1;
	assert_int_equal(gzip_decode(d->decoder, d->out, n, d->back, sizeof(d->back), &used), 0);
}

static void test_gzip__a_member_that_is_too_long_is_left_to_inflate(void **state)
{
	struct fixture *d = *state;
	size_t used, n;

	fill_plain(d, false);
	n = gzip_encode(d->encoder, d->plain, 4096, d->out, sizeof(d->out));
	assert_int_equal(gzip_decode(d->decoder, d->out, n, d->back, 4095, &used), 0);
}

static void test_gzip__an_optional_field_is_left_to_inflate(void **state)
{
	struct fixture *d = *state;
	size_t used, n;

	fill_plain(d, false);
	n = gzip_encode(d->encoder, d->plain, 4096, d->out, sizeof(d->out));
	d->out[FLAGS] |= FLAG_COMMENT;
	assert_int_equal(gzip_decode(d->decoder, d->out, n, d->back, sizeof(d->back), &used), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gzip__a_member_of_any_length_comes_back),
		cmocka_unit_test(test_gzip__what_does_not_fit_is_not_encoded),
		cmocka_unit_test(test_gzip__a_cut_member_is_left_to_inflate),
		cmocka_unit_test(test_gzip__a_damaged_member_is_left_to_inflate),
		cmocka_unit_test(test_gzip__a_member_that_is_too_long_is_left_to_inflate),
		cmocka_unit_test(test_gzip__an_optional_field_is_left_to_inflate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
