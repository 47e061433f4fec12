/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The expected values are those of the reference implementation (vectors.h, vectors_sip64). */
#include "unit.h"

#include "siphash.h"

static void test_siphash__the_vectors_of_its_authors(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31 },  { 1, 0x74f839c593dc67fd },
		{ 7, 0xab0200f58b01d137 },  { 8, 0x93f5f5799a932462 },
		{ 15, 0xa129ca6149be45e5 }, { 63, 0x958a324ceb064572 },
	};
	const struct siphash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	uint8_t bytes[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (unsigned i = 0; i < sizeof(vectors) / sizeof(*vectors); i++)
		assert_true(siphash(&key, bytes, vectors[i].len) == vectors[i].hash);
}

/* vectors_sip128 */
static void test_siphash__the_vectors_of_128_bits(void **state)
{
	static const uint8_t want[2][16] = {
		{ 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
		  0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 },
		{ 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44,
		  0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45 },
	};
	const struct siphash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	uint8_t hash[16];

	(void)state;
	for (unsigned len = 0; len < 2; len++) {
		siphash128(&key, "", len, hash);
		assert_memory_equal(hash, want[len], sizeof(hash));
	}
}

static void test_siphash__the_key_counts(void **state)
{
	const struct siphash_key a = { 1, 2 }, b = { 1, 3 }, c = { 2, 2 };

	(void)state;
	assert_true(siphash(&a, "x", 1) != siphash(&b, "x", 1));
	assert_true(siphash(&a, "x", 1) != siphash(&c, "x", 1));
	assert_true(siphash(&a, "x", 1) == siphash(&a, "x", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash__the_vectors_of_its_authors),
		cmocka_unit_test(test_siphash__the_vectors_of_128_bits),
		cmocka_unit_test(test_siphash__the_key_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
