/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fields of vmlinux.h that a kernel may lack. All others must be in each kernel.
 *
 * tools/check-fields reads these tables as text, so each row is one line.
 */
#pragma once

struct field_row {
	const char *type;	/* "struct x" or "typedef x", as in vmlinux.h */
	const char *field;	/* or "*": every field of the type */
	const char *kernels;	/* those that have it */
	const char *group;	/* a kernel has at least one row of each group; NULL: of none */
};

/* Ends with a row whose type is NULL. A kernel has all fields of a row, or none of them. */
extern const struct field_row field_table[];
