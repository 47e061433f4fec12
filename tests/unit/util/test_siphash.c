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
		cmocka_unit_test(test_siphash__the_key_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
