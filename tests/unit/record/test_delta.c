/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "delta.h"

#define RECORDS 3000

static struct delta there, back;
static uint64_t record[RECORDS][DELTA_WORDS];
static uint8_t packed[RECORDS * DELTA_ENCODED_MAX];

/* Packs n records and unpacks them again. Returns the packed size in bytes. */
static size_t round_trip(unsigned n)
{
	const uint8_t *at = packed;
	size_t len = 0;

	delta_begin(&there);
	delta_begin(&back);
	for (unsigned i = 0; i < n; i++) {
		size_t took = delta_encode(&there, record[i], packed + len);

		assert_in_range(took, 4, DELTA_ENCODED_MAX);
		len += took;
	}
	for (unsigned i = 0; i < n; i++) {
		const void *got = delta_decode(&back, &at, packed + len);

		assert_non_null(got);
		assert_memory_equal(got, record[i], DELTA_RECORD_BYTES);
	}
	assert_ptr_equal(at, packed + len);
	assert_null(delta_decode(&back, &at, packed + len));
	return len;
}

static void test_delta__unpacking_restores_the_events(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < RECORDS; i++) {
		for (unsigned w = 0; w < DELTA_WORDS; w++)
			record[i][w] = next_random(&seed) >> (i % 3 * 20) &
				       -(next_random(&seed) & 1);
		record[i][1] = i % 700;
	}
	round_trip(RECORDS);
}

static void test_delta__the_decoder_need_not_know_the_base(void **state)
{
	uint64_t seed = 2;
	size_t by_socket;

	(void)state;
	/* each of five changes on a new socket, with the same task */
	memset(record, 0, sizeof(record));
	for (unsigned i = 0; i < RECORDS; i++) {
		struct event *x = (struct event *)record[i];

		x->sk_key = next_random(&seed);
		x->kind = EVENT_STATE;
		x->new_state = (uint8_t)(1 + i % 5);
		memset(x->comm, 'a' + (int)(i % 5), sizeof(x->comm));
	}
	by_socket = round_trip(RECORDS);
	there.base = DELTA_BASE_CHANGE;
	assert_true(round_trip(RECORDS) < by_socket * 3 / 4);
	there.base = DELTA_BASE_SOCKET;
}

static void test_delta__the_worst_record_has_room(void **state)
{
	(void)state;
	memset(record, 0, sizeof(record));
	memset(record[1], 0xff, sizeof(record[1]));
	for (unsigned w = 1; w < DELTA_WORDS; w++)
		record[2][w] = 0x5555555555555555;
	assert_true(round_trip(3) <= 3 * DELTA_ENCODED_MAX);
}

static void test_delta__time_may_go_back(void **state)
{
	static const uint64_t ts[] = { 5, 3, UINT64_MAX, 0, INT64_MAX, 1 };

	(void)state;
	memset(record, 0, sizeof(record));
	for (unsigned i = 0; i < sizeof(ts) / sizeof(*ts); i++)
		record[i][0] = ts[i];
	round_trip(sizeof(ts) / sizeof(*ts));
}

static void test_delta__the_events_of_a_socket_are_small(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct event e = of_endpoint(i / 4, i % 4 == 0 ? established(T0 + i * 1000) :
				    i % 4 == 1 ? a_fin(T0 + i * 1000, 7) :
				    i % 4 == 2 ? an_ack(T0 + i * 1000) :
						 a_last_change(T0 + i * 1000, SOCKF_DONE));

		memcpy(record[i], &e, sizeof(e));
	}
	assert_true(round_trip(1000) < 1000 * 50);
}

static void test_delta__an_incomplete_record_is_rejected(void **state)
{
	size_t len;

	(void)state;
	memset(record, 0xa7, sizeof(record[0]));
	delta_begin(&there);
	len = delta_encode(&there, record[0], packed);
	for (size_t cut = 0; cut < len; cut++) {
		const uint8_t *at = packed;

		delta_begin(&back);
		assert_null(delta_decode(&back, &at, packed + cut));
		assert_ptr_equal(at, packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delta__unpacking_restores_the_events),
		cmocka_unit_test(test_delta__the_decoder_need_not_know_the_base),
		cmocka_unit_test(test_delta__the_worst_record_has_room),
		cmocka_unit_test(test_delta__time_may_go_back),
		cmocka_unit_test(test_delta__the_events_of_a_socket_are_small),
		cmocka_unit_test(test_delta__an_incomplete_record_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
