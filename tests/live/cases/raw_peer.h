/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A peer that speaks raw TCP on a TUN device. It does things that Linux never does, and sends only
 * what it is asked to send. The process that owns the socket also plays the peer, step by step:
 * when write() to the device returns, the kernel has processed the segment, so there are no races.
 *
 * The kernel is LOCAL_ADDR, the peer PEER_ADDR. The peer uses no TCP options and does not
 * acknowledge anything by itself: after raw_peer_ack_received() its next segment acknowledges all
 * received data. An unexpected segment ends the process. Ports in host order.
 *
 * The mirror is another use of the device: it returns every packet with its addresses swapped. Two
 * sockets of this host then talk to each other, each with PEER_ADDR as its peer, and the test
 * decides which of their segments arrive, and when.
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
	uint32_t seq;		/* sequence number of the next segment that it sends */
	uint32_t ack;		/* acknowledgment number of that segment */
	uint32_t seen;		/* end of the received data */
	uint16_t window;
};

struct segment {
	uint8_t flags;		/* TH_* */
	uint32_t seq, ack;
	int len_bytes;		/* payload */
};

struct frame {
	uint8_t bytes[2048];
	int len_bytes;
};

/* Creates the device and sets the kernel's address on it. */
void raw_peer_open(struct raw_peer *p);

/* Connects the client's socket to the peer, and records the addresses of the endpoint. */
void raw_peer_handshake(struct workload *w, struct raw_peer *p);

/* The first half of the handshake: binds, sends the SYN and reads it from the device. */
void raw_peer_handshake_begin(struct workload *w, struct raw_peer *p);
void raw_peer_handshake_end(struct workload *w, struct raw_peer *p);

/* Connects the peer to our listener. Does not wait until the connection is accepted. */
void raw_peer_connect(struct workload *w, struct raw_peer *p);

/* Returns the next segment of our connection with all of these flags; drops those before it. */
struct segment raw_peer_expect(struct raw_peer *p, uint8_t flags);
void raw_peer_ack_received(struct raw_peer *p);

/* Sends a segment, with TH_ACK unless the flags are only SYN or only RST. */
void raw_peer_send(struct raw_peer *p, uint8_t flags, int len_bytes);

/* Waits for the FIN and acknowledges it. */
void raw_peer_ack_fin(struct raw_peer *p);

/*
 * Connects two sockets of ours through the mirror: client w->ends[0], server w->ends[1]. On return
 * the client is open and its last ACK is in the mirror.
 */
void mirror_connect_begin(struct workload *w, struct raw_peer *p);
void mirror_connect(struct workload *w, struct raw_peer *p);

/*
 * mirror_hold() takes the next TCP segment with all of these flags and drops those before it.
 * mirror_release() delivers it.
 */
void mirror_hold(struct raw_peer *p, struct frame *f, uint8_t flags);
void mirror_release(struct raw_peer *p, const struct frame *f);

/* The same for a segment that may be missing: returns false after a timeout. */
bool mirror_try_hold(const struct raw_peer *p, struct frame *f, uint8_t flags);
