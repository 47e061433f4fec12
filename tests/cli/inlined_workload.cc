/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Closes a connection from functions of C++, two of which are inlined: main -> serve ->
 * Pool<int>::operator() -> [release -> finish ->] close. A line with a call ends with the name of
 * the function that makes it. After the close it waits for the end of its standard input. It needs
 * no library of C++.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEEP_FRAME() __asm__ volatile("")	/* prevents a tail call */
#define INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

namespace net {

template <typename T> struct Pool {
	INLINE void finish(T fd)
	{
		::close(fd);			// finish
		KEEP_FRAME();
	}
	NOINLINE bool operator()(T fd, const char *why);
};

static INLINE void release(Pool<int> *pool, int fd)
{
	pool->finish(fd);			// release
	KEEP_FRAME();
}

template <typename T> bool Pool<T>::operator()(T fd, const char *why)
{
	release(this, fd);			// operator
	KEEP_FRAME();
	return why;
}

NOINLINE void serve(Pool<int> &pool, int fd)
{
	pool(fd, "done");			// serve
	KEEP_FRAME();
}

}

int main()
{
	struct sockaddr_in a = {};
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(a);
	net::Pool<int> pool;
	char byte;

	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&a, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&a, &len) ||
	    connect(fd, (struct sockaddr *)&a, len))
		return 1;
	net::serve(pool, accept(listener, nullptr, nullptr));	// main
	close(fd);
	return read(0, &byte, 1) != 0;
}
