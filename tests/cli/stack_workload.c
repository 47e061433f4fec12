/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stack_workload MODE: closes a connection from a chain of calls, main -> handler -> pool_release.
 * Before that it prints the addresses of these functions and the return address of each call:
 *
 *	pool_release 0x5581 handler 0x55a0 main 0x55c0	the functions
 *	0x55ae 0x55d1					return addresses, the innermost first
 *
 * In the modes signed and bare it prints a third line, after the close: the address that the
 * function with the system call returns to.
 *
 * Waits for a line on standard input before the close, and for another after it, when it has closed
 * the other end too. Built with frame pointers. The modes:
 *
 *	close, shutdown	close the connection with this call
 *	threads		close() in a program with two threads: libc uses another wrapper there
 *	jit		close() called by code that is not in any file
 *	exit		no call: the process ends after the first line
 *	gone		close(), then the process ends immediately
 *	exec		close(), then the process executes another program immediately
 *	signed		the close of arm64 without libc: a function that signs its return address
 *			and leaves it in the link register
 *	bare		the same, and no unwind table has this function
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

typedef void end_fn(int fd);

static const char *mode;
static void *returns[2];
void *leaf_returns;

int main(int argc, char **argv);
void handler(int fd);
void pool_release(int fd);

static void wait_for_line(void)
{
	while (getchar() != '\n' && !feof(stdin))
		;
}

static void end_by_shutdown(int fd)
{
	shutdown(fd, SHUT_WR);
}

/* push %rbp; mov %rsp, %rbp; call *%rsi; pop %rbp; ret */
static void end_by_code(int fd)
{
	static const uint8_t code[] = { 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd6, 0x5d, 0xc3 };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void (*run)(int fd, int (*call)(int fd));

	if (page == MAP_FAILED)
		return;
	memcpy(page, code, sizeof(code));
	memcpy(&run, &page, sizeof(run));
	run(fd, close);
	__asm__ volatile("");	/* prevents a tail call */
}

long signed_close(int fd);
long bare_close(int fd);

/* paciasp; SYS_close; autiasp. Keeps the return address, before it is signed, in leaf_returns. */
#ifdef __aarch64__
#define LEAF(name, start, change, end)							\
	__asm__(".text\n.globl " #name "\n.type " #name ", %function\n"			\
		#name ":\n" start "adrp x9, leaf_returns\n"				\
		"str x30, [x9, :lo12:leaf_returns]\nhint #25\n" change			\
		"mov x8, #57\nsvc #0\nhint #29\n" change "ret\n" end			\
		".size " #name ", . - " #name "\n")
LEAF(signed_close, ".cfi_startproc\n", ".cfi_negate_ra_state\n", ".cfi_endproc\n");
LEAF(bare_close, "", "", "");
#else
long signed_close(int fd)
{
	return close(fd);
}

long bare_close(int fd)
{
	return close(fd);
}
#endif

static void print_addresses(void *out_of)
{
	returns[0] = out_of;
	printf("pool_release %p handler %p main %p\n%p %p\n", (void *)pool_release, (void *)handler,
	       (void *)main, returns[0], returns[1]);
	fflush(stdout);
	wait_for_line();
}

__attribute__((noinline)) void pool_release(int fd)
{
	print_addresses(__builtin_return_address(0));
	if (!strcmp(mode, "shutdown"))
		end_by_shutdown(fd);
	else if (!strcmp(mode, "jit"))
		end_by_code(fd);
	else if (!strcmp(mode, "signed"))
		signed_close(fd);
	else if (!strcmp(mode, "bare"))
		bare_close(fd);
	else
		close(fd);
	__asm__ volatile("");
}

__attribute__((noinline)) void handler(int fd)
{
	returns[1] = __builtin_return_address(0);
	pool_release(fd);
	__asm__ volatile("");
}

static void *pause_thread(void *arg)
{
	pause();
	return arg;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(a);
	pthread_t thread;
	int accepted;

	mode = argc > 1 ? argv[1] : "close";
	if (bind(listener, (struct sockaddr *)&a, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&a, &len) ||
	    connect(fd, (struct sockaddr *)&a, len))
		return 1;
	accepted = accept(listener, NULL, NULL);
	if (accepted < 0)
		return 1;
	if (!strcmp(mode, "threads") && pthread_create(&thread, NULL, pause_thread, NULL))
		return 1;
	if (!strcmp(mode, "exit")) {
		wait_for_line();
		_exit(0);
	}
	handler(fd);
	if (!strcmp(mode, "gone"))
		_exit(0);
	if (!strcmp(mode, "exec"))
		execl("/bin/sleep", "sleep", "1", (char *)NULL);
	close(accepted);
	if (leaf_returns)
		printf("%p\n", leaf_returns);
	fflush(stdout);
	wait_for_line();
	return 0;
}
