/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a run that traces still needs privileges for, once everything is attached: to look up
 * processes and cgroups as stories are reported, and to make and remove files (a recording that
 * rotates, --textfile). To signal a command of another user needs one more: process.h.
 */
#pragma once

#include <stdint.h>

#include "options.h"

/* Returns the capabilities that these options need, as a set of CAPS_BIT(). */
uint64_t privileges_needed(const struct options *o);
