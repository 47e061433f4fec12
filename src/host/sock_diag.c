/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sock_diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_BYTES (32 << 10)	/* the kernel fills at most this much per read */
#define TIMEOUT_S 2

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
	struct rtattr attribute;	/* for a protocol above 255, which does not fit the body */
	uint32_t protocol;
};

/* What the answers to a request are for. */
struct answer {
	const struct sock_diag *d;
	sock_diag_fn *fn;
	void *arg;
};

int sock_diag_open(struct sock_diag *d, uint32_t netns)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int err;

	*d = (struct sock_diag){ .netns = netns };
	d->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (d->fd < 0)
		return -errno;
	if (!setsockopt(d->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return 0;
	err = -errno;
	sock_diag_close(d);
	return err;
}

void sock_diag_close(struct sock_diag *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static int send_request(struct sock_diag *d, const struct inet_diag_req_v2 *body, uint16_t flags,
			uint32_t protocol)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct request r = { .header = { .nlmsg_len = offsetof(struct request, attribute),
					 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
					 .nlmsg_flags = NLM_F_REQUEST | flags,
					 .nlmsg_seq = ++d->seq },
			     .body = *body,
			     .attribute = { .rta_len = RTA_LENGTH(sizeof(protocol)),
					    .rta_type = INET_DIAG_REQ_PROTOCOL },
			     .protocol = protocol };
	ssize_t n;

	if (protocol > UINT8_MAX)
		r.header.nlmsg_len = sizeof(r);

	do
		n = sendto(d->fd, &r, r.header.nlmsg_len, 0, (const void *)&kernel, sizeof(kernel));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* Is this an IPv4 address in the form of IPv6, ::ffff:a.b.c.d? */
static bool is_v4mapped(const __be32 addr[4])
{
	return !addr[0] && !addr[1] && addr[2] == htonl(0xffff);
}

static void set_addresses(struct sock_diag_socket *s, const struct inet_diag_msg *m)
{
	const struct inet_diag_sockid *id = &m->id;
	unsigned skip = 0, bytes = sizeof(id->idiag_src);

	s->flow.family = m->idiag_family == AF_INET6 ? 6 : 4;
	s->v4mapped = s->flow.family == 6 && is_v4mapped(id->idiag_src) &&
		      is_v4mapped(id->idiag_dst);
	if (s->v4mapped) {
		s->flow.family = 4;
		skip = 3;
	}
	if (s->flow.family == 4)
		bytes = sizeof(id->idiag_src[0]);
	memcpy(s->flow.local_addr, &id->idiag_src[skip], bytes);
	memcpy(s->flow.peer_addr, &id->idiag_dst[skip], bytes);
	s->flow.local_port = ntohs(id->idiag_sport);
	s->flow.peer_port = ntohs(id->idiag_dport);
}

/* The kernel may know fewer or more fields of struct tcp_info than we do. */
static void set_info(struct sock_diag_socket *s, const struct rtattr *a)
{
	struct tcp_info info = { 0 };
	size_t len = RTA_PAYLOAD(a);

	memcpy(&info, RTA_DATA(a), len < sizeof(info) ? len : sizeof(info));
	if (len < offsetof(struct tcp_info, tcpi_pmtu))
		return;
	s->last_sent_ms = info.tcpi_last_data_sent;
	s->last_received_ms = info.tcpi_last_data_recv;
	s->last_ack_ms = info.tcpi_last_ack_recv;
	s->timeouts = info.tcpi_retransmits;
	s->probes = info.tcpi_probes;
	s->has_times = true;
	if (len < offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(info.tcpi_snd_wnd))
		return;
	s->unsent = info.tcpi_notsent_bytes;
	s->snd_wnd = info.tcpi_snd_wnd;
	s->sent_data = info.tcpi_bytes_sent > info.tcpi_bytes_retrans;
	s->received_data = info.tcpi_bytes_received;
	s->has_queues = true;
}

/* The attribute has the name of the protocol above TCP, in an attribute. */
static void set_upper_protocol(struct sock_diag_socket *s, const struct rtattr *ulp)
{
	int len = (int)RTA_PAYLOAD(ulp);

	for (const struct rtattr *a = RTA_DATA(ulp); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == INET_ULP_INFO_NAME &&
		    !strncmp(RTA_DATA(a), "mptcp", RTA_PAYLOAD(a)))
			s->mptcp = true;
}

static void parse_socket(struct sock_diag_socket *s, const struct sock_diag *d,
			 const struct nlmsghdr *h)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	unsigned len = h->nlmsg_len - (unsigned)NLMSG_LENGTH(sizeof(*m));
	const struct rtattr *a = (const void *)(m + 1);

	*s = (struct sock_diag_socket){
		.flow.netns = d->netns, .inode = m->idiag_inode, .uid = m->idiag_uid,
		.rqueue = m->idiag_rqueue, .wqueue = m->idiag_wqueue,
		.expires_ms = m->idiag_expires, .state = m->idiag_state,
		.timer = m->idiag_timer, .retransmits = m->idiag_retrans,
		.minisock = m->idiag_timer == SOCK_DIAG_TIMER_MINISOCK,
		.cookie = m->id.idiag_cookie[0] | (uint64_t)m->id.idiag_cookie[1] << 32,
	};
	set_addresses(s, m);
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		unsigned type = a->rta_type & NLA_TYPE_MASK;

		if (type == INET_DIAG_INFO && !s->minisock)
			set_info(s, a);
		else if (type == INET_DIAG_ULP_INFO)
			set_upper_protocol(s, a);
	}
}

/* Take one message. Returns 1 if more follow, 0 after the last, or -errno. */
static int take_message(const struct answer *to, const struct nlmsghdr *h, bool dump)
{
	struct sock_diag_socket s;
	int err = 0;

	if (h->nlmsg_seq != to->d->seq)
		return 1;	/* of a request that was given up */
	if (h->nlmsg_type == NLMSG_DONE)
		return 0;
	if (h->nlmsg_type == NLMSG_ERROR) {
		if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nlmsgerr)))
			err = ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		return err < 0 ? err : -EPROTO;
	}
	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
		return -EPROTO;
	parse_socket(&s, to->d, h);
	to->fn(to->arg, &s);
	return dump;
}

static int take_answers(const struct answer *to, bool dump)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_BYTES];

	for (;;) {
		const struct nlmsghdr *h = (const void *)bytes;
		ssize_t n = recv(to->d->fd, bytes, sizeof(bytes), MSG_TRUNC);
		int more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if ((size_t)n > sizeof(bytes))
			return -EMSGSIZE;
		for (unsigned left = (unsigned)n; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			more = take_message(to, h, dump);
			if (more <= 0)
				return more;
		}
	}
}

/* What to dump. */
struct dump {
	uint32_t states;
	uint8_t attributes;	/* set of 1 << (attribute - 1) */
	uint32_t protocol;
};

static int dump_family(struct sock_diag *d, uint8_t family, const struct dump *what,
		       const struct answer *to)
{
	const struct inet_diag_req_v2 body = { .sdiag_family = family,
					       .sdiag_protocol = (uint8_t)what->protocol,
					       .idiag_ext = what->attributes,
					       .idiag_states = what->states };
	int err = send_request(d, &body, NLM_F_DUMP, what->protocol);

	return err ?: take_answers(to, true);
}

static int dump_both(struct sock_diag *d, const struct dump *what, sock_diag_fn *fn, void *arg)
{
	const struct answer to = { d, fn, arg };
	int err = dump_family(d, AF_INET, what, &to);

	return err ?: dump_family(d, AF_INET6, what, &to);
}

int sock_diag_dump(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg)
{
	const struct dump what = { states, 1 << (INET_DIAG_INFO - 1), IPPROTO_TCP };

	return dump_both(d, &what, fn, arg);
}

int sock_diag_list(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg)
{
	const struct dump what = { states, 0, IPPROTO_TCP };

	return dump_both(d, &what, fn, arg);
}

int sock_diag_list_mptcp(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg)
{
	const struct dump what = { states, 0, IPPROTO_MPTCP };

	return dump_both(d, &what, fn, arg);
}

static void copy_socket(void *arg, const struct sock_diag_socket *socket)
{
	*(struct sock_diag_socket *)arg = *socket;
}

/* The kernel answers ESTALE if the cookie is another socket's. A minisock has a cookie of its own. */
int sock_diag_find(struct sock_diag *d, const struct flow *flow, uint64_t cookie,
		   struct sock_diag_socket *socket)
{
	const struct answer to = { d, copy_socket, socket };
	struct inet_diag_req_v2 body = { .sdiag_family = flow->family == 6 ? AF_INET6 : AF_INET,
					 .sdiag_protocol = IPPROTO_TCP,
					 .idiag_states = SOCK_DIAG_CONNECTED };
	struct inet_diag_sockid *id = &body.id;
	int err;

	id->idiag_sport = htons(flow->local_port);
	id->idiag_dport = htons(flow->peer_port);
	memcpy(id->idiag_src, flow->local_addr, flow->family == 6 ? 16 : 4);
	memcpy(id->idiag_dst, flow->peer_addr, flow->family == 6 ? 16 : 4);
	id->idiag_cookie[0] = cookie ? (uint32_t)cookie : INET_DIAG_NOCOOKIE;
	id->idiag_cookie[1] = cookie ? (uint32_t)(cookie >> 32) : INET_DIAG_NOCOOKIE;
	err = send_request(d, &body, 0, IPPROTO_TCP);
	if (!err)
		err = take_answers(&to, false);
	if (err == -ESTALE)
		return -ENOENT;
	if (!err && (socket->minisock || socket->flow.peer_port != flow->peer_port))
		return -ENOENT;		/* a minisock, or a listener on the port */
	return err;
}
