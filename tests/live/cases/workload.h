/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * workload: does one ending of a TCP connection on loopback and prints the truth about it.
 *
 * A case is a row of a table: what the client does, what the server does, and what each end's
 * story must say. The parent forks both; they note what they do in memory that all share, so that
 * the notes outlive a process that is killed; the parent prints them when both are gone.
 * Processes wait for each other through batons (one byte in a pipe), never by sleeping; the one
 * deliberate delay is the hold.
 *
 * Strings in the shared notes are literals: the processes are forks of one image. Ports in host
 * order.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

#define WORKLOAD_CALLS 6		/* close and shutdown calls noted per endpoint */
#define WORKLOAD_STATES 6
#define WORKLOAD_COUNTERS 6
#define WORKLOAD_MANY 1000		/* connections of the case "many" */
#define WORKLOAD_HOLD_MS 200
#define WORKLOAD_WATCHDOG_S 30	/* no workload takes as long: a process that is stuck ends itself */
#define WORKLOAD_SKIP 77		/* exit status: this host cannot do the workload */
#define WORKLOAD_ANY (-2)	/* as fd or how: the story may name it or not */

/*
 * One act of a process, as the story must tell it: close(), shutdown(), or another that ended the
 * connection.
 */
struct call {
	const char *call;	/* a | separates words of which any may stand */
	const char *effect;	/* the contract's word; NULL where the contract leaves it open */
	int how;		/* SHUT_*, -1 for close, WORKLOAD_ANY */
	int fd;			/* -1 none, WORKLOAD_ANY */
	int ret;		/* -errno if it failed */
	int exit_code;		/* of an exit, else -1 */
	bool hooked;		/* a call hook shows it, and what it returned */
	bool deferred;		/* it was not meant to end the connection */
	bool maybe;		/* the story may have no trigger at all */
	pid_t pid;		/* 0: of a task that is nobody's here */
	pid_t tid;		/* 0: any thread of it */
	uid_t uid;
	char comm[16];		/* "iou-*": whatever begins so */
	int blocked_ms;		/* at least as long it was in the call */
	long long begin_us;	/* CLOCK_REALTIME */
	long long end_us;
};

/* What the story of one end must say, known before the workload. */
struct expected {
	const char *ending;
	const char *class;
	const char *initiator;
	const char *reason;		/* NULL for none */
	const char *states[WORKLOAD_STATES];
	const char *hold_phase;		/* the phase in which the hold shows, NULL for none */
	const char *waves;		/* their numbers; NULL: all of a clean ending, else none */
	const char *blame;		/* NULL: whatever the phases come to */
	bool closes_first;
	int resets;			/* RSTs of a clean ending, which ended nothing */
};

/* What began the end on this side. */
enum trigger { TRIGGER_NONE, TRIGGER_CALL, TRIGGER_EXIT, TRIGGER_SIGNAL, TRIGGER_OTHER };

struct endpoint {
	const char *side;		/* "client" or "server" */
	const char *opened;		/* "connect" or "accept" */
	const struct expected *expected;
	char comm[16];
	pid_t pid, tid;
	uid_t uid;
	bool threads;			/* tid is but one of several */
	int fd;
	unsigned long long inode;	/* of the socket: names it to strace; 0 not known */
	int family;			/* of the packets: 4 or 6 */
	bool v4_mapped;			/* an AF_INET6 socket that speaks IPv4 */
	char local_addr[INET6_ADDRSTRLEN];
	char peer_addr[INET6_ADDRSTRLEN];
	int local_port, peer_port;
	unsigned long long cookie;	/* SO_COOKIE; 0 not known */
	long sent, received;		/* payload bytes */
	long unread, unsent;		/* what our side's end found in the queues */
	int hold_ms;
	long long over_us;		/* CLOCK_REALTIME when the end was noticed; 0 was not */
	enum trigger trigger;
	int trigger_call;		/* TRIGGER_CALL: index into calls */
	struct call other;		/* TRIGGER_OTHER: it is none of the calls */
	int nr_calls;
	struct call calls[WORKLOAD_CALLS];
	int exit_code, signal;		/* how the process ended; -1 for not so */
};

struct counter {
	const char *name;
	int delta;
};

enum who { PARENT, CLIENT, SERVER, HELPER, WHO_COUNT };

struct workload;

struct workload_case {
	const char *name;
	const char *does;			/* for --list */
	const char *tool;			/* options that the tool needs to see it; or NULL */
	const char *listen_addr;		/* what the server binds: 127.0.0.1, ::1 or :: */
	const char *connect_addr;
	void (*client)(struct workload *w);
	/* NULL: the client does both sides itself */
	void (*server)(struct workload *w);
	void (*parent)(struct workload *w);		/* NULL: it only waits */
	const struct expected *client_expected;		/* NULL: that end has no socket here */
	const struct expected *server_expected;
	/* deltas of the SNMP counters, both ends; rest 0 */
	struct counter counters[WORKLOAD_COUNTERS];
	int connections;			/* 0 means 1 */
	int client_status;			/* wait status of the client */
	int protocol;				/* of the sockets; 0 means TCP */
	int rcvbuf;				/* SO_RCVBUF of the server's; 0 the default */
	bool no_accept;				/* nobody does, unless the server's part */
};

struct workload {
	const struct workload_case *c;
	struct endpoint *ends;		/* shared: client and server of each connection in turn */
	struct endpoint *self;		/* our end of connection 0 */
	int *port;			/* shared: where the server listens */
	int baton[WHO_COUNT][2];	/* a pipe per process, which reads its own */
	pid_t pid[WHO_COUNT];
	enum who me;
	int connections;
	int hold_ms;
	int listener;
	int pair[2];			/* unix sockets, where the case has some */
	int null;			/* /dev/null */
};

/* case_table.c: the i-th of all cases, or that of the name; NULL if there is none */
const struct workload_case *case_at(unsigned i);
const struct workload_case *case_find(const char *name);

/* demo.c: 0 or an exit status */
int demo_run(bool truth);

/* workload.c: does the case and leaves the truth in w; 0 or an exit status. */
int workload_run(struct workload *w, const struct workload_case *c, int hold_ms);
void workload_release(struct workload *w);

/* endpoint.c: every one of these ends the process if it fails, with a word on stderr. */
_Noreturn void workload_die(int status, const char *what);
long long realtime_us(void);		/* CLOCK_REALTIME */
void loopback_up(void);
void baton_give(const struct workload *w, enum who to);
void baton_take(const struct workload *w);
void workload_hold(struct workload *w);
void endpoint_start(struct endpoint *e, const char *side, const char *comm);
void endpoint_note_opened(struct endpoint *e, const char *how);	/* notes its names */
void endpoint_note_end(struct endpoint *e);				/* notes the time */
void server_listen(struct workload *w);
void client_connect(const struct workload *w, struct endpoint *e);
void server_accept(const struct workload *w, struct endpoint *e);
void endpoint_send(struct endpoint *e, long len_bytes);
void endpoint_recv(struct endpoint *e, long len_bytes);
void endpoint_await_unread(const struct endpoint *e, int len_bytes);
void endpoint_await_eof(const struct endpoint *e);
void endpoint_await_reset(const struct endpoint *e);
void endpoint_await_timeout(struct endpoint *e);
void endpoint_await_state(const struct endpoint *e, int state);
void endpoint_option(const struct endpoint *e, int level, int name, const void *v, socklen_t len);
void endpoint_shutdown(struct endpoint *e, int how, const char *effect);
void endpoint_shutdown_fails(struct endpoint *e, int how, int error);
void endpoint_close(struct endpoint *e, const char *effect);
void endpoint_close_fd(struct endpoint *e, int fd, const char *effect);

/* Notes an act that begins now, as a close() of this task; the caller amends it. */
struct call *call_begin(struct endpoint *e, const char *call, int fd, const char *effect);
void call_end(struct call *c, int ret);

/* The same for a trigger that is no call on the socket. */
struct call *trigger_other(struct endpoint *e, const char *call);

/*
 * helper.c: a fork of the client, "workload-hlp", runs the body; it must end with that wait
 * status.
 */
void helper_start(struct workload *w, void (*body)(struct workload *w));
void helper_wait(const struct workload *w, int status);
void task_await_call(pid_t tid, long nr);	/* until it is blocked there */

/* truth.c */
void truth_print(const struct workload *w);
