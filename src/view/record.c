/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shows nothing: the session writes the recording, as it does for any view with --record.
 */
#include "manual.h"
#include "view.h"

const struct view view_record = {
	.name = "record",
	.help = "what happens, into the file that -o names, for --replay",
	.manual = record_manual,
};
