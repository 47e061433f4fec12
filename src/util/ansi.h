/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Escape sequences for terminals (ECMA-48). The caller decides whether the output is a terminal
 * and wants colour.
 */
#pragma once

#define ANSI_RESET "\033[0m"
#define ANSI_BOLD "\033[1m"
#define ANSI_DIM "\033[2m"
#define ANSI_RED "\033[31m"
#define ANSI_YELLOW "\033[33m"
#define ANSI_CYAN "\033[36m"

/* Move the cursor to the top left, erase the screen and the scrollback. */
#define ANSI_CLEAR_SCREEN "\033[H\033[2J\033[3J"
