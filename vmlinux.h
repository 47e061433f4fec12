/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types, written by hand: only the fields that the BPF programs read, in one file for
 * all architectures.
 *
 * CO-RE finds each field in the running kernel by name, so the order of fields and the gaps between
 * them do not matter here. The width of an integer matters: tools/check-fields compares it with the
 * kernel's BTF. A name with a suffix after three underscores (file___ref) is the same struct with
 * the layout of another kernel version or architecture.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef short int __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* Kernels >= 6.10. The numbers differ between versions, so CO-RE looks them up by name. */
enum sk_rst_reason {
	SK_RST_REASON_TCP_ABORT_ON_DATA,
	SK_RST_REASON_TCP_ABORT_ON_CLOSE,
	SK_RST_REASON_TCP_ABORT_ON_LINGER,
	SK_RST_REASON_TCP_ABORT_ON_MEMORY,
	SK_RST_REASON_TCP_STATE,
	SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT,
	SK_RST_REASON_TCP_DISCONNECT_WITH_DATA,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	long counter;
} atomic_long_t;

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

struct ns_common {
	unsigned int inum;
};

struct refcount_struct {
	atomic_t refs;
};

struct inet_timewait_death_row {
	struct refcount_struct tw_refcount;
	int sysctl_max_tw_buckets;
};

/* Kernels <= 5.15: a plain counter that starts at 0, where tw_refcount starts at 1 */
struct inet_timewait_death_row___count {
	atomic_t tw_count;
};

struct netns_ipv4 {
	int sysctl_tcp_fin_timeout;
	struct inet_timewait_death_row tcp_death_row;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
	unsigned long skc_flags;
	__u32 skc_tw_rcv_nxt;
};

struct inode {
	unsigned short i_mode;
};

/* Kernels <= 6.12: f_count is 0 when __fput() runs */
struct file {
	struct inode *f_inode;
	void *private_data;
	atomic_long_t f_count;
};

/* Kernels >= 6.13: f_ref is at least FILE_REF_DEAD when __fput() runs (include/linux/file_ref.h) */
typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct file___ref {
	file_ref_t f_ref;
};

struct callback_head {
	void (*func)(struct callback_head *head);
};

/* Kernels >= 6.7: fput() queues the file with f_task_work until the system call ends */
struct file___work {
	struct callback_head f_task_work;
};

struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};

typedef struct {
	int owned;
} socket_lock_t;

struct list_head {
	struct list_head *next;
};

struct sk_buff_head {
	__u32 qlen;
};

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	struct sk_buff_head sk_receive_queue;
	struct socket *sk_socket;
	int sk_err;
	__u8 sk_shutdown;
	__u8 sk_kern_sock : 1;
	__u16 sk_protocol;
	__u32 sk_ack_backlog;
	unsigned long sk_lingertime;
};

struct hlist_node {
	struct hlist_node *next;
};

struct timer_list {
	struct hlist_node entry;
	unsigned long expires;
};

/*
 * The keepalive timer: in struct sock before 6.18, in struct inet_connection_sock from 6.18 on and
 * in some stable kernels
 */
struct sock___timer {
	struct timer_list sk_timer;
};

struct inet_connection_sock___timer {
	struct timer_list icsk_keepalive_timer;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_retransmits;
	__u8 icsk_probes_out;
	__u32 icsk_rto;
	__u32 icsk_probes_tstamp;	/* kernels >= 5.11 */
	struct {
		__u32 lrcvtime;
	} icsk_ack;
	__u32 icsk_user_timeout;
	void *icsk_ulp_data;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_retrans;
	__u32 segs_in;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 rcv_wup;
	__u32 rcv_wnd;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 snd_wnd;
	__u32 write_seq;
	__u32 srtt_us;
	int linger2;
	__u32 lsndtime;
	__u32 rcv_tstamp;
	__u32 retrans_stamp;
	__u8 tcp_usec_ts : 1;	/* kernels >= 6.7 */
	__u8 repair : 1;
	bool is_mptcp;
};

/* With CONFIG_MPTCP: the socket of the program, and what each of its TCP sockets adds */
struct mptcp_sock {
	struct list_head conn_list;
};

/* Kernels <= 6.13: data that was taken off the socket's own queue */
struct mptcp_sock___queue {
	struct sk_buff_head receive_queue;
};

struct mptcp_subflow_context {
	struct list_head node;
	struct sock *tcp_sock;
	struct sock *conn;
};

struct inet_timewait_sock {
	struct sock_common __tw_common;
	unsigned char tw_substate;
	__be16 tw_sport;
	struct timer_list tw_timer;
};

/* Kernels >= 6.14: when the minisock was created, in milliseconds of the monotonic clock */
struct inet_timewait_sock___stamp {
	__u32 tw_entry_stamp;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
	__u32 tw_rcv_wnd;
};

struct net_device {
	possible_net_t nd_net;
};

struct sk_buff {
	struct net_device *dev;
	unsigned int len;
	__u16 transport_header;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
	char cb[48];
};

/* TCP's data in sk_buff.cb */
struct tcp_skb_cb {
	__u32 seq;
	__u32 end_seq;
};

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct thread_info {
	unsigned long flags;
};

struct thread_info___x86 {
	__u32 status;
};

typedef struct {
	unsigned int val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct mm_struct {
	unsigned long start_code;
	unsigned long end_code;
	unsigned long start_stack;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	__u64 start_boottime;
	struct mm_struct *mm;
	char comm[16];
	const struct cred *cred;
	struct css_set *cgroups;
	struct files_struct *files;
};

struct pt_regs;

/* The saved registers of a system call. A kernel has one of these two layouts. */
struct pt_regs___x86 {
	unsigned long orig_ax;
	unsigned long ax;
	unsigned long di;
	unsigned long si;
	unsigned long bx;
	unsigned long cx;
};

struct pt_regs___arm64 {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};

/* in both layouts */
struct pt_regs___any {
	unsigned long sp;
};

struct syscall_trace_enter {
	int nr;
	unsigned long args[6];
};

struct syscall_trace_exit {
	int nr;
	long ret;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	unsigned int uid;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	unsigned int fd;
	struct file *file;
};

#pragma clang attribute pop

#endif
