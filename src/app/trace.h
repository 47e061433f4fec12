/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The run that traces: events from the kernel, through a session, to a view. */
#pragma once

#include "options.h"

/* Traces what the options ask for, from attaching to the last line. Returns the exit status. */
int trace_main(const struct options *o);
