/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ABI between the kernel side and user space, and the body of a recording.
 *
 * An event records facts and draws no conclusions: the state of a socket at one instant, and the
 * task on the CPU. All integers are in host order except the addresses, which are in network order.
 * Ids (of kinds, calls and flags) are never renumbered, because recordings contain them. Every byte
 * of an event is written.
 */
#pragma once

#ifndef __VMLINUX_H__
#include <linux/types.h>
#include <stdbool.h>
#endif

#define EVENT_SCHEMA 1

/* The kinds of events. Lost events are counted by kind. */
#define EVENT_KINDS(X)                                                                             \
	X(STATE, 1, "state")     /* inet_sock_set_state: old_state -> new_state */                 \
	X(DESTROY, 2, "destroy") /* tcp_destroy_sock in process context: the socket is gone */     \
	X(CALL, 3, "call")       /* a close or shutdown call on a TCP socket has returned */       \
	X(TIMEWAIT, 4, "late")   /* a segment reached the timewait minisock of a socket */         \
	X(RESET_SENT, 5, "reset-sent")                                                             \
	X(RESET_RECEIVED, 6, "reset-received") /* tcp_reset(): a RST came, or data after close */  \
	X(FIN_RESENT, 7, "fin-resent") /* our FIN was sent once more */                            \
	X(SOCKET, 8, "socket") /* the scan found a socket, or minisock, that is closing */         \
	X(HOLDER, 9, "holder") /* the scan found a descriptor of such a socket */

enum event_kind {
#define X(id, nr, word) EVENT_##id = nr,
	EVENT_KINDS(X)
#undef X
	EVENT_STACK = 10,	/* counts lost stacks: struct stack (stack.h), not struct event */
	EVENT_PROCESS_NAME = 11,	/* counts lost names: process_name.h */
	EVENT_TREE = 12,		/* counts lost members of --tree: tree.h */
	EVENT_KIND_MAX = 15,
};

/* The system call that a task was in, by its number. */
#define SYSCALL_IDS(X)                                                                             \
	X(NONE, 0, "none")                                                                         \
	X(CLOSE, 1, "close")                                                                       \
	X(SHUTDOWN, 2, "shutdown")                                                                 \
	X(CLOSE_RANGE, 3, "close_range")                                                           \
	X(DUP2, 4, "dup2")                                                                         \
	X(DUP3, 5, "dup3")                                                                         \
	X(EXECVE, 6, "execve")                                                                     \
	X(EXIT, 7, "exit")                                                                         \
	X(CONNECT, 8, "connect")                                                                   \
	X(MUNMAP, 9, "munmap")                                                                     \
	X(IO_URING_ENTER, 10, "io_uring_enter")                                                    \
	X(OTHER, 11, "other")

enum syscall_id {
#define X(id, nr, word) SYSCALL_##id = nr,
	SYSCALL_IDS(X)
#undef X
	SYSCALL_COUNT,
};

/* event.sock_flags: properties of the socket. The numbers are ours, not the kernel's. */
enum sock_flag {
	SOCKF_DEAD = 1 << 0,	/* SOCK_DEAD: orphaned, no process holds it */
	SOCKF_DONE = 1 << 1,	/* SOCK_DONE: the peer's FIN came in order (tcp_fin) */
	SOCKF_KEEPALIVE = 1 << 2,	/* SOCK_KEEPOPEN */
	SOCKF_LINGER = 1 << 3,	/* SO_LINGER is on */
	SOCKF_LINGER_ZERO = 1 << 4,	/* SO_LINGER is on with a time of zero */
	SOCKF_LINGER2_NEG = 1 << 5,/* TCP_LINGER2 < 0 */
	SOCKF_OWNED = 1 << 6,	/* lock_sock() is held by a system call, or for its backlog */
	SOCKF_NO_SOCKET = 1 << 7,	/* sk_socket is NULL: orphaned, or never accepted */
	SOCKF_LAST_REF = 1 << 8,	/* the last reference is being dropped (__fput) */
	SOCKF_HELD = 1 << 9,	/* the file has references left */
	SOCKF_SHUT_RCV = 1 << 10,	/* sk_shutdown & RCV_SHUTDOWN */
	SOCKF_SHUT_SND = 1 << 11,	/* sk_shutdown & SEND_SHUTDOWN */
	SOCKF_V4MAPPED = 1 << 12,	/* an AF_INET6 socket with IPv4 addresses; family is 4 */
	SOCKF_KERNEL = 1 << 13,	/* sk_kern_sock */
	SOCKF_MPTCP = 1 << 14,	/* an MPTCP subflow */
	SOCKF_REPAIR = 1 << 15,	/* tcp_sock.repair */
};

/* event.flags: more properties, of the socket or the event. */
enum event_flag {
	EVENTF_USER_TIMEOUT = 1 << 0,	/* TCP_USER_TIMEOUT is set; STATE to CLOSE: it may be the
					   cause, because its time is over */
	EVENTF_ANSWER = 1 << 1,	/* RESET_SENT: in answer to a segment */
	EVENTF_FPUT_SYNC = 1 << 2,	/* STATE: the file was released by its own close() */
	EVENTF_FPUT_DEFERRED = 1 << 3,	/* STATE: the file was released by something else */
	EVENTF_TW_FULL = 1 << 4,	/* STATE to CLOSE: tcp_max_tw_buckets is reached */
	EVENTF_NO_SOCKET = 1 << 5,	/* RESET_SENT: answers a FIN without socket or minisock */
	EVENTF_IDLE = 1 << 6,	/* STATE from, SOCKET in ESTABLISHED: idle_*_ms are valid */
	EVENTF_CONNECTOR = 1 << 7,	/* STATE from SYN_SENT: the task called connect(); to
					   another state than CLOSE only with --tree */
};

/* SOCKET, with SOCKF_MPTCP: the MPTCP socket above the TCP socket. */
enum mptcp_flag {
	MPTCPF_UNREAD = 1 << 0,	/* the program has not read all that has arrived */
	MPTCPF_CLOSED = 1 << 1,	/* SOCK_DEAD: no process holds it */
};

/* RESET_SENT: the reason, named as in the kernel's enum sk_rst_reason (from 6.10 on). */
#define RESET_REASONS(X)                                                                           \
	X(NOT_GIVEN, 0)                                                                            \
	X(ABORT_ON_CLOSE, 1)                                                                       \
	X(ABORT_ON_DATA, 2)                                                                        \
	X(ABORT_ON_LINGER, 3)                                                                      \
	X(ABORT_ON_MEMORY, 4)                                                                      \
	X(TCP_STATE, 5)                                                                            \
	X(KEEPALIVE_TIMEOUT, 6)                                                                    \
	X(DISCONNECT_WITH_DATA, 7)                                                                 \
	X(OTHER, 8)

enum reset_reason {
#define X(id, nr) RESET_##id = nr,
	RESET_REASONS(X)
#undef X
};

/* event.task_flags: the task on the CPU. Without TASKF_VALID the task fields are 0. */
enum task_flag {
	TASKF_VALID = 1 << 0,	/* the task fields are filled; the task may be uninvolved */
	TASKF_EXITING = 1 << 1,	/* PF_EXITING: exit_code is valid */
	TASKF_KTHREAD = 1 << 2,	/* PF_KTHREAD */
	TASKF_IO_WORKER = 1 << 3,	/* PF_IO_WORKER or PF_USER_WORKER: a thread of io_uring */
	TASKF_COMPAT = 1 << 4,	/* syscall_nr is the number of a 32-bit system call */
	TASKF_SYSCALL = 1 << 5,	/* syscall_nr, syscall and arg[] were read from the registers */
	/* The name of the process. Old recordings have neither bit: unknown unless tid is pid. */
	TASKF_PROCESS_SAME = 1 << 6,	/* it is comm */
	TASKF_PROCESS_NAMED = 1 << 7,	/* HOLDER: it is process; else it came in the ring before */
};

/* SOCKET: event.age_source, the timestamp from which age_ns is derived. */
enum age_source {
	AGE_SOURCE_NONE,	/* unknown: age_ns is 0 */
	AGE_SOURCE_MINISOCK,	/* creation of the minisock (tw_entry_stamp) */
	AGE_SOURCE_LAST_SEGMENT,	/* the last segment received (rcv_tstamp) */
	AGE_SOURCE_FIN_RESENT,	/* the first retransmission of the FIN (retrans_stamp) */
};

#define EVENT_COMM_LEN 16

/* event.sk_err: error numbers, the same on all supported architectures */
#define EVENT_EPIPE 32
#define EVENT_ECONNABORTED 103
#define EVENT_ECONNRESET 104
#define EVENT_ECONNREFUSED 111
#define EVENT_ENETDOWN 100
#define EVENT_ENETUNREACH 101
#define EVENT_ETIMEDOUT 110
#define EVENT_EHOSTDOWN 112
#define EVENT_EHOSTUNREACH 113

struct event {
	__u64 ts_ns;		/* CLOCK_BOOTTIME; for CALL the entry of the call */
	__u64 sk_key;		/* identifies a socket while it exists: its address XOR sk_xor */
	__u64 cookie;		/* socket cookie; 0 if the kernel has not generated one */
	union {
		__u64 cgroup;		/* cgroup v2 id of the task, 0 if none */
		__u64 left_ns;		/* SOCKET: time until a kernel timer ends it, 0 unknown */
	};
	union {
		__u64 call_ns;		/* CALL: time in it; EVENTF_CONNECTOR: since connect() */
		__u64 age_ns;		/* SOCKET: minimum time in its state */
		__u64 fin_timeout_ns;	/* STATE to CLOSE: limit for an orphan in FIN_WAIT2 */
		struct {		/* with EVENTF_IDLE: since data was last sent, received */
			__u32 idle_sent_ms, idle_received_ms;
		};
	};
	union {
		struct {
			__u64 bytes_sent;	/* payload bytes, without retransmissions */
			/* sequence space received in order: payload, and 1 for a FIN */
			__u64 bytes_received;
		};
		__u8 process[EVENT_COMM_LEN];	/* HOLDER: name, with TASKF_PROCESS_NAMED */
	};
	__u8 local_addr[16];	/* network order; IPv4 in the first 4 bytes, the rest 0 */
	__u8 peer_addr[16];
	__u32 netns;		/* inode number of the network namespace */
	__u32 pid;		/* thread group: user space's PID */
	__u32 tid;
	__u32 uid;		/* of the task; SOCKET: of the socket */
	__u8 comm[EVENT_COMM_LEN];	/* bytes, NUL-padded, not text */
	__u32 snd_una;		/* raw sequence numbers, see tcp_sock */
	__u32 snd_nxt;		/* TIMEWAIT: ack_seq of the received segment */
	__u32 write_seq;
	__u32 rcv_nxt;		/* TIMEWAIT: seq of the received segment */
	__u32 rcv_wup;		/* rcv_nxt when we last sent an ACK */
				/* TIMEWAIT: the next sequence number that the minisock expects */
	__u32 copied_seq;	/* end of what the application has read */
	__u32 snd_wnd;		/* bytes that the peer accepts beyond snd_una */
				/* TIMEWAIT: bytes that the minisock accepts beyond rcv_wup */
	__u32 segs_in;		/* segments received */
	__u32 srtt_us;
	__s32 syscall_nr;		/* number of the system call in progress, -1 none */
	__s32 arg[2];		/* its first two arguments: fd, how; HOLDER: the descriptor */
	union {
		__s32 ret;		/* CALL: its return value */
		__u32 payload;		/* TIMEWAIT: payload bytes of the segment */
		__u32 rcv_wnd;		/* STATE to CLOSE: bytes that we accept beyond rcv_nxt */
		__u32 reason;		/* RESET_SENT: enum reset_reason */
		__u32 mptcp;		/* SOCKET: enum mptcp_flag */
	};
	__u16 local_port;
	__u16 peer_port;
	__u16 sock_flags;		/* enum sock_flag */
	__u16 exit_code;	/* with TASKF_EXITING: status << 8 | signal */
	__u16 sk_err;		/* errno, positive */
	__u8 task_flags;		/* enum task_flag */
	__u8 kind;		/* enum event_kind */
	union {
		__u8 syscall;		/* enum syscall_id */
		__u8 age_source;		/* SOCKET: enum age_source */
	};
	__u8 family;		/* IP version of the packets: 4 or 6 */
	__u8 old_state;		/* enum tcp_state_id; CALL: both are the state at entry */
	__u8 new_state;
	union {
		__u8 tcp_flags;		/* TIMEWAIT: flag byte of the segment's TCP header */
		__u8 flags;		/* other kinds: enum event_flag */
	};
	__u8 retransmits;	/* icsk_retransmits */
	__u8 probes;		/* icsk_probes_out */
	__u8 substate;		/* tw_substate of a minisock, else 0 */
				/* TIMEWAIT: after the segment; 0 if the minisock was not seen */
};

#ifndef __VMLINUX_H__
_Static_assert(sizeof(struct event) <= 192, "struct event must stay within 192 bytes");
_Static_assert(sizeof(struct event) % 8 == 0, "struct event has no tail padding");
#endif

/* Counters since the start, shared with user space through .bss. */
struct kernel_counters {
	__u64 ring_full[EVENT_KIND_MAX + 1];	/* events lost because the ring was full, by kind */
	__u64 calls_full;			/* calls lost because the map inflight was full */
	__u64 filtered;				/* endpoints that ended and were filtered out */
};

/* Addresses of a kernel function and of the next function. Both are 0 if they are unknown. */
struct code_range {
	__u64 from, to;
};

/*
 * Abilities of this kernel's tracing programs, probed by src/live/probe.h and set in .rodata before
 * load. If one is false, the verifier removes the branches that depend on it, and so does not
 * reject helpers that this kernel lacks.
 */
struct kernel_features {
	bool cookie;		/* bpf_get_socket_cookie(): 5.12 on */
	bool pt_regs;		/* bpf_get_current_task_btf() and bpf_task_pt_regs(): 5.15 on */
	bool cast;		/* bpf_rdonly_cast(): 6.3 on */
};

/* The kernel's TCP states (include/net/tcp_states.h): ABI, the same since 2.6. */
#define TCP_STATES(X)                                                                              \
	X(ESTABLISHED, 1)                                                                          \
	X(SYN_SENT, 2)                                                                             \
	X(SYN_RECV, 3)                                                                             \
	X(FIN_WAIT1, 4)                                                                            \
	X(FIN_WAIT2, 5)                                                                            \
	X(TIME_WAIT, 6)                                                                            \
	X(CLOSE, 7)                                                                                \
	X(CLOSE_WAIT, 8)                                                                           \
	X(LAST_ACK, 9)                                                                             \
	X(LISTEN, 10)                                                                              \
	X(CLOSING, 11)

enum tcp_state_id {
#define X(id, nr) STATE_##id = nr,
	TCP_STATES(X)
#undef X
};
