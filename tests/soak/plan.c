// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Draws the plan of a connection, and derives the stories that both ends must get.
 */
#include <string.h>

#include "soak.h"

#define PLAN_MAGIC 0x6b616f73
#define ANSWER_MOST 2000	/* bytes: one or two segments, and within any window */

/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators). */
static uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void prng_seed(struct prng *r, uint64_t seed, uint32_t stream)
{
	r->state = seed;
	r->state = prng_next(r) ^ (uint64_t)stream << 32;
	prng_next(r);
}

uint32_t prng_below(struct prng *r, uint32_t limit)
{
	return (uint32_t)((prng_next(r) >> 32) * limit >> 32);
}

const char *action_name(uint8_t action)
{
	static const char *const names[] = {
#define X(id, word) [ACTION_##id] = word,
		ACTIONS(X)
#undef X
	};

	return action < ACTION_COUNT ? names[action] : "?";
}

bool action_resets(uint8_t action)
{
	return action == ACTION_LINGER_ZERO || action == ACTION_UNREAD ||
	       action == ACTION_DISCONNECT;
}

bool action_forks(uint8_t action)
{
	return action >= ACTION_THREADS;
}

/* Does this action consist of two calls? The other side's RST may arrive between them. */
static bool action_takes_two(uint8_t action)
{
	return action == ACTION_SHUT_WR || action == ACTION_SHUT_RDWR;
}

/*
 * The view of the other side must not depend on which side is faster. A RST follows a FIN only some
 * time after the FIN was acknowledged. If the RST arrived just when the ACK replaces the socket by
 * a timewait socket, the old socket would drop it and the timewait socket would wait forever
 * (tcp_time_wait, tcp_rcv_state_process). While data is unread, the kernel sends its ACK only with
 * data of ours, so the other side must still be there to receive it.
 */
static void keep_races_out(struct plan *p)
{
	if (p->action[1] == ACTION_HALF_CLOSE || action_resets(p->action[0]) ||
	    (action_resets(p->action[1]) && action_takes_two(p->action[0])))
		p->action[1] = ACTION_CLOSE;
	if (!action_resets(p->action[1]))
		return;
	if (p->action[1] == ACTION_UNREAD)
		p->action[0] = ACTION_HALF_CLOSE;
	p->ack_at_once = 1;
	if (!p->hold_ms[1])
		p->hold_ms[1] = 1;
}

void plan_draw(struct plan *p, struct prng *r, uint32_t worker, uint32_t nr, bool solo)
{
	uint32_t actions = solo ? ACTION_COUNT : ACTION_THREADS;
	uint32_t first = prng_below(r, 20);

	memset(p, 0, sizeof(*p));
	p->magic = PLAN_MAGIC;
	p->worker = worker;
	p->nr = nr;
	p->first = first < 10 ? FIRST_CLIENT : first < 19 ? FIRST_SERVER : FIRST_AT_ONCE;
	p->net = (uint8_t)prng_below(r, NET_COUNT);
	p->answer_bytes = (uint16_t)(1 + prng_below(r, ANSWER_MOST));
	p->exit_code = (uint8_t)prng_below(r, 256);
	p->ack_at_once = (uint8_t)prng_below(r, 2);
	for (int i = 0; i < 2; i++) {
		p->action[i] = (uint8_t)prng_below(r, actions);
		p->hold_ms[i] = (uint8_t)(prng_below(r, 2) ? prng_below(r, SOAK_HOLD_MS + 1) : 0);
	}
	if (p->first == FIRST_AT_ONCE) {
		p->action[0] = p->action[1] = ACTION_CLOSE;
		p->hold_ms[CLIENT] = (uint8_t)prng_below(r, 3);
		p->hold_ms[SERVER] = (uint8_t)prng_below(r, 3);
	}
	keep_races_out(p);
}

bool plan_is_valid(const struct plan *p, uint32_t worker)
{
	return p->magic == PLAN_MAGIC && p->worker == worker && p->action[0] < ACTION_COUNT &&
	       p->action[1] < ACTION_COUNT && p->first <= FIRST_AT_ONCE && p->net < NET_COUNT;
}

bool plan_goes_first(const struct plan *p, enum side side)
{
	return p->first == (side == CLIENT ? FIRST_CLIENT : FIRST_SERVER);
}

uint8_t plan_action(const struct plan *p, enum side side)
{
	return p->action[plan_goes_first(p, side) ? 0 : 1];
}

bool plan_has_answer(const struct plan *p)
{
	return p->action[0] == ACTION_HALF_CLOSE &&
	       (p->action[1] == ACTION_UNREAD || !action_resets(p->action[1]));
}

const char *plan_ending(const struct plan *p, enum side side)
{
	if (p->first == FIRST_AT_ONCE)
		return "four-way|three-way|simultaneous";
	if (action_resets(p->action[0]))
		return plan_goes_first(p, side) ? "reset-sent" : "reset-received";
	if (action_resets(p->action[1]))
		return plan_goes_first(p, side) ? "reset-received" : "reset-sent";
	/* Data carries the ACK too. Without data or a forced ACK, the kernel's timers decide. */
	return p->ack_at_once || p->action[0] == ACTION_HALF_CLOSE ? "four-way"
								   : "four-way|three-way";
}

const char *plan_initiator(const struct plan *p, enum side side)
{
	if (p->first == FIRST_AT_ONCE)
		return "local|peer|both";
	return plan_goes_first(p, side) ? "local" : "peer";
}

static const char *reset_reason(uint8_t action)
{
	switch (action) {
	case ACTION_LINGER_ZERO:
		return "linger-zero";
	case ACTION_UNREAD:
		return "unread-data";
	default:
		return "disconnect";
	}
}

const char *plan_reason(const struct plan *p, enum side side)
{
	bool first = plan_goes_first(p, side);

	if (p->first == FIRST_AT_ONCE)
		return NULL;
	if (action_resets(p->action[0]))
		return first ? reset_reason(p->action[0]) : "established";
	if (!action_resets(p->action[1]))
		return NULL;
	if (!first)
		return reset_reason(p->action[1]);
	return p->action[0] == ACTION_HALF_CLOSE ? "half-closed" : "after-close";
}
