/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the view who shows, as tables and as CSV.
 */
#pragma once

#include "aggregate.h"

extern const char who_manual[];

void who_text(struct view *v, const struct groups *g, const struct sum_span *span);
void who_csv_head(struct view *v);
void who_csv(struct view *v, const struct groups *g, const struct sum_span *span);
