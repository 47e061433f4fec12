/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens the recording that a session makes.
 */
#pragma once

#include "options.h"
#include "run_info.h"
#include "writer.h"

/* Open the recording of the options. Returns an exit status, with the reason logged. */
int recording_open(struct record_writer **writer, const struct options *o,
		   const struct run_info *meta);
