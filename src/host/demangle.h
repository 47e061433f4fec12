/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Demangles names of C++ (Itanium ABI) and Rust (legacy, and v0 of RFC 2603). Implemented with
 * libiberty (demangle_iberty.c); a build without it has demangle_stub.c, which knows no name.
 *
 * The names are those of any program, so the work is bounded: a name over DEMANGLE_INPUT_MAX bytes
 * stays as it is, and a text over DEMANGLE_OUTPUT_MAX bytes is cut there, and ends with "...".
 */
#pragma once

#include <stdbool.h>

#define DEMANGLE_INPUT_MAX 1024		/* libiberty's own limit */
#define DEMANGLE_OUTPUT_MAX 512

/* Test whether this build has libiberty. */
bool demangler_is_built_in(void);

/*
 * Return the demangled form of a symbol's name, with the types of the parameters, but without a
 * Rust symbol's hash. NULL if the name is not mangled, or if out of memory. The caller frees it.
 */
char *demangle(const char *name);
