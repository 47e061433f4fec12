/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the options and the environment say about reaching NATS. */
#pragma once

#include "options.h"
#include "transport.h"

/*
 * Fill in a configuration for an address nats://HOST. The strings are those of the options and of
 * the environment. Returns EXIT_FINE, or EXIT_KERNEL, with the reason logged, if this build cannot
 * reach NATS.
 */
int nats_config_fill(struct transport_config *config, const struct options *o, const char *url);
