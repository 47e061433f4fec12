/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox.h"
#include "shipper_process.h"

struct worker {
	int fd;
	const struct transport *transport;
	void *t;
	bool up;
	char *buf;	/* what was read and not yet sent; room for the largest shipment */
	size_t len;
};

#define BUF_BYTES (sizeof(struct wire_shipment) + SHIPMENT_BYTES_MAX)

/* The parent always reads, so this waits for it only while it is stopped. */
static void report(struct worker *w, const struct transport_event *event)
{
	const char *bytes = (const char *)event;
	size_t left = sizeof(*event);

	while (left) {
		ssize_t n = send(w->fd, bytes, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			_exit(0);	/* the parent has ended */
		bytes += n;
		left -= (size_t)n;
	}
}

static void send_shipment(struct worker *w, const struct wire_shipment *wire, const char *bytes)
{
	struct shipment shipment = { .id = wire->id, .kind = (enum shipment_kind)wire->kind,
				     .partition = wire->partition, .units = wire->units,
				     .bytes = bytes, .size = wire->size };

	memcpy(shipment.key, wire->key, sizeof(shipment.key));
	memcpy(shipment.host, wire->host, sizeof(shipment.host));
	if (w->up) {
		w->transport->send(w->t, &shipment);
	} else {
		struct transport_event event = { .kind = TRANSPORT_FAILED, .id = wire->id,
						 .why = "not connected" };

		report(w, &event);
	}
}

/* Send all complete shipments of the buffer, and keep the rest. */
static void send_complete(struct worker *w)
{
	size_t taken = 0;

	for (;;) {
		struct wire_shipment wire;

		if (w->len - taken < sizeof(wire))
			break;
		memcpy(&wire, w->buf + taken, sizeof(wire));
		if (wire.size > SHIPMENT_BYTES_MAX)
			_exit(1);
		if (w->len - taken < sizeof(wire) + wire.size)
			break;
		send_shipment(w, &wire, w->buf + taken + sizeof(wire));
		taken += sizeof(wire) + wire.size;
	}
	memmove(w->buf, w->buf + taken, w->len - taken);
	w->len -= taken;
}

static void take_shipments(struct worker *w)
{
	ssize_t n = recv(w->fd, w->buf + w->len, BUF_BYTES - w->len, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		_exit(0);
	if (n > 0)
		w->len += (size_t)n;
	send_complete(w);
}

void shipper_run_worker(int fd, pid_t keeper, const struct transport *transport, void *t)
{
	struct worker w = { .fd = fd, .transport = transport, .t = t, .buf = malloc(BUF_BYTES) };
	struct transport_event event;

	prctl(PR_SET_NAME, transport->name);
	if (!w.buf || sandbox_enter(keeper, &fd, 1) || sandbox_filter_calls())
		_exit(1);
	for (;;) {
		memset(&event, 0, sizeof(event));
		if (transport->wait(t, fd, -1, &event)) {
			if (event.kind == TRANSPORT_UP)
				w.up = true;
			else if (event.kind == TRANSPORT_DOWN)
				w.up = false;
			report(&w, &event);
		}
		take_shipments(&w);
	}
}
