/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What belongs to the view doctor, and the option --btf.
 */
#pragma once

#include "usage_error.h"

enum doctor_key {
	KEY_BTF = 3072,
};

struct options;

/* One option. EINVAL: u->status is set, the reason written. ARGP_ERR_UNKNOWN: not one of these. */
int options_doctor_set(struct options *o, struct usage_error *u, int key, const char *arg);

/* After the last option. EINVAL as above. */
int options_doctor_check(const struct options *o, struct usage_error *u);
