/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A peer that speaks raw TCP, on a TUN device: it does what no Linux would, and forgets nothing
 * that it is not told to send. The process that owns the socket plays it too, step by step: what it
 * writes into the device the kernel has digested when write() returns, so nothing here is a race.
 *
 * The kernel is LOCAL_ADDR, the peer PEER_ADDR. The peer knows no options and acknowledges nothing
 * of its own accord: raw_peer_ack_received() says that the next segment is to acknowledge all that
 * has come. Who comes across something else than expected ends the process. Ports in host order.
 *
 * The mirror is another use of the device: it sends every packet back with its addresses swapped.
 * So two sockets of this host talk to each other, each as with PEER_ADDR, and what becomes of their
 * segments on the way, and when, is ours to say.
 */
#pragma once

#include <netinet/tcp.h>
#include <stdint.h>

#include "workload.h"

#define PEER_ADDR "192.0.2.2"
#define LOCAL_ADDR "192.0.2.1"
#define PEER_PORT 4242

struct raw_peer {
	int tun;
	int local_port, port;
	uint32_t seq;		/* of the next segment that it sends */
	uint32_t ack;		/* what that acknowledges */
	uint32_t seen;		/* the end of what has come */
	uint16_t window;
};

struct segment {
	uint8_t flags;		/* TH_* */
	uint32_t seq, ack;
	int len_bytes;		/* of the payload */
};

struct frame {
	uint8_t bytes[2048];
	int len_bytes;
};

/* The device, and the kernel's address on it. */
void raw_peer_open(struct raw_peer *p);

/* The client's socket connects to the peer: the handshake, and the endpoint's names. */
void raw_peer_handshake(struct workload *w, struct raw_peer *p);

/* The first half of it: bound, SYN sent and come. */
void raw_peer_handshake_begin(struct workload *w, struct raw_peer *p);
void raw_peer_handshake_end(struct workload *w, struct raw_peer *p);

/* The peer connects to our listener; whether it is accepted is not its concern. */
void raw_peer_connect(struct workload *w, struct raw_peer *p);

/* The next segment of our connection that has all of these flags; those before it are lost. */
struct segment raw_peer_expect(struct raw_peer *p, uint8_t flags);
void raw_peer_ack_received(struct raw_peer *p);

/* Sends a segment; with TH_ACK unless it is a SYN or a RST alone. */
void raw_peer_send(struct raw_peer *p, uint8_t flags, int len_bytes);

/* Waits for the FIN and acknowledges it. */
void raw_peer_ack_fin(struct raw_peer *p);

/*
 * Two sockets of ours, connected by way of the mirror: client w->ends[0], server w->ends[1]. It
 * begins with the client, which is then open, its last ACK in the mirror.
 */
void mirror_connect_begin(struct workload *w, struct raw_peer *p);
void mirror_connect(struct workload *w, struct raw_peer *p);

/* The next TCP segment that has all of these flags, those before it lost; and its going on. */
void mirror_hold(struct raw_peer *p, struct frame *f, uint8_t flags);
void mirror_release(struct raw_peer *p, const struct frame *f);

/* The same where it may not come: false after some patience. */
bool mirror_try_hold(const struct raw_peer *p, struct frame *f, uint8_t flags);
