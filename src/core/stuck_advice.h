/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a hanging socket shows, concluded: whose it is and what to do about it. Pure.
 */
#pragma once

#include "stuck_table.h"

/* holders found: does anybody hold it? */
enum owner stuck_owner(const struct stuck_socket *g);

enum advice stuck_advice(const struct stuck_socket *g);
