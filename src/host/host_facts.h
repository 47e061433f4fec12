/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads facts about this host, and the limits of this process on it, from /proc and /sys. Changes
 * nothing.
 */
#pragma once

#include "diagnosis.h"

/*
 * Fill in all of *host. A fact that cannot be read gets the value that struct diagnosis_host
 * documents as unknown, or false or 0 if it has none.
 */
void host_facts_read(struct diagnosis_host *host);
