/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the views that join the two ends of connections ask about an end: how long it waits for the
 * other one, and in a fleet, why that is not known.
 */
#pragma once

#include "pair.h"
#include "view.h"

/* How long the end waits. */
enum pair_window fleet_ends_window(const struct view_context *v, const struct story *s);

/* Of a fleet, for struct pair_config: see there. arg: the view's context. */
enum one_sided fleet_ends_explain(void *arg, const struct pair_end *end, bool at_once);
void fleet_ends_correct(void *arg, const struct flow *flow);

/* Set what pair_config needs for a fleet, if v has one. */
void fleet_ends_configure(struct view_context *v, struct pair_config *config);

/* Two ends were joined: learn what addresses are translated between them. */
void fleet_ends_learn(const struct view_context *v, const struct pair_end *a,
		      const struct pair_end *b);
