/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conclusions about a stuck socket: who owns it, and why it does not go away. Pure.
 */
#pragma once

#include "stuck_table.h"

/* Who owns the socket. nr_holders must be set already. */
enum owner stuck_owner(const struct stuck_socket *g);

/* What the socket waits for, from its state, queues and owner. */
enum advice stuck_advice(const struct stuck_socket *g);
