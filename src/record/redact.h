/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Replaces the addresses and names in a recording by pseudonyms (--redact). Pure.
 *
 * A pseudonym depends on the key and on what it replaces, so equal things stay equal, and different
 * ones stay different: IPv4 addresses by a permutation, the others because their 60 bits or more do
 * not collide. Nothing else is kept of an address, neither its network nor its order. What has one
 * meaning on every host is kept: loopback, the unspecified address and multicast. Ports, ids,
 * numbers and times are facts about the close, and are kept too.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "format.h"
#include "run_info.h"
#include "siphash.h"

struct redactor {
	struct siphash_key key;
};

#define REDACT_NAME 15		/* bytes of the pseudonym of a name, with its NUL */

/* Derive the key from a secret of any length. */
void redactor_init(struct redactor *x, const void *secret, size_t len);

/* Replace an address of an IP version in place; network order, as in struct event. */
void redact_addr(const struct redactor *x, unsigned family, uint8_t addr[16]);

/* Write the pseudonym of a name of len bytes: "n-" and 12 letters or digits. "" stays "". */
void redact_name(const struct redactor *x, const void *name, size_t len, char to[REDACT_NAME]);

/* Replace the addresses and names in an event. */
void redact_event(const struct redactor *x, struct event *e);

/* Replace the name of the host. The stacks are left out, so the hook of them is too. */
void redact_run_info(const struct redactor *x, struct run_info *meta);

/*
 * Write the redacted text of an annotation to `to`, which has RECORD_ANNOTATION_MAX bytes. Of a
 * path each component is replaced. Returns its length, or -1 if the annotation must be left out:
 * its text may have names that are not known to be such.
 */
long redact_annotation(const struct redactor *x, enum record_annotation_type type,
		       const char *text, size_t len, char *to);
