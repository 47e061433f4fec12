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

#define PATIENCE_MS 10000	/* for a segment that has to come */
#define PEER_ISN 1000000

static void set_address(int fd, unsigned long request, struct ifreq *ifr, const char *text)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&ifr->ifr_addr;

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1 || ioctl(fd, request, ifr))
		deed_die(DEED_SKIP, text);
}

void peer_open(struct peer *p)
{
	struct ifreq ifr = { .ifr_name = HOST_TUN, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	host_must_be_own();
	*p = (struct peer){ .port = PEER_PORT, .seq = PEER_ISN, .window = 65535 };
	p->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (p->tun < 0 || ioctl(p->tun, TUNSETIFF, &ifr))
		deed_die(DEED_SKIP, "/dev/net/tun");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		deed_die(DEED_SKIP, "socket");
	set_address(fd, SIOCSIFADDR, &ifr, LOCAL_ADDR);
	set_address(fd, SIOCSIFNETMASK, &ifr, "255.255.255.0");
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		deed_die(DEED_SKIP, "SIOCGIFFLAGS");
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		deed_die(DEED_SKIP, "SIOCSIFFLAGS");
	close(fd);
}

static struct iphdr *ip_of(struct frame *f)
{
	return (struct iphdr *)f->bytes;
}

static struct tcphdr *tcp_of(struct frame *f)
{
	return (struct tcphdr *)(f->bytes + ip_of(f)->ihl * 4);
}

/* What the kernel sends next on the device; false if it is none of TCP, which is of no interest. */
static bool frame_take(const struct peer *p, struct frame *f)
{
	ssize_t n = read(p->tun, f->bytes, sizeof(f->bytes));

	if (n < 0)
		deed_die(1, "reading a segment");
	f->len_bytes = (int)n;
	return (size_t)n >= sizeof(struct iphdr) + sizeof(struct tcphdr) &&
	       ip_of(f)->version == 4 && ip_of(f)->protocol == IPPROTO_TCP;
}

/* The next TCP segment that the kernel sends. */
static void frame_read(const struct peer *p, struct frame *f)
{
	struct pollfd fd = { .fd = p->tun, .events = POLLIN };

	do {
		errno = 0;
		if (poll(&fd, 1, PATIENCE_MS) != 1)
			deed_die(1, "waiting for a segment");
	} while (!frame_take(p, f));
}

static void frame_write(const struct peer *p, const struct frame *f)
{
	if (write(p->tun, f->bytes, (size_t)f->len_bytes) != f->len_bytes)
		deed_die(1, "writing a segment");
}

/* RFC 1071, of an even number of bytes or one that is followed by a zero. */
static uint32_t sum_of(uint32_t sum, const void *bytes, int len_bytes)
{
	const uint8_t *b = bytes;

	for (int i = 0; i < len_bytes; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	return sum;
}

static uint16_t checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void frame_build(struct frame *f, const struct peer *p, uint8_t flags, int len_bytes)
{
	struct iphdr *ip = ip_of(f);
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
	ip->check = checksum(sum_of(0, ip, sizeof(*ip)));
	tcp = tcp_of(f);
	tcp->th_sport = htons((uint16_t)p->port);
	tcp->th_dport = htons((uint16_t)p->local_port);
	tcp->th_seq = htonl(p->seq);
	tcp->th_ack = flags & TH_ACK ? htonl(p->ack) : 0;
	tcp->th_off = sizeof(*tcp) / 4;
	tcp->th_flags = flags;
	tcp->th_win = htons(p->window);
	pseudo = sum_of(IPPROTO_TCP + (uint32_t)tcp_len, &ip->saddr, 2 * sizeof(ip->saddr));
	tcp->th_sum = checksum(sum_of(pseudo, tcp, tcp_len));
}

static struct segment parse(struct frame *f)
{
	const struct tcphdr *tcp = tcp_of(f);

	return (struct segment){
		.flags = tcp->th_flags, .seq = ntohl(tcp->th_seq), .ack = ntohl(tcp->th_ack),
		.len_bytes = f->len_bytes - ip_of(f)->ihl * 4 - tcp->th_off * 4,
	};
}

struct segment peer_expect(struct peer *p, uint8_t flags)
{
	struct segment s;
	struct frame f;
	uint32_t end;

	do {
		do
			frame_read(p, &f);
		while (p->local_port && ntohs(tcp_of(&f)->th_sport) != p->local_port);
		p->local_port = ntohs(tcp_of(&f)->th_sport);
		s = parse(&f);
		end = s.seq + (uint32_t)s.len_bytes + !!(s.flags & TH_SYN) + !!(s.flags & TH_FIN);
		if (s.flags & TH_SYN || (!(s.flags & TH_RST) && (int32_t)(end - p->seen) > 0))
			p->seen = end;
	} while ((s.flags & flags) != flags);
	return s;
}

void peer_take(struct peer *p)
{
	p->ack = p->seen;
}

void peer_send(struct peer *p, uint8_t flags, int len_bytes)
{
	struct frame f;

	if (flags != TH_RST && flags != TH_SYN)
		flags |= TH_ACK;
	frame_build(&f, p, flags, len_bytes);
	frame_write(p, &f);
	p->seq += (uint32_t)len_bytes + !!(flags & TH_SYN) + !!(flags & TH_FIN);
}

void peer_ack_fin(struct peer *p)
{
	peer_expect(p, TH_FIN);
	peer_take(p);
	peer_send(p, TH_ACK, 0);
}

/* Binds first, so that the endpoint has a name even if it never opens. */
static void connect_begin(struct endpoint *e, int port)
{
	struct sockaddr_in local = { .sin_family = AF_INET }, peer = { .sin_family = AF_INET };

	inet_pton(AF_INET, LOCAL_ADDR, &local.sin_addr);
	inet_pton(AF_INET, PEER_ADDR, &peer.sin_addr);
	peer.sin_port = htons((uint16_t)port);
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (e->fd < 0 || bind(e->fd, (struct sockaddr *)&local, sizeof(local)))
		deed_die(1, "a socket at " LOCAL_ADDR);
	if (!connect(e->fd, (struct sockaddr *)&peer, sizeof(peer)) || errno != EINPROGRESS)
		deed_die(1, "connecting to " PEER_ADDR);
}

static void connect_end(struct endpoint *e)
{
	struct pollfd fd = { .fd = e->fd, .events = POLLOUT };

	if (poll(&fd, 1, PATIENCE_MS) != 1 || fd.revents != POLLOUT)
		deed_die(1, "waiting for the handshake");
	if (fcntl(e->fd, F_SETFL, 0))
		deed_die(1, "F_SETFL");
	endpoint_opened(e, "connect");
}

void peer_meet_begin(struct deed *d, struct peer *p)
{
	endpoint_become(d->self, "client", "deed-cli");
	connect_begin(d->self, p->port);
	peer_expect(p, TH_SYN);
	peer_take(p);
}

void peer_meet_end(struct deed *d, struct peer *p)
{
	peer_send(p, TH_SYN | TH_ACK, 0);
	peer_expect(p, TH_ACK);
	connect_end(d->self);
}

void peer_meet(struct deed *d, struct peer *p)
{
	peer_open(p);
	peer_meet_begin(d, p);
	peer_meet_end(d, p);
}

void peer_knock(struct deed *d, struct peer *p)
{
	p->local_port = *d->port;
	peer_send(p, TH_SYN, 0);
	peer_expect(p, TH_SYN | TH_ACK);
	peer_take(p);
	peer_send(p, TH_ACK, 0);
}

void mirror_hold(struct peer *p, struct frame *f, uint8_t flags)
{
	do
		frame_read(p, f);
	while ((tcp_of(f)->th_flags & flags) != flags);
}

bool mirror_catch(const struct peer *p, struct frame *f, uint8_t flags)
{
	const long long end_us = deed_now_us() + PATIENCE_MS * 1000LL;
	struct pollfd fd = { .fd = p->tun, .events = POLLIN };

	for (;;) {
		long long left_us = end_us - deed_now_us();

		if (left_us <= 0 || poll(&fd, 1, (int)(left_us / 1000) + 1) != 1)
			return false;
		if (frame_take(p, f) && (tcp_of(f)->th_flags & flags) == flags)
			return true;
	}
}

/* Swapping the addresses leaves the checksums as they are. */
void mirror_release(struct peer *p, const struct frame *f)
{
	struct frame back = *f;
	struct iphdr *ip = ip_of(&back);
	uint32_t addr = ip->saddr;

	ip->saddr = ip->daddr;
	ip->daddr = addr;
	frame_write(p, &back);
}

void mirror_begin(struct deed *d, struct peer *p)
{
	static const uint8_t handshake[] = { TH_SYN, TH_SYN | TH_ACK };
	struct endpoint *client = &d->ends[0];
	struct frame f;

	endpoint_become(client, "client", "deed-both");
	connect_begin(client, *d->port);
	for (unsigned i = 0; i < sizeof(handshake); i++) {
		mirror_hold(p, &f, handshake[i]);
		mirror_release(p, &f);
	}
	connect_end(client);
}

void mirror_meet(struct deed *d, struct peer *p)
{
	struct endpoint *server = &d->ends[1];
	struct frame f;

	peer_open(p);
	endpoint_become(server, "server", "deed-both");
	server_listen(d);
	mirror_begin(d, p);
	mirror_hold(p, &f, TH_ACK);
	mirror_release(p, &f);
	server_accept(d, server);
	close(d->listener);
}
