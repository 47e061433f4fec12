/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without cnats: nats:// is refused, so nothing here is used. */
#include "nats_client.h"

bool nats_client_is_built_in(void)
{
	return false;
}
