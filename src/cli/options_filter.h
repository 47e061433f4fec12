/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parsers of the filter options, which fill struct filter and struct story_filter (member set
 * of struct option_row), and the words that they accept (member word).
 */
#pragma once

#include <stddef.h>

struct option_parser;

#define OPTION_FILTERS(X) \
	X(add_pid) X(add_comm) X(add_uid) X(add_local_port) X(add_peer_port) X(add_either_port) \
	X(add_addr) X(set_ipv4) X(set_ipv6) X(add_netns) X(add_cgroup) X(add_container) \
	X(set_slow) X(set_data_lost) X(add_call) X(add_ending) X(add_class) X(add_initiator)

#define X(name) int option_##name(struct option_parser *p, const char *arg);
OPTION_FILTERS(X)
#undef X

const char *option_call_word(unsigned i);
const char *option_ending_word(unsigned i);
const char *option_class_word(unsigned i);
const char *option_initiator_word(unsigned i);

/*
 * The length of the first value of a list: up to a comma, up to one that no backslash precedes, or
 * up to one before a path.
 */
size_t option_first_item(const char *list);
size_t option_first_name(const char *list);
size_t option_first_path(const char *list);

/* Complete the filters after the last option. */
void options_filter_finish(struct option_parser *p);
