// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * clock_witness ask|answer ADDRESS: brackets the distance of the CLOCK_BOOTTIMEs of two virtual
 * machines, without a network. They share the memory of a PCI device (qemu's ivshmem-plain). One
 * asks, the other one answers with its clock:
 *
 *	asker's clock		before ... after
 *	answerer's clock	      answer
 *
 * At some instant between `before` and `after` the other clock showed `answer`, so the answerer's
 * clock minus the asker's is at least answer - after, and at most answer - before. The narrowest
 * of many exchanges counts. Such a burst takes a few milliseconds, in which both programs spin, and
 * comes four times a second. In between they sleep, as the processor belongs to others. A burst
 * takes longer if the host runs only one of the two machines at a time.
 *
 * After each burst the asker closes some connections to the ADDRESS of the answerer, and takes the
 * time that the FIN and its ACK need.
 *
 * The asker prints a line of JSON for each burst: its own clock at the exchange and the bounds, in
 * nanoseconds, and for each of these connections its socket's cookie and the round trip. After a
 * byte on its standard input it closes no more connections. It ends at the end of its standard
 * input, after a last burst, and the answerer ends with it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices/*"
#define IVSHMEM "0x1af4 0x1110"		/* vendor and device */
#define BURST_EVERY_MS 250
#define EXCHANGES 50
#define NARROW_NS 20000		/* a burst goes on until its bounds are as narrow, */
#define BURST_NS 2000000000	/* or, unless it is the first or the last, for this long */
#define SLEEP_NS 1000000
#define PORT 20998
#define FINS 5
#define USAGE 64

/* Each side writes its own words only. */
struct shared {
	_Alignas(64) volatile uint64_t asked;	/* number of the latest question; LAST: no more */
	_Alignas(64) volatile uint64_t answered;	/* number of the question answered */
	volatile uint64_t answer_ns;
	_Alignas(64) volatile uint64_t bursting;	/* more questions follow at once */
};

#define LAST UINT64_MAX

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = SLEEP_NS }, NULL);
}

static void read_word(const char *folder, const char *name, char *word, int size)
{
	char path[512];
	FILE *f;

	word[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	if (f && fgets(word, size, f))
		word[strcspn(word, "\n")] = '\0';
	if (f)
		fclose(f);
}

static bool is_ivshmem(const char *folder)
{
	char vendor[16], device[16], both[40];

	read_word(folder, "vendor", vendor, sizeof(vendor));
	read_word(folder, "device", device, sizeof(device));
	snprintf(both, sizeof(both), "%s %s", vendor, device);
	return !strcmp(both, IVSHMEM);
}

static void enable(const char *folder)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/enable", folder);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		die(path);
	close(fd);
}

static struct shared *map_device(void)
{
	char path[512];
	glob_t found;
	void *memory;

	if (glob(DEVICES, 0, NULL, &found))
		die(DEVICES);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int fd;

		if (!is_ivshmem(found.gl_pathv[i]))
			continue;
		enable(found.gl_pathv[i]);
		snprintf(path, sizeof(path), "%s/resource2", found.gl_pathv[i]);
		fd = open(path, O_RDWR);
		memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0);
		if (memory == MAP_FAILED)
			die(path);
		return memory;
	}
	fprintf(stderr, "clock_witness: this machine has no device " IVSHMEM "\n");
	exit(1);
}

static void answer(struct shared *s)
{
	for (uint64_t nr = 0; nr != LAST;) {
		if (s->asked == nr) {
			if (!s->bursting)
				nap();
			continue;
		}
		nr = s->asked;
		s->answer_ns = (uint64_t)now_ns();
		__sync_synchronize();
		s->answered = nr;
	}
}

/* Ask once. Sets the bounds if they are narrower than those before. */
static void ask(struct shared *s, uint64_t nr, int64_t *at, int64_t *low, int64_t *high)
{
	int64_t before = now_ns(), after, there;

	s->asked = nr;
	while (s->answered != nr)
		;
	after = now_ns();
	there = (int64_t)s->answer_ns;
	if (*at && after - before >= *high - *low)
		return;
	*at = before;
	*low = there - after;
	*high = there - before;
}

static struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
		die(text);
	return addr;
}

/* Accept and close connections, in a process of its own that ends with its parent. */
static void start_closing(const char *address)
{
	struct sockaddr_in addr = parse_address(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	char byte;

	if (listener < 0 || bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, 8))
		die("listen");
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			die("accept");
		while (read(fd, &byte, 1) > 0)
			;
		close(fd);
	}
}

/*
 * Close a connection, and print its cookie and the time from before the call until the kernel has
 * the ACK of the FIN.
 */
static void time_fin(const struct sockaddr_in *server, const char *separator)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned long long cookie;
	socklen_t len = sizeof(cookie);
	struct tcp_info info;
	int64_t began;
	char byte;

	if (fd < 0 || connect(fd, (const struct sockaddr *)server, sizeof(*server)) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("connect");
	began = now_ns();
	if (shutdown(fd, SHUT_WR))
		die("shutdown");
	do {
		len = sizeof(info);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO");
	} while (info.tcpi_state == TCP_FIN_WAIT1);
	printf("%s[\"0x%llx\",%lld]", separator, cookie, (long long)(now_ns() - began));
	if (read(fd, &byte, 1))
		die("waiting for the FIN of the other end");
	close(fd);
}

static void burst(struct shared *s, uint64_t *nr, bool patient, const struct sockaddr_in *server,
		  int fins)
{
	int64_t at = 0, low = 0, high = 0, began = now_ns();

	s->bursting = true;
	for (int i = 0; i < EXCHANGES ||
	     (high - low > NARROW_NS && (patient || now_ns() - began < BURST_NS)); i++)
		ask(s, ++*nr, &at, &low, &high);
	s->bursting = false;
	printf("{\"at\":%lld,\"offset\":[%lld,%lld],\"fins\":[", (long long)at, (long long)low,
	       (long long)high);
	for (int i = 0; i < fins; i++)
		time_fin(server, i ? "," : "");
	printf("]}\n");
	fflush(stdout);
}

static void ask_until_end(struct shared *s, const struct sockaddr_in *server)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int fins = FINS;
	uint64_t nr = 0;
	char byte;

	for (bool first = true;; first = false) {
		burst(s, &nr, first, server, fins);
		if (!poll(&input, 1, BURST_EVERY_MS))
			continue;
		fins = 0;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			break;
	}
	burst(s, &nr, true, server, fins);
	s->asked = LAST;
}

int main(int argc, char **argv)
{
	struct sockaddr_in server;
	struct shared *s;

	if (argc != 3 || (strcmp(argv[1], "ask") && strcmp(argv[1], "answer"))) {
		fprintf(stderr, "usage: clock_witness ask|answer ADDRESS\n");
		return USAGE;
	}
	s = map_device();
	if (!strcmp(argv[1], "answer")) {
		start_closing(argv[2]);
		answer(s);
		return 0;
	}
	server = parse_address(argv[2]);
	ask_until_end(s, &server);
	return 0;
}
