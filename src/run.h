/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "options.h"

/* Does what the options ask for, from attaching to the last line. Returns the exit status. */
int run(const struct options *o);
