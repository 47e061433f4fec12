// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "raw_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"

#define PATIENCE_MS 10000	/* longest wait for an expected segment */
#define PEER_ISN 1000000

static void set_address(int fd, unsigned long request, struct ifreq *ifr, const char *text)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&ifr->ifr_addr;

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1 || ioctl(fd, request, ifr))
		workload_die(WORKLOAD_SKIP, text);
}

void raw_peer_open(struct raw_peer *p)
{
	struct ifreq ifr = { .ifr_name = NETNS_TUN, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	netns_require_own();
	*p = (struct raw_peer){ .port = PEER_PORT, .seq = PEER_ISN, .window = 65535 };
	p->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (p->tun < 0 || ioctl(p->tun, TUNSETIFF, &ifr))
		workload_die(WORKLOAD_SKIP, "/dev/net/tun");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		workload_die(WORKLOAD_SKIP, "socket");
	set_address(fd, SIOCSIFADDR, &ifr, LOCAL_ADDR);
	set_address(fd, SIOCSIFNETMASK, &ifr, "255.255.255.0");
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		workload_die(WORKLOAD_SKIP, "SIOCGIFFLAGS");
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		workload_die(WORKLOAD_SKIP, "SIOCSIFFLAGS");
	close(fd);
}

static struct iphdr *ip_header(struct frame *f)
{
	return (struct iphdr *)f->bytes;
}

static struct tcphdr *tcp_header(struct frame *f)
{
	return (struct tcphdr *)(f->bytes + ip_header(f)->ihl * 4);
}

/* Reads the next packet that the kernel sends on the device. Returns false if it is not TCP. */
static bool frame_take(const struct raw_peer *p, struct frame *f)
{
	ssize_t n = read(p->tun, f->bytes, sizeof(f->bytes));

	if (n < 0)
		workload_die(1, "reading a segment");
	f->len_bytes = (int)n;
	return (size_t)n >= sizeof(struct iphdr) + sizeof(struct tcphdr) &&
	       ip_header(f)->version == 4 && ip_header(f)->protocol == IPPROTO_TCP;
}

/* Reads the next TCP segment that the kernel sends. */
static void frame_read(const struct raw_peer *p, struct frame *f)
{
	struct pollfd fd = { .fd = p->tun, .events = POLLIN };

	do {
		errno = 0;
		if (poll(&fd, 1, PATIENCE_MS) != 1)
			workload_die(1, "waiting for a segment");
	} while (!frame_take(p, f));
}

static void frame_write(const struct raw_peer *p, const struct frame *f)
{
	if (write(p->tun, f->bytes, (size_t)f->len_bytes) != f->len_bytes)
		workload_die(1, "writing a segment");
}

/* RFC 1071. len_bytes is even, or a zero byte follows. */
static uint32_t add_to_checksum(uint32_t sum, const void *bytes, int len_bytes)
{
	const uint8_t *b = bytes;

	for (int i = 0; i < len_bytes; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	return sum;
}

static uint16_t fold_checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void frame_build(struct frame *f, const struct raw_peer *p, uint8_t flags, int len_bytes)
{
	struct iphdr *ip = ip_header(f);
	int tcp_len = (int)sizeof(struct tcphdr) + len_bytes;
	struct tcphdr *tcp;
	uint32_t pseudo;

	memset(f, 0, sizeof(*f));
	f->len_bytes = (int)sizeof(*ip) + tcp_len;
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	ip->tot_len = htons((uint16_t)f->len_bytes);
	inet_pton(AF_INET, PEER_ADDR, &ip->saddr);
	inet_pton(AF_INET, LOCAL_ADDR, &ip->daddr);
	ip->check = fold_checksum(add_to_checksum(0, ip, sizeof(*ip)));
	tcp = tcp_header(f);
	tcp->th_sport = htons((uint16_t)p->port);
	tcp->th_dport = htons((uint16_t)p->local_port);
	tcp->th_seq = htonl(p->seq);
	tcp->th_ack = flags & TH_ACK ? htonl(p->ack) : 0;
	tcp->th_off = sizeof(*tcp) / 4;
	tcp->th_flags = flags;
	tcp->th_win = htons(p->window);
	pseudo = add_to_checksum(IPPROTO_TCP + (uint32_t)tcp_len, &ip->saddr,
				 2 * sizeof(ip->saddr));
	tcp->th_sum = fold_checksum(add_to_checksum(pseudo, tcp, tcp_len));
}

static struct segment parse_segment(struct frame *f)
{
	const struct tcphdr *tcp = tcp_header(f);

	return (struct segment){
		.flags = tcp->th_flags, .seq = ntohl(tcp->th_seq), .ack = ntohl(tcp->th_ack),
		.len_bytes = f->len_bytes - ip_header(f)->ihl * 4 - tcp->th_off * 4,
	};
}

struct segment raw_peer_expect(struct raw_peer *p, uint8_t flags)
{
	struct segment s;
	struct frame f;
	uint32_t end;

	do {
		do
			frame_read(p, &f);
		while (p->local_port && ntohs(tcp_header(&f)->th_sport) != p->local_port);
		p->local_port = ntohs(tcp_header(&f)->th_sport);
		s = parse_segment(&f);
		end = s.seq + (uint32_t)s.len_bytes + !!(s.flags & TH_SYN) + !!(s.flags & TH_FIN);
		if (s.flags & TH_SYN || (!(s.flags & TH_RST) && (int32_t)(end - p->seen) > 0))
			p->seen = end;
	} while ((s.flags & flags) != flags);
	return s;
}

void raw_peer_ack_received(struct raw_peer *p)
{
	p->ack = p->seen;
}

void raw_peer_send(struct raw_peer *p, uint8_t flags, int len_bytes)
{
	struct frame f;

	if (flags != TH_RST && flags != TH_SYN)
		flags |= TH_ACK;
	frame_build(&f, p, flags, len_bytes);
	frame_write(p, &f);
	p->seq += (uint32_t)len_bytes + !!(flags & TH_SYN) + !!(flags & TH_FIN);
}

void raw_peer_ack_fin(struct raw_peer *p)
{
	raw_peer_expect(p, TH_FIN);
	raw_peer_ack_received(p);
	raw_peer_send(p, TH_ACK, 0);
}

/* Binds first, so that the endpoint has an address even if it never opens. */
static void connect_begin(struct endpoint *e, int port)
{
	struct sockaddr_in local = { .sin_family = AF_INET }, peer = { .sin_family = AF_INET };

	inet_pton(AF_INET, LOCAL_ADDR, &local.sin_addr);
	inet_pton(AF_INET, PEER_ADDR, &peer.sin_addr);
	peer.sin_port = htons((uint16_t)port);
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (e->fd < 0 || bind(e->fd, (struct sockaddr *)&local, sizeof(local)))
		workload_die(1, "a socket at " LOCAL_ADDR);
	if (!connect(e->fd, (struct sockaddr *)&peer, sizeof(peer)) || errno != EINPROGRESS)
		workload_die(1, "connecting to " PEER_ADDR);
}

static void connect_end(struct endpoint *e)
{
	struct pollfd fd = { .fd = e->fd, .events = POLLOUT };

	if (poll(&fd, 1, PATIENCE_MS) != 1 || fd.revents != POLLOUT)
		workload_die(1, "waiting for the handshake");
	if (fcntl(e->fd, F_SETFL, 0))
		workload_die(1, "F_SETFL");
	endpoint_note_opened(e, "connect");
}

void raw_peer_handshake_begin(struct workload *w, struct raw_peer *p)
{
	endpoint_start(w->self, "client", w->names.client);
	connect_begin(w->self, p->port);
	raw_peer_expect(p, TH_SYN);
	raw_peer_ack_received(p);
}

void raw_peer_handshake_end(struct workload *w, struct raw_peer *p)
{
	raw_peer_send(p, TH_SYN | TH_ACK, 0);
	raw_peer_expect(p, TH_ACK);
	connect_end(w->self);
}

void raw_peer_handshake(struct workload *w, struct raw_peer *p)
{
	raw_peer_open(p);
	raw_peer_handshake_begin(w, p);
	raw_peer_handshake_end(w, p);
}

void raw_peer_connect(struct workload *w, struct raw_peer *p)
{
	p->local_port = *w->port;
	raw_peer_send(p, TH_SYN, 0);
	raw_peer_expect(p, TH_SYN | TH_ACK);
	raw_peer_ack_received(p);
	raw_peer_send(p, TH_ACK, 0);
}

void mirror_hold(struct raw_peer *p, struct frame *f, uint8_t flags)
{
	do
		frame_read(p, f);
	while ((tcp_header(f)->th_flags & flags) != flags);
}

bool mirror_try_hold(const struct raw_peer *p, struct frame *f, uint8_t flags)
{
	const long long end_us = realtime_us() + PATIENCE_MS * 1000LL;
	struct pollfd fd = { .fd = p->tun, .events = POLLIN };

	for (;;) {
		long long left_us = end_us - realtime_us();

		if (left_us <= 0 || poll(&fd, 1, (int)(left_us / 1000) + 1) != 1)
			return false;
		if (frame_take(p, f) && (tcp_header(f)->th_flags & flags) == flags)
			return true;
	}
}

/* Swapping the addresses does not change the checksums. */
void mirror_release(struct raw_peer *p, const struct frame *f)
{
	struct frame back = *f;
	struct iphdr *ip = ip_header(&back);
	uint32_t addr = ip->saddr;

	ip->saddr = ip->daddr;
	ip->daddr = addr;
	frame_write(p, &back);
}

void mirror_connect_begin(struct workload *w, struct raw_peer *p)
{
	static const uint8_t handshake[] = { TH_SYN, TH_SYN | TH_ACK };
	struct endpoint *client = &w->ends[0];
	struct frame f;

	endpoint_start(client, "client", "workload-both");
	connect_begin(client, *w->port);
	for (unsigned i = 0; i < sizeof(handshake); i++) {
		mirror_hold(p, &f, handshake[i]);
		mirror_release(p, &f);
	}
	connect_end(client);
}

void mirror_connect(struct workload *w, struct raw_peer *p)
{
	struct endpoint *server = &w->ends[1];
	struct frame f;

	raw_peer_open(p);
	endpoint_start(server, "server", "workload-both");
	server_listen(w);
	mirror_connect_begin(w, p);
	mirror_hold(p, &f, TH_ACK);
	mirror_release(p, &f);
	server_accept(w, server);
	close(w->listener);
}
