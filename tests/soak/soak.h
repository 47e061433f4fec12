/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * soak: many workers end TCP connections on loopback in many ways at once, and say what they did.
 *
 * Workers come in pairs, a client's and a server's, which share nothing but a connection at a time.
 * Most are threads; the solo ones are processes of a single thread, and only they fork, since a
 * child has a copy of every descriptor of its process. A client draws its plans from a generator
 * that the seed and its number start, so the same seed gives the same plans in the same order. The
 * first bytes of a connection are its plan, so both sides know what each is to do.
 *
 * Each end writes one line of truth to standard output before it actions; an action that then goes
 * wrong ends the process with a word on stderr, and the run fails. No side actions on a guess of
 * what the other has done: who goes second waits for the end of file or the RST.
 *
 * Ports in host order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SOAK_PROCESSES 4	/* of clients, and as many of servers */
#define SOAK_THREADS 4		/* workers in each */
#define SOAK_SOLO 4		/* pairs of workers that are processes */
#define SOAK_WORKERS (SOAK_PROCESSES * SOAK_THREADS + SOAK_SOLO)
#define SOAK_HOLD_MS 20		/* the longest hold */
#define SOAK_UNREAD 10		/* bytes left unread where that is the plan */

/* What the two ends are: the family of the socket, and of the packets. */
enum net { NET_V4, NET_V6, NET_MAPPED, NET_COUNT };

enum side { CLIENT, SERVER };

/* How an end gives up its socket. The words are for people. */
#define ACTIONS(X)                                                                                 \
	/* a FIN leaves */                                                                         \
	X(CLOSE, "close")                                                                          \
	X(SHUT_WR, "shut-wr, close")                                                               \
	X(SHUT_RDWR, "shut-rdwr, close")                                                           \
	X(SHUT_RD, "shut-rd, close")                                                               \
	X(DUP, "dup, close both")                                                                  \
	X(DUP2, "dup2 over it")                                                                    \
	X(DUP3, "dup3 over it")                                                                    \
	X(CLOSE_RANGE, "close_range")                                                              \
	X(HALF_CLOSE, "shut-wr, read all, close") /* only who goes first */                        \
	/* a RST leaves */                                                                         \
	X(LINGER_ZERO, "close, linger of 0")                                                       \
	X(UNREAD, "close, data unread")                                                            \
	X(DISCONNECT, "connect to nobody")                                                         \
	/* a FIN leaves, and more than one process has to do with it: solo workers only */         \
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
	ACTION_THREADS = ACTION_FORK_CHILD,	/* how many a thread may do */
};

/* Who goes first. With AT_ONCE each closes without waiting: the one race that is wanted. */
enum first { FIRST_CLIENT, FIRST_SERVER, FIRST_AT_ONCE };

/* What is to be done with one connection; sent as it is, by one image to itself. */
struct plan {
	uint32_t magic;
	uint32_t worker;
	uint32_t nr;			/* of the worker's connections */
	uint16_t answer_bytes;		/* what is sent to the one that has half-closed */
	uint8_t first;			/* enum first */
	uint8_t action[2];			/* enum action, of who goes first, and second */
	uint8_t hold_ms[2];		/* before it actions; AT_ONCE: naps of each side */
	uint8_t ack_at_once;		/* who goes second sends its ACK apart from its FIN */
	uint8_t exit_code;
	uint8_t net;			/* enum net */
	uint8_t pad[2];
};

struct prng {
	uint64_t state;
};

/* One end of a connection, as long as it lasts. */
struct end {
	struct plan plan;
	enum side side;
	int fd;
	long sent, received;		/* payload bytes, when all is done */
	char where[256];		/* the JSON of what the socket is called */
};

/* The action that the story must name; how and fd are -1 where there is none. */
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

/* Does who goes second send data to the one that has half-closed? */
bool plan_has_answer(const struct plan *p);

/* What this side is to do. */
uint8_t plan_action(const struct plan *p, enum side side);

/* What the story must say; a | separates words of which any may stand. */
const char *plan_ending(const struct plan *p, enum side side);
const char *plan_initiator(const struct plan *p, enum side side);
const char *plan_reason(const struct plan *p, enum side side);

/* truth.c */
void truth_name(struct end *e);
void truth_print(const struct end *e, const struct caller *a);

/* action.c: takes the connection from the exchange of the plan to its end. */
void end_run(struct end *e);
void soak_become(const char *kind, uint32_t worker);
_Noreturn void soak_die(const char *what);
