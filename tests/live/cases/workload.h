/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * workload: closes one TCP connection on loopback in a given way and prints the truth about it.
 *
 * A case is a row of a table: the actions of the client, the actions of the server, and the
 * expected story of each end. The parent forks both. They record their actions in shared memory, so
 * that the records survive a process that is killed, and the parent prints them when both have
 * ended. Processes wait for each other with batons (one byte in a pipe), never by sleeping; the
 * only deliberate delay is the hold.
 *
 * Strings in the shared records are literals: the processes are forks of one image. Ports in host
 * order.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

#define WORKLOAD_CALLS 6		/* close and shutdown calls recorded per endpoint */
#define WORKLOAD_STATES 6
#define WORKLOAD_COUNTERS 6
#define WORKLOAD_MANY 1000		/* connections of the case "many" */
#define WORKLOAD_HOLD_MS 200
#define WORKLOAD_SKIP 77		/* exit status: this host cannot run the workload */
#define WORKLOAD_ANY (-2)	/* as fd or how: the story may have any value */

/*
 * One action of a process, as the story must report it: close(), shutdown(), or another action that
 * ended the connection.
 */
struct call {
	const char *call;	/* a | separates alternatives */
	const char *effect;	/* the word of the contract; NULL if the contract permits any */
	int how;		/* SHUT_*, -1 for close, WORKLOAD_ANY */
	int fd;			/* -1 none, WORKLOAD_ANY */
	int ret;		/* -errno if it failed */
	int exit_code;		/* for an exit, else -1 */
	bool hooked;		/* a call hook reports it and its return value */
	bool deferred;		/* its purpose was not to close the connection */
	bool maybe;		/* the story may also have no trigger */
	pid_t pid;		/* 0: a task outside the workload */
	pid_t tid;		/* 0: any thread of the process */
	uid_t uid;
	char comm[16];		/* "iou-*": any comm with this prefix */
	char process[16];	/* the comm of its process; with pid */
	int blocked_ms;		/* minimum time in the call */
	long long begin_us;	/* CLOCK_REALTIME */
	long long end_us;
};

/* The expected story of one end, known before the workload runs. */
struct expected {
	const char *ending;
	const char *class;
	const char *initiator;
	const char *reason;		/* NULL for none */
	const char *states[WORKLOAD_STATES];
	const char *hold_phase;		/* the phase in which the hold shows, NULL for none */
	const char *waves;		/* their numbers; NULL: all for a clean close, else none */
	const char *blame;		/* NULL: any, depending on the phases */
	bool closes_first;
	int resets;			/* RSTs during a clean close, without effect on it */
};

/* What triggered the close on this side. */
enum trigger { TRIGGER_NONE, TRIGGER_CALL, TRIGGER_EXIT, TRIGGER_SIGNAL, TRIGGER_OTHER };

struct endpoint {
	const char *side;		/* "client" or "server" */
	const char *opened;		/* "connect" or "accept" */
	const struct expected *expected;
	char comm[16];
	pid_t pid, tid;
	uid_t uid;
	bool threads;			/* tid is only one of several threads */
	int fd;
	unsigned long long inode;	/* of the socket, to find it in strace output; 0: unknown */
	int family;			/* family of the packets: 4 or 6 */
	bool v4_mapped;			/* an AF_INET6 socket that speaks IPv4 */
	char local_addr[INET6_ADDRSTRLEN];
	char peer_addr[INET6_ADDRSTRLEN];
	int local_port, peer_port;
	unsigned long long cookie;	/* SO_COOKIE; 0: unknown */
	long sent, received;		/* payload bytes */
	long unread, unsent;		/* bytes in the queues at the close of this side */
	long lost;			/* bytes unread as the socket of a closed connection went */
	int hold_ms;
	long long over_us;		/* CLOCK_REALTIME of the end; 0: not detected */
	enum trigger trigger;
	int trigger_call;		/* TRIGGER_CALL: index into calls */
	struct call other;		/* TRIGGER_OTHER: not one of the calls */
	int nr_calls;
	struct call calls[WORKLOAD_CALLS];
	int exit_code, signal;		/* how the process ended; -1: not in this way */
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
	/* options that the tool needs to report it, or NULL */
	const char *tool;
	const char *listen_addr;		/* address of the listener: 127.0.0.1, ::1 or :: */
	const char *connect_addr;
	void (*client)(struct workload *w);
	void (*server)(struct workload *w);		/* NULL: the client plays both sides */
	void (*parent)(struct workload *w);		/* NULL: the parent only waits */
	/* NULL: no socket of that end on this host */
	const struct expected *client_expected;
	const struct expected *server_expected;
	/* deltas of the SNMP counters, both ends; rest 0 */
	struct counter counters[WORKLOAD_COUNTERS];
	int connections;			/* 0 means 1 */
	int client_status;			/* wait status of the client */
	int protocol;				/* of the sockets; 0 means TCP */
	int rcvbuf;				/* SO_RCVBUF of the server's socket; 0: default */
	bool no_accept;				/* do not accept, unless the server's part does */
};

/* The comms of the two processes. */
struct workload_names {
	const char *client, *server;
};

struct workload {
	const struct workload_case *c;
	struct workload_names names;
	int stay_ms;			/* how long both live on after their last call */
	struct endpoint *ends;		/* shared: client and server of each connection in turn */
	struct endpoint *self;		/* our end of connection 0 */
	int *port;			/* shared: port of the listener */
	int baton[WHO_COUNT][2];	/* a pipe per process, which reads its own */
	pid_t pid[WHO_COUNT];
	enum who me;
	int connections;
	int hold_ms;
	int listener;
	int pair[2];			/* unix sockets, if the case uses them */
	int null;			/* /dev/null */
};

/* case_table.c: return a case by index or by name, or NULL. */
const struct workload_case *case_at(unsigned i);
const struct workload_case *case_find(const char *name);

/* demo.c: runs the demo. Returns 0 or an exit status. */
int demo_run(bool truth);

/* workload.c: runs the case and stores the truth in w. Returns 0 or an exit status. */
int workload_run(struct workload *w, const struct workload_case *c, int hold_ms, int stay_ms,
		 const struct workload_names *names);
void workload_release(struct workload *w);

/* endpoint.c: each of these prints a message and ends the process if it fails. */
_Noreturn void workload_die(int status, const char *what);
long long realtime_us(void);		/* CLOCK_REALTIME */
void loopback_up(void);
void baton_give(const struct workload *w, enum who to);
void baton_take(const struct workload *w);
void workload_hold(struct workload *w);
void endpoint_start(struct endpoint *e, const char *side, const char *comm);
void endpoint_note_opened(struct endpoint *e, const char *how);	/* records its addresses */
void endpoint_note_end(struct endpoint *e);				/* records the time */
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

/*
 * Records an action that starts now, as a close() of this task. The caller may change the record.
 */
struct call *call_begin(struct endpoint *e, const char *call, int fd, const char *effect);
void call_end(struct call *c, int ret);

/* The same for a trigger that is not a call on the socket. */
struct call *trigger_other(struct endpoint *e, const char *call);

/* A process that takes longer than 30 s, 100 s in a guest, is stuck and ends itself. */
void watchdog_start(void);

/*
 * helper.c: runs body in a fork of the client, "workload-hlp", which must end with that wait
 * status.
 */
void helper_start(struct workload *w, void (*body)(struct workload *w));
void helper_wait(const struct workload *w, int status);
void task_await_call(pid_t tid, long nr);	/* waits until it is blocked there */

/* truth.c */
void truth_print(const struct workload *w);
