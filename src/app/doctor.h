/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "options.h"

/* The view doctor: what this kernel and this user can trace. Returns the exit status. */
int doctor_main(const struct options *o);
