/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of a fleet: how NATS is reached, and the words and options of the view stream. */
#pragma once

struct option_parser;

int option_set_nats_creds(struct option_parser *p, const char *path);
int option_set_nats_ca(struct option_parser *p, const char *path);
int option_set_nats_cert(struct option_parser *p, const char *path);
int option_set_nats_key(struct option_parser *p, const char *path);
int option_set_max_age(struct option_parser *p, const char *arg);
int option_set_max_bytes(struct option_parser *p, const char *arg);
int option_set_replicas(struct option_parser *p, const char *arg);
int option_set_partitions(struct option_parser *p, const char *arg);

/* A word behind the view stream: what to do, and then where. */
int option_set_stream_word(struct option_parser *p, const char *word);

/* Check what these options require of each other and of the rest. Returns 0, or sets p->error. */
int options_nats_check(struct option_parser *p);
