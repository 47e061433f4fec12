/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bounds for the distance of two clocks, derived from the FINs of the connections between their
 * hosts. Pure.
 *
 * The offset is b - a, where a and b are what the two clocks show at one instant. No clock is
 * trusted. An end is blind to the other one's clock, but it knows the order of some instants, and
 * only those are used whose own error is on the safe side:
 *
 *   sent_ns      when a FIN was queued (tcp_send_fin follows the change of state): never after it
 *                left, however long data delayed it
 *   received_ns  when the other end processed it: never before it arrived
 *   acked_ns     when its ACK was processed: never before that arrived. It is of use only if
 *                received_ns is before the ACK left. That is so for the change to CLOSE_WAIT
 *                (tcp_fin), but in FIN_WAIT2 and in a minisock the kernel sends the ACK first, and
 *                then reports
 *
 * A FIN from a gives offset <= received - sent, and offset >= received - acked; a FIN from b gives
 * the mirror images. The bounds of all connections are intersected. A bound gets wider with the
 * time since it was found, by CLOCK_BOUNDS_DRIFT_PPM: adjtimex() changes the rate of a clock by at
 * most 500 ppm, and two clocks may be changed in opposite directions. Crystals alone differ by less
 * than 100 ppm.
 *
 * If the bounds contradict each other, a clock has stepped (a virtual machine was paused, and its
 * clock with it) or ran faster than that: the older bounds are dropped, and the restart is counted.
 * Between a step and the first connection after it, nothing shows the step. A clock never steps
 * back: CLOCK_BOOTTIME does not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_BOUNDS_DRIFT_PPM 1000

/* One FIN: sent and acked by the clock of its sender, received by that of the other end. */
struct clock_fin {
	uint64_t sent_ns, received_ns, acked_ns;	/* 0: unknown, or not safe to use */
};

struct clock_bound {
	int64_t ns;
	uint64_t at_ns;		/* by clock a: when it held */
	bool known;
};

/* Starts as { 0 }: nothing is known. */
struct clock_bounds {
	struct clock_bound low, high;
	uint64_t restart_ns;	/* by clock a: bounds from before it are of no use; 0 no restart */
	uint64_t restarts;
};

/* An interval that has the true value in it. */
struct clock_interval {
	int64_t low, high;
	bool known;
};

/*
 * Take the two FINs of a connection, the one from a and the one from b. Returns false if they
 * contradict what is known: if they are later, the bounds began anew.
 */
bool clock_bounds_add(struct clock_bounds *b, const struct clock_fin *from_a,
		      const struct clock_fin *from_b);

/*
 * The offset at the time a_ns by clock a. It is unknown until both bounds are, and before the
 * latest restart.
 */
struct clock_interval clock_bounds_at(const struct clock_bounds *b, uint64_t a_ns);

/*
 * The same, also with the bounds of one connection: those are of use even if they are older than
 * the others, or if a clock has stepped since.
 */
struct clock_interval clock_bounds_with(const struct clock_bounds *b,
					const struct clock_fin *from_a,
					const struct clock_fin *from_b, uint64_t a_ns);

/*
 * One value of a known offset with which no FIN of this connection arrives before it was sent, and
 * no ACK before its FIN: to show the times of both hosts by one clock.
 */
int64_t clock_bounds_middle(const struct clock_interval *offset, const struct clock_fin *from_a,
			    const struct clock_fin *from_b);

/* The time from sent_ns to received_ns of a FIN from a, or from b, if the offset is known. */
struct clock_interval clock_bounds_flight(const struct clock_interval *offset,
					  const struct clock_fin *fin, bool from_a);
