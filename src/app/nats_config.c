/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "nats_config.h"

#include <stdlib.h>

#include "log.h"
#include "nats_client.h"

int nats_config_fill(struct transport_config *config, const struct options *o, const char *url)
{
	*config = (struct transport_config){
		.url = url, .credentials = o->nats.creds, .ca = o->nats.ca,
		.cert = o->nats.cert, .key = o->nats.key,
		.user = secure_getenv("NATS_USER"), .password = secure_getenv("NATS_PASSWORD"),
		.token = secure_getenv("NATS_TOKEN"),
	};
	if (nats_client_is_built_in())
		return EXIT_FINE;
	log_error("cannot reach %s: this tcpclose was built without libnats", url);
	return EXIT_KERNEL;
}
