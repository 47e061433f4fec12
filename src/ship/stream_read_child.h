/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The child of stream_read.c: fetches messages and writes frames into fd until it is closed. */
#pragma once

#include <sys/types.h>

#include "nats_login.h"
#include "stream_read.h"

_Noreturn void stream_read_run_child(int fd, pid_t parent, const struct nats_login *login,
				     const struct stream_read_config *config);
