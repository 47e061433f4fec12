/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shipper with a transport that writes into memory shared with the test, which thus sees what
 * the worker got, and commands it.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "read_clock.h"
#include "sandbox.h"
#include "shipper.h"

#define DEADLINE_NS (20 * NS_PER_S)	/* for what takes milliseconds */
#define SENT_MAX 4096

enum answer { ANSWER_TAKE, ANSWER_REJECT, ANSWER_FAIL_ONCE, ANSWER_NOTHING };

/* What the processes share. */
static volatile struct shared {
	enum answer answer;
	bool up;		/* the transport is to be connected */
	bool parent_only;	/* open() fails */
	unsigned nr;		/* shipments sent */
	struct {
		uint64_t id;
		unsigned n;	/* the number in its key */
		uint32_t size;
		bool good;	/* all bytes are right */
	} sent[SENT_MAX];
} *shared;

struct fake {
	bool reported_up, has_config;
	unsigned nr, done;
	uint64_t id[TRANSPORT_IN_FLIGHT];
	uint64_t failed_once;
};

static void *open_fake(const struct transport_config *config, char why[TRANSPORT_WHY_BYTES])
{
	(void)config;
	if (shared->parent_only)
		snprintf(why, TRANSPORT_WHY_BYTES, "cannot read 'x.creds'");
	return shared->parent_only ? NULL : calloc(1, sizeof(struct fake));
}

static void send_fake(void *t, const struct shipment *s)
{
	struct fake *f = t;
	unsigned i = shared->nr++;
	bool good = true;

	for (uint32_t k = 0; k < s->size; k++)
		good &= ((const unsigned char *)s->bytes)[k] == (strtoul(s->key, NULL, 10) & 255);
	if (i < SENT_MAX) {
		shared->sent[i].id = s->id;
		shared->sent[i].n = (unsigned)strtoul(s->key, NULL, 10);
		shared->sent[i].good = good;
		shared->sent[i].size = s->size;
	}
	if (f->nr - f->done == TRANSPORT_IN_FLIGHT)
		_exit(9);	/* more than promised */
	f->id[f->nr++ % TRANSPORT_IN_FLIGHT] = s->id;
}

static bool answer_one(struct fake *f, struct transport_event *e)
{
	if (f->done == f->nr || shared->answer == ANSWER_NOTHING)
		return false;
	e->id = f->id[f->done++ % TRANSPORT_IN_FLIGHT];
	e->kind = shared->answer == ANSWER_REJECT ? TRANSPORT_REJECTED : TRANSPORT_TAKEN;
	snprintf(e->why, sizeof(e->why), "not wanted");
	if (shared->answer == ANSWER_FAIL_ONCE && e->id > f->failed_once) {
		f->failed_once = e->id;
		e->kind = TRANSPORT_FAILED;
		e->retry_ms = 1;
		snprintf(e->why, sizeof(e->why), "busy");
	}
	return true;
}

static bool wait_fake(void *t, int fd, int ms, struct transport_event *e)
{
	struct fake *f = t;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)ms;
	poll(&p, 1, f->done < f->nr && shared->answer != ANSWER_NOTHING ? 0 : 5);
	if (shared->up != f->reported_up) {
		f->reported_up = shared->up;
		if (!shared->up)
			f->nr = f->done = 0;
		e->kind = shared->up ? TRANSPORT_UP : TRANSPORT_DOWN;
		snprintf(e->why, sizeof(e->why), "%s", shared->up ? "" : "gone");
		return true;
	}
	if (shared->up && !f->has_config) {
		f->has_config = true;
		e->kind = TRANSPORT_CONFIG;
		e->text_size = (uint32_t)snprintf(e->text, sizeof(e->text), "partitions 4\n");
		return true;
	}
	return answer_one(f, e);
}

static const struct transport fake = { .name = "fake", .open = open_fake, .send = send_fake,
				       .wait = wait_fake, .close = free };

static int share(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	shared->up = true;
	return shared == MAP_FAILED ? -1 : 0;
}

static int unshare_memory(void **state)
{
	(void)state;
	return munmap((void *)(uintptr_t)shared, sizeof(*shared));
}

static char why[SHIPPER_WHY_BYTES];

static struct shipper *start(const char *dir)
{
	const struct shipper_config config = { .transport = &fake, .spool.dir = dir };

	*why = '\0';
	return shipper_start(&config, why);
}

static void put(struct shipper *s, unsigned n, uint32_t size)
{
	struct shipment shipment = { .kind = SHIPMENT_SEGMENT, .units = 10, .size = size };
	char *bytes = malloc(size);

	memset(bytes, (int)n, size);
	shipment.bytes = bytes;
	snprintf(shipment.key, sizeof(shipment.key), "%u", n);
	assert_true(shipper_put(s, &shipment));
	free(bytes);
}

/* Handle what comes until the condition holds. */
#define UNTIL(s, condition)                                                                        \
	do {                                                                                       \
		uint64_t until_ = read_clock_ns(CLOCK_MONOTONIC) + DEADLINE_NS;                    \
		while (!(condition)) {                                                             \
			struct pollfd p_ = { .fd = shipper_fd(s), .events = POLLIN };              \
			assert_true(read_clock_ns(CLOCK_MONOTONIC) < until_);                      \
			poll(&p_, 1, 5);                                                           \
			shipper_handle(s);                                                         \
		}                                                                                  \
	} while (0)

static void expect_sent(unsigned from, unsigned to, uint32_t size)
{
	for (unsigned n = from; n <= to; n++) {
		assert_int_equal(shared->sent[n - 1].n, n);
		assert_int_equal(shared->sent[n - 1].size, size);
		assert_true(shared->sent[n - 1].good);
	}
}

static void test_shipper__sends_everything_once_and_in_order(void **state)
{
	struct shipper *s = start(NULL);

	(void)state;
	for (unsigned n = 1; n <= 200; n++)
		put(s, n, 100000);
	assert_true(shipper_flush(s, 20000));
	assert_int_equal(shared->nr, 200);
	expect_sent(1, 200, 100000);
	assert_int_equal(shipper_counts(s)->taken, 200);
	assert_int_equal(shipper_counts(s)->taken_units, 2000);
	assert_int_equal(shipper_counts(s)->failed, 0);
	assert_string_equal(shipper_config_text(s), "partitions 4\n");
	shipper_stop(s);
}

static void test_shipper__a_failed_shipment_is_sent_again(void **state)
{
	struct shipper *s = start(NULL);

	(void)state;
	shared->answer = ANSWER_FAIL_ONCE;
	for (unsigned n = 1; n <= 20; n++)
		put(s, n, 1000);
	assert_true(shipper_flush(s, 20000));
	assert_int_equal(shipper_counts(s)->taken, 20);
	assert_true(shipper_counts(s)->failed > 0);
	assert_int_equal(shared->nr, 20 + shipper_counts(s)->failed);
	assert_string_equal(shipper_counts(s)->why, "busy");
	shipper_stop(s);
}

static void test_shipper__a_rejected_shipment_is_counted_and_not_sent_again(void **state)
{
	struct shipper *s = start(NULL);

	(void)state;
	shared->answer = ANSWER_REJECT;
	put(s, 1, 1000);
	put(s, 2, 1000);
	assert_true(shipper_flush(s, 20000));
	assert_int_equal(shared->nr, 2);
	assert_int_equal(shipper_counts(s)->rejected, 2);
	assert_int_equal(shipper_counts(s)->rejected_units, 20);
	assert_string_equal(shipper_counts(s)->rejected_why, "not wanted");
	shipper_stop(s);
}

static void test_shipper__nothing_is_sent_while_the_transport_is_down(void **state)
{
	struct shipper *s;

	(void)state;
	shared->up = false;
	s = start(NULL);
	put(s, 1, 1000);
	assert_false(shipper_flush(s, 50));
	assert_int_equal(shared->nr, 0);
	assert_int_equal(shipper_counts(s)->spool.waiting, 1);
	shared->up = true;
	UNTIL(s, shipper_counts(s)->taken == 1);
	shared->up = false;
	UNTIL(s, !shipper_counts(s)->up);
	assert_string_equal(shipper_counts(s)->why, "gone");
	shipper_stop(s);
}

static void test_shipper__never_more_in_flight_than_the_transport_takes(void **state)
{
	struct shipper *s = start(NULL);

	(void)state;
	shared->answer = ANSWER_NOTHING;
	for (unsigned n = 1; n <= 200; n++)
		put(s, n, 100);
	UNTIL(s, shared->nr == TRANSPORT_IN_FLIGHT - 1);
	assert_false(shipper_flush(s, 50));
	assert_int_equal(shared->nr, TRANSPORT_IN_FLIGHT - 1);
	assert_int_equal(shipper_counts(s)->spool.handed_over, TRANSPORT_IN_FLIGHT - 1);
	assert_int_equal(shipper_counts(s)->restarts, 0);
	shared->answer = ANSWER_TAKE;
	assert_true(shipper_flush(s, 20000));
	expect_sent(1, 200, 100);
	shipper_stop(s);
}

/* As nobody the test could not signal a process of another user: it is root, or the same user. */
static void test_shipper__a_worker_that_dies_is_replaced_and_nothing_is_lost(void **state)
{
	bool seen[201] = { false };
	struct shipper *s = start(NULL);
	unsigned put_so_far = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		int pid;

		UNTIL(s, shipper_counts(s)->up);
		pid = shipper_worker_pid(s);
		shared->answer = round ? ANSWER_NOTHING : ANSWER_TAKE;
		while (put_so_far < 50 * (round + 1))
			put(s, ++put_so_far, 100000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		UNTIL(s, shipper_worker_pid(s) && shipper_worker_pid(s) != pid);
	}
	shared->answer = ANSWER_TAKE;
	assert_true(shipper_flush(s, 20000));
	assert_int_equal(shipper_counts(s)->taken, put_so_far);
	assert_int_equal(shipper_counts(s)->restarts, 3);
	for (unsigned i = 0; i < shared->nr && i < SENT_MAX; i++) {
		if (!shared->sent[i].size)
			continue;	/* killed while it wrote this */
		assert_true(shared->sent[i].good);
		seen[shared->sent[i].n] = true;
	}
	for (unsigned n = 1; n <= put_so_far; n++)
		assert_true(seen[n]);
	shipper_stop(s);
}

static void test_shipper__a_stopped_worker_stops_nobody(void **state)
{
	struct shipper *s = start(NULL);
	uint64_t begun_ns, longest_ns = 0;

	(void)state;
	UNTIL(s, shipper_counts(s)->up);
	assert_int_equal(kill(shipper_worker_pid(s), SIGSTOP), 0);
	for (unsigned n = 1; n <= 400; n++) {	/* 40 MB: more than the spool holds */
		begun_ns = read_clock_ns(CLOCK_MONOTONIC);
		put(s, n, 100000);
		shipper_handle(s);
		begun_ns = read_clock_ns(CLOCK_MONOTONIC) - begun_ns;
		longest_ns = begun_ns > longest_ns ? begun_ns : longest_ns;
	}
	assert_true(longest_ns < NS_PER_S);
	assert_true(shipper_counts(s)->spool.dropped > 0);
	assert_int_equal(shipper_counts(s)->spool.dropped_units,
			 10 * shipper_counts(s)->spool.dropped);
	kill(shipper_worker_pid(s), SIGCONT);
	assert_true(shipper_flush(s, 20000));
	assert_int_equal(shipper_counts(s)->taken + shipper_counts(s)->spool.dropped, 400);
	assert_int_equal(shipper_counts(s)->taken, shared->nr);
	shipper_stop(s);
}

/* The number behind a word of /proc/PID/status. */
static unsigned long read_status(int pid, const char *word, int base)
{
	char path[64], line[256];
	unsigned long number = ~0ul;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, word, strlen(word)) == 0)
			number = strtoul(line + strlen(word), NULL, base);
	fclose(f);
	return number;
}

/* The kernel is the witness. */
static void test_shipper__the_worker_has_no_privileges(void **state)
{
	struct shipper *s = start(NULL);
	int pid;

	(void)state;
	UNTIL(s, shipper_counts(s)->up);
	pid = shipper_worker_pid(s);
	assert_int_equal(read_status(pid, "CapInh:", 16), 0);
	assert_int_equal(read_status(pid, "CapPrm:", 16), 0);
	assert_int_equal(read_status(pid, "CapEff:", 16), 0);
	assert_int_equal(read_status(pid, "CapAmb:", 16), 0);
	assert_int_equal(read_status(pid, "NoNewPrivs:", 10), 1);
	assert_int_equal(read_status(pid, "Seccomp:", 10), sandbox_has_filter() ? 2 : 0);
	assert_int_equal(read_status(pid, "Uid:", 10), geteuid() ? geteuid() : 65534);
	assert_int_equal(read_status(pid, "Gid:", 10), geteuid() ? getegid() : 65534);
	assert_int_equal(getpgid(pid), pid);
	shipper_stop(s);
}

static bool is_running(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return access(path, F_OK) == 0;
}

/* Its other processes end with the one that started them, however that ends. */
static void test_shipper__nothing_outlives_its_parent(void **state)
{
	uint64_t until_ns = read_clock_ns(CLOCK_MONOTONIC) + DEADLINE_NS;
	int fds[2], pids[2] = { 0 };
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		struct shipper *s = start(NULL);

		while (!shipper_counts(s)->up)
			shipper_handle(s);
		pids[0] = shipper_worker_pid(s);
		pids[1] = (int)read_status(pids[0], "PPid:", 10);
		if (write(fds[1], pids, sizeof(pids)) < 0)
			_exit(1);
		pause();
	}
	assert_int_equal(read(fds[0], pids, sizeof(pids)), sizeof(pids));
	assert_true(is_running(pids[0]) && is_running(pids[1]));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (is_running(pids[0]) || is_running(pids[1])) {
		assert_true(read_clock_ns(CLOCK_MONOTONIC) < until_ns);
		while (waitpid(-1, NULL, WNOHANG) > 0)	/* they are adopted by this one */
			;
		poll(NULL, 0, 5);
	}
	close(fds[0]);
	close(fds[1]);
}

static void test_shipper__what_was_not_sent_is_sent_by_the_next_run(void **state)
{
	char dir[] = "/tmp/test_shipper.XXXXXX", command[64];
	struct shipper *s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	shared->up = false;
	s = start(dir);
	for (unsigned n = 1; n <= 10; n++)
		put(s, n, 5000);
	shipper_stop(s);
	assert_int_equal(shared->nr, 0);
	shared->up = true;
	s = start(dir);
	assert_null(shipper_config_text(s));
	assert_true(shipper_flush(s, 20000));
	expect_sent(1, 10, 5000);
	UNTIL(s, shipper_config_text(s));
	shipper_stop(s);
	shared->up = false;
	s = start(dir);
	assert_string_equal(shipper_config_text(s), "partitions 4\n");
	shipper_stop(s);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void test_shipper__what_cannot_work_is_refused_at_the_start(void **state)
{
	(void)state;
	shared->parent_only = true;
	assert_null(start(NULL));
	assert_string_equal(why, "cannot read 'x.creds'");
	shared->parent_only = false;
	assert_null(start("/nonexistent/spool"));
	assert_non_null(strstr(why, "/nonexistent/spool"));
}

#define SHARED(name) cmocka_unit_test_setup_teardown(name, share, unshare_memory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHARED(test_shipper__sends_everything_once_and_in_order),
		SHARED(test_shipper__a_failed_shipment_is_sent_again),
		SHARED(test_shipper__a_rejected_shipment_is_counted_and_not_sent_again),
		SHARED(test_shipper__nothing_is_sent_while_the_transport_is_down),
		SHARED(test_shipper__never_more_in_flight_than_the_transport_takes),
		SHARED(test_shipper__a_worker_that_dies_is_replaced_and_nothing_is_lost),
		SHARED(test_shipper__a_stopped_worker_stops_nobody),
		SHARED(test_shipper__the_worker_has_no_privileges),
		SHARED(test_shipper__nothing_outlives_its_parent),
		SHARED(test_shipper__what_was_not_sent_is_sent_by_the_next_run),
		SHARED(test_shipper__what_cannot_work_is_refused_at_the_start),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
