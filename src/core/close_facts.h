/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Facts about a close that several views print and that the filters ask for. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

/*
 * How long no data had gone either way when the end began: the smaller of the two idle times that
 * are known. False if neither is known.
 */
bool close_silence(const struct story *s, uint64_t *ns);

/* The time from ESTABLISHED until the close was over. False if it is unknown. */
bool close_age(const struct story *s, const struct verdict *v, uint64_t *ns);

/* Is it known that bytes were lost when the socket was released? */
bool close_lost_data(const struct story *s);

/*
 * Did the socket end in TIME_WAIT on this host, where it keeps its port for a minute? It did not if
 * the kernel had no room for one more (tcp_max_tw_buckets).
 */
bool close_left_time_wait(const struct story *s);

/*
 * The call that ended the endpoint: the one that sent our RST if it ended by that, otherwise the
 * one that queued our FIN. NULL if there was none.
 */
const struct socket_call *close_ended_by(const struct verdict *v);

/* As close_ended_by(), otherwise the last call on the socket; NULL if there was no call. */
const struct socket_call *close_actor(const struct story *s, const struct verdict *v);
