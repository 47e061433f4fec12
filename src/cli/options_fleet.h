/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of a replay of the stream of a fleet: --replay nats://... */
#pragma once

struct option_parser;

/* Check them, and set their defaults. Returns 0, or sets p->error. */
int options_fleet_check(struct option_parser *p);
