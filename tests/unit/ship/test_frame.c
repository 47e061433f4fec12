/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define LARGE 300000	/* more than a pipe holds */

static void fill(char *bytes, size_t size, unsigned n)
{
	memset(bytes, (int)('a' + n % 26), size);
}

static void test_frame__many_through_a_pipe(void **state)
{
	struct frame_reader r = { 0 };
	char *bytes = malloc(LARGE);
	struct ship_frame f;
	const uint8_t *got;
	int fd[2], rc;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	child = fork();
	if (child == 0) {
		fcntl(fd[1], F_SETFL, O_NONBLOCK);	/* it waits by itself */
		for (unsigned n = 0; n < 50; n++) {
			f = (struct ship_frame){ .kind = FRAME_SEGMENT, .partition = 3,
						 .stream_seq = n, .host = "web",
						 .size = n % 2 ? LARGE : n };
			fill(bytes, f.size, n);
			if (frame_write(fd[1], &f, bytes))
				_exit(1);
		}
		_exit(0);
	}
	close(fd[1]);
	r.fd = fd[0];
	for (unsigned n = 0; n < 50; n++) {
		while ((rc = frame_read(&r, &f, &got)) == 0)
			;
		assert_int_equal(rc, 1);
		assert_int_equal(f.stream_seq, n);
		assert_string_equal(f.host, "web");
		assert_int_equal(f.size, n % 2 ? LARGE : n);
		fill(bytes, f.size, n);
		assert_memory_equal(got, bytes, f.size);
	}
	assert_int_equal(frame_read(&r, &f, &got), -1);
	assert_int_equal(waitpid(child, &rc, 0), child);
	assert_int_equal(rc, 0);
	frame_reader_release(&r);
	close(fd[0]);
	free(bytes);
}

/* The result of reading these bytes. */
static int read_bytes(const void *bytes, size_t size)
{
	struct frame_reader r = { 0 };
	struct ship_frame f;
	const uint8_t *got;
	int fd[2], rc;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], bytes, size), size);
	close(fd[1]);
	r.fd = fd[0];
	rc = frame_read(&r, &f, &got);
	frame_reader_release(&r);
	close(fd[0]);
	return rc;
}

static void test_frame__what_is_not_a_frame(void **state)
{
	struct ship_frame f = { .kind = FRAME_NOTE, .size = 1 };
	char bytes[sizeof(f) + 1];

	(void)state;
	memcpy(bytes, &f, sizeof(f));
	bytes[sizeof(f)] = 'x';
	assert_int_equal(read_bytes(bytes, sizeof(bytes)), 1);
	assert_int_equal(read_bytes(bytes, sizeof(f)), -EBADMSG);	/* cut off */
	assert_int_equal(read_bytes(bytes, 3), -EBADMSG);
	f.kind = 0;
	assert_int_equal(read_bytes(&f, sizeof(f)), -EBADMSG);
	f.kind = FRAME_FAILED + 1;
	assert_int_equal(read_bytes(&f, sizeof(f)), -EBADMSG);
	f.kind = FRAME_NOTE;
	f.size = FRAME_BYTES_MAX + 1;
	assert_int_equal(read_bytes(&f, sizeof(f)), -EBADMSG);
	f.size = 0;
	memset(f.host, 'x', sizeof(f.host));
	assert_int_equal(read_bytes(&f, sizeof(f)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame__many_through_a_pipe),
		cmocka_unit_test(test_frame__what_is_not_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
