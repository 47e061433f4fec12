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

static void test_notify__a_state_is_sent(void **state)
{
	assert_int_equal(notify_send("READY=1"), 0);
	expect_datagram(*state, "READY=1");
	assert_int_equal(notify_send("STOPPING=1"), 0);
	expect_datagram(*state, "STOPPING=1");
	expect_datagram(*state, NULL);
}

static void test_notify__the_watchdog_gets_a_sign_twice_in_its_time(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(notify_watchdog_ns(), 0);
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_watchdog_ns(), 1500 * NS_PER_MS);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ns(), 1500 * NS_PER_MS);
}

static void test_notify__a_watchdog_must_be_ours_and_a_number(void **state)
{
	static const char *const wrong[] = { "", "0", "-1", "1s", "99999999999999999999" };
	char pid[16];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setenv("WATCHDOG_USEC", wrong[i], 1);
		assert_int_equal(notify_watchdog_ns(), 0);
	}
	setenv("WATCHDOG_USEC", "3000000", 1);
	snprintf(pid, sizeof(pid), "%d", (int)getppid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ns(), 0);
}

static void test_notify__without_a_manager_nothing_happens(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "3000000", 1);
	notify_hide();
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_int_equal(notify_send("READY=1"), 0);
	assert_int_equal(notify_watchdog_ns(), 0);
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_watchdog_ns(), 0);
}

static void expect_error(const char *name, int err)
{
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_send("READY=1"), err);
}

static void test_notify__an_address_that_cannot_be_used(void **state)
{
	char long_name[200];

	(void)state;
	memset(long_name, '/', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	expect_error("", 0);
	expect_error("vsock:2:1234", -EINVAL);
	expect_error(long_name, -EINVAL);
	expect_error("/nonexistent/notify", -ENOENT);
	expect_error("@tcpclose-nobody-listens-here", -ECONNREFUSED);
}

static void test_notify__a_manager_that_does_not_read_blocks_nobody(void **state)
{
	int err = 0;

	(void)state;
	for (unsigned i = 0; !err && i < 100000; i++)
		err = notify_send("WATCHDOG=1");
	assert_int_equal(err, -EAGAIN);
}

#define NOTIFY_TEST(name) cmocka_unit_test_setup_teardown(test_notify__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NOTIFY_TEST(a_state_is_sent),
		NOTIFY_TEST(the_watchdog_gets_a_sign_twice_in_its_time),
		NOTIFY_TEST(a_watchdog_must_be_ours_and_a_number),
		NOTIFY_TEST(without_a_manager_nothing_happens),
		NOTIFY_TEST(an_address_that_cannot_be_used),
		NOTIFY_TEST(a_manager_that_does_not_read_blocks_nobody),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
