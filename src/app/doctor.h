/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The run of the view doctor: it tries every hook on this kernel, and traces nothing. */
#pragma once

#include "options.h"

/* Shows what this kernel and this user can trace. Returns the exit status. */
int doctor_main(const struct options *o);
