/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The messages about losses on standard error. */
#pragma once

#include "run_info.h"

/* Warn that the losses have grown. */
void loss_text_warn(const struct run_counts *t);

/* Print the totals at the end of the run. */
void loss_text_note_totals(const struct run_counts *t);
