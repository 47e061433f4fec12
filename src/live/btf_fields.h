/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compares the fields that our programs read with the types of a kernel (BTF), which need not be
 * the running one. Which fields they are is in the programs themselves: the relocations that libbpf
 * applies before it loads them (CO-RE).
 */
#pragma once

#define BTF_FIELDS_TEXT 512

struct btf_fields {
	unsigned read;		/* fields that our programs read, on any kernel */
	unsigned present;	/* of these in the types */
	unsigned wrong;		/* of these: must be there but are not, or have another width */
	char wrong_text[BTF_FIELDS_TEXT];	/* the first of them, "" none */
};

/*
 * Fill f from the types in the file at path, or with NULL from those of the running kernel. Returns
 * 0 or -errno: -ENOENT if there are none.
 */
int btf_fields_check(struct btf_fields *f, const char *path);
