/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The servers of a URL, and what proves to them who we are. Everything is read into memory at once:
 * the process that connects may not be allowed to read the files.
 */
#pragma once

#include "nats_url.h"
#include "transport.h"

#define NATS_WHY_BYTES TRANSPORT_WHY_BYTES
#define NATS_LOGIN_FILE_BYTES 65536	/* of each file, at most */

struct nats_login {
	struct nats_url url;
	char *host;			/* HOST of our subjects; NULL */
	char *jwt, *seed;		/* of a .creds file; NULL */
	char *ca, *cert, *key;		/* PEM texts; NULL */
	char *user, *password, *token;	/* NULL */
};

/* NULL, with the reason in why, which names the file. */
struct nats_login *nats_login_read(const struct transport_config *config,
				   char why[NATS_WHY_BYTES]);
void nats_login_free(struct nats_login *login);
