/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without libseccomp: the children have no filter of system calls. */
#include "sandbox.h"

bool sandbox_has_filter(void)
{
	return false;
}

int sandbox_filter_calls(void)
{
	return 0;
}
