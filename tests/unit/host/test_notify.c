/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The test is the service manager: it reads the datagrams that the service sends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"
#include "time_units.h"
#include "unit.h"

struct manager {
	int fd;
	char name[64];		/* of its socket, as in NOTIFY_SOCKET */
};

/* The kernel chooses an abstract address: five hexadecimal digits. */
static int set_up(void **state)
{
	static struct manager m;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sa_family_t);

	m.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (m.fd < 0 || bind(m.fd, (void *)&address, len))
		return -1;
	len = sizeof(address);
	if (getsockname(m.fd, (void *)&address, &len))
		return -1;
	snprintf(m.name, sizeof(m.name), "@%.*s", (int)(len - sizeof(sa_family_t) - 1),
		 address.sun_path + 1);
	setenv("NOTIFY_SOCKET", m.name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	*state = &m;
	return 0;
}

static int tear_down(void **state)
{
	struct manager *m = *state;

	return close(m->fd);
}

/* text NULL: nothing was sent. */
static void expect_datagram(const struct manager *m, const char *text)
{
	char got[64];
	ssize_t len = recv(m->fd, got, sizeof(got) - 1, 0);

	if (!text) {
		assert_int_equal(len, -1);
		return;
	}
	assert_true(len >= 0);
	got[len] = '\0';
	assert_string_equal(got, text);
}

static void test_notify__ready_alive_stopping(void **state)
{
	struct notify n;

	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_open(&n), 0);
	assert_int_equal(notify_next_ns(&n), 0);
	notify_alive(&n, 100 * NS_PER_S);
	expect_datagram(*state, NULL);
	assert_int_equal(notify_ready(&n, 100 * NS_PER_S), 0);
	expect_datagram(*state, "READY=1");
	assert_int_equal(notify_next_ns(&n), 101500 * NS_PER_MS);
	notify_alive(&n, 101499 * NS_PER_MS);
	expect_datagram(*state, NULL);
	notify_alive(&n, 101600 * NS_PER_MS);
	expect_datagram(*state, "WATCHDOG=1");
	assert_int_equal(notify_next_ns(&n), 103100 * NS_PER_MS);
	notify_stopping(&n);
	expect_datagram(*state, "STOPPING=1");
	notify_alive(&n, 200 * NS_PER_S);
	expect_datagram(*state, NULL);
	notify_close(&n);
}

static void test_notify__a_command_inherits_nothing(void **state)
{
	struct notify n;

	(void)state;
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_open(&n), 0);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	notify_close(&n);
}

static void test_notify__without_a_manager_nothing_happens(void **state)
{
	struct notify n;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_open(&n), 0);
	assert_int_equal(notify_ready(&n, NS_PER_S), 0);
	assert_int_equal(notify_next_ns(&n), 0);
	notify_stopping(&n);
	notify_close(&n);
}

static void expect_no_watchdog(const char *usec, const char *pid)
{
	struct notify n;

	setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_open(&n), 0);
	assert_int_equal(notify_ready(&n, NS_PER_S), 0);
	assert_int_equal(notify_next_ns(&n), 0);
	notify_close(&n);
}

static void test_notify__a_watchdog_must_be_ours_and_a_number(void **state)
{
	static const char *const wrong[] = { "", "0", "-1", "1s", "99999999999999999999" };
	struct manager *m = *state;
	char pid[16];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setenv("NOTIFY_SOCKET", m->name, 1);
		expect_no_watchdog(wrong[i], NULL);
	}
	snprintf(pid, sizeof(pid), "%d", (int)getppid());
	setenv("NOTIFY_SOCKET", m->name, 1);
	expect_no_watchdog("3000000", pid);
}

static void expect_error(const char *name, int err)
{
	struct notify n;

	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_open(&n), err);
	assert_int_equal(notify_ready(&n, NS_PER_S), 0);
	assert_int_equal(notify_next_ns(&n), 0);
	notify_close(&n);
}

static void test_notify__an_address_that_cannot_be_used(void **state)
{
	char long_name[200];

	(void)state;
	memset(long_name, '/', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	expect_error("", -EAFNOSUPPORT);
	expect_error("vsock:2:1234", -EAFNOSUPPORT);
	expect_error(long_name, -EAFNOSUPPORT);
	expect_error("/nonexistent/notify", -ENOENT);
	expect_error("@tcpclose-nobody-listens-here", -ECONNREFUSED);
}

static void test_notify__a_manager_that_does_not_read_blocks_nobody(void **state)
{
	struct notify n;

	(void)state;
	setenv("WATCHDOG_USEC", "2", 1);
	assert_int_equal(notify_open(&n), 0);
	assert_int_equal(notify_ready(&n, NS_PER_S), 0);
	for (uint64_t i = 1; i <= 5000; i++)
		notify_alive(&n, NS_PER_S + i * NS_PER_US);
	notify_close(&n);
}

#define NOTIFY_TEST(name) cmocka_unit_test_setup_teardown(test_notify__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NOTIFY_TEST(ready_alive_stopping),
		NOTIFY_TEST(a_command_inherits_nothing),
		NOTIFY_TEST(without_a_manager_nothing_happens),
		NOTIFY_TEST(a_watchdog_must_be_ours_and_a_number),
		NOTIFY_TEST(an_address_that_cannot_be_used),
		NOTIFY_TEST(a_manager_that_does_not_read_blocks_nobody),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
