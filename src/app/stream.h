/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tcpclose stream init|info: the streams of a fleet. */
#pragma once

#include "options.h"

/* Returns an exit status, with the reason logged. */
int stream_main(const struct options *o);
