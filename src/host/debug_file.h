/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the separate debug file of a program or library, as distributions package them. A file is
 * used only if it has the same build id: without one in the program there is none. Nothing is
 * fetched over the network.
 */
#pragma once

#include <stdint.h>

/*
 * Open the debug file of the ELF file fd, which thread tid has mapped from `path`. Searched first
 * in the root of that thread, then in that of tcpclose: /usr/lib/debug/.build-id, and the name in
 * .gnu_debuglink in the file's folder, in its .debug and below /usr/lib/debug. Returns a
 * descriptor, -1 if there is none.
 */
int debug_file_open(int fd, const char *path, uint32_t tid);
