/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of transport_curl.c where libcurl is missing. */
#include <stddef.h>
#include <stdio.h>

#include "transport.h"

bool transport_curl_is_built_in(void)
{
	return false;
}

bool transport_curl_can_load(void)
{
	return false;
}

static void *open_none(const struct transport_config *config, char why[TRANSPORT_WHY_BYTES])
{
	(void)config;
	snprintf(why, TRANSPORT_WHY_BYTES, "built without libcurl");
	return NULL;
}

const struct transport transport_curl = { .name = "tcpclose-otlp", .open = open_none };
