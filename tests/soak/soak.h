/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * soak: many workers concurrently close TCP connections on loopback in many ways, and print what
 * they did.
 *
 * Workers come in pairs of a client and a server, which share only one connection at a time. Most
 * workers are threads. The solo workers are processes with a single thread, and only they fork,
 * since a child has a copy of every descriptor of its process. A client draws its plans from a
 * generator that is seeded with the seed and its number, so the same seed gives the same plans in
 * the same order. The first bytes of a connection are its plan, so each side knows both parts.
 *
 * Each end writes one line of truth to standard output before it acts. If the action then fails,
 * the process ends with a message on stderr and the run fails. No side guesses what the other has
 * done: the second one waits for the end of file or the RST.
 *
 * Ports in host order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SOAK_PROCESSES 4	/* client processes; the same number of servers */
#define SOAK_THREADS 4		/* workers per process */
#define SOAK_SOLO 4		/* pairs of workers that are processes */
#define SOAK_WORKERS (SOAK_PROCESSES * SOAK_THREADS + SOAK_SOLO)
#define SOAK_HOLD_MS 20		/* longest hold */
#define SOAK_UNREAD 10		/* bytes left unread if the plan requires it */

/* The family of the sockets and of the packets. */
enum net { NET_V4, NET_V6, NET_MAPPED, NET_COUNT };

enum side { CLIENT, SERVER };

/* How an end closes or resets its connection. The texts are for humans. */
#define ACTIONS(X)                                                                                 \
	/* sends a FIN */                                                                          \
	X(CLOSE, "close")                                                                          \
	X(SHUT_WR, "shut-wr, close")                                                               \
	X(SHUT_RDWR, "shut-rdwr, close")                                                           \
	X(SHUT_RD, "shut-rd, close")                                                               \
	X(DUP, "dup, close both")                                                                  \
	X(DUP2, "dup2 over it")                                                                    \
	X(DUP3, "dup3 over it")                                                                    \
	X(CLOSE_RANGE, "close_range")                                                              \
	X(HALF_CLOSE, "shut-wr, read all, close") /* only the first side */                        \
	/* sends a RST */                                                                          \
	X(LINGER_ZERO, "close, linger of 0")                                                       \
	X(UNREAD, "close, data unread")                                                            \
	X(DISCONNECT, "connect to AF_UNSPEC")                                                      \
	/* sends a FIN, with several processes involved: only solo workers do this */              \
	X(FORK_CHILD, "fork, the child closes last")                                               \
	X(FORK_PARENT, "fork, the parent closes last")                                             \
	X(EXIT, "exit")                                                                            \
	X(KILLED, "SIGKILL")                                                                       \
	X(EXECVE, "execve")

enum action {
#define X(id, word) ACTION_##id,
	ACTIONS(X)
#undef X
	ACTION_COUNT,
	ACTION_THREADS = ACTION_FORK_CHILD,	/* the number of actions that a thread may do */
};

/* Which side acts first. With AT_ONCE neither waits: this is the only intended race. */
enum first { FIRST_CLIENT, FIRST_SERVER, FIRST_AT_ONCE };

/* The plan of one connection. Sent as raw bytes: both sides run the same binary. */
struct plan {
	uint32_t magic;
	uint32_t worker;
	uint32_t nr;			/* number of the connection within its worker */
	uint16_t answer_bytes;		/* sent to the side that has half-closed */
	uint8_t first;			/* enum first */
	uint8_t action[2];			/* enum action, of the first and the second side */
	uint8_t hold_ms[2];		/* wait before the action; AT_ONCE: naps of each side */
	uint8_t ack_at_once;		/* the second side sends its ACK separately from its FIN */
	uint8_t exit_code;
	uint8_t net;			/* enum net */
	uint8_t pad[2];
};

struct prng {
	uint64_t state;
};

/* One end of an open connection. */
struct end {
	struct plan plan;
	enum side side;
	int fd;
	long sent, received;		/* payload bytes at the end of the plan */
	char where[256];		/* JSON: the addresses and the cookie of the socket */
};

/* The action that the story must name. how and fd are -1 if the action has none. */
struct caller {
	const char *call;
	int how, fd, exit_code, signal;
};

/* plan.c: no system calls */
void prng_seed(struct prng *r, uint64_t seed, uint32_t stream);
uint32_t prng_below(struct prng *r, uint32_t limit);
void plan_draw(struct plan *p, struct prng *r, uint32_t worker, uint32_t nr, bool solo);
bool plan_is_valid(const struct plan *p, uint32_t worker);
const char *action_name(uint8_t action);
bool action_resets(uint8_t action);
bool action_forks(uint8_t action);
bool plan_goes_first(const struct plan *p, enum side side);

/* Does the second side send data to the half-closed first side? */
bool plan_has_answer(const struct plan *p);

/* Returns the action of this side. */
uint8_t plan_action(const struct plan *p, enum side side);

/* Returns the expected value in the story. A | separates alternatives. */
const char *plan_ending(const struct plan *p, enum side side);
const char *plan_initiator(const struct plan *p, enum side side);
const char *plan_reason(const struct plan *p, enum side side);

/* truth.c */
void truth_name(struct end *e);
void truth_print(const struct end *e, const struct caller *a);

/* action.c: runs the connection after the exchange of the plan, to its end. */
void end_run(struct end *e);
void soak_become(const char *kind, uint32_t worker);
_Noreturn void soak_die(const char *what);
