/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parsers of the options that are not filters (member set of struct option_row), and the words
 * that they accept (member word).
 */
#pragma once

struct option_parser;

#define OPTION_VALUES(X) \
	X(set_all) X(set_output) X(set_times) X(set_wide) X(set_color) X(set_stack) X(set_inlined) \
	X(set_flush) X(set_quiet) X(set_verbose) X(add_fields) X(add_by) X(set_sort) X(set_top) \
	X(set_batch) X(set_interval) X(set_tab) X(add_phase) X(set_ascii) X(set_replay) \
	X(set_host) X(set_follow) X(set_no_follow) X(set_since) X(set_until) \
	X(set_record) X(set_rotate) X(set_keep) X(set_cmdline) X(set_redact) X(set_redact_key) \
	X(set_duration) X(set_count) X(set_strict) X(set_tree) X(add_fail_on) X(set_drain) \
	X(set_ready_fd) X(set_calls) X(set_btf) X(set_no_fentry) X(set_buffer) X(set_max_open) \
	X(add_state) X(set_older_than) X(set_watch) X(set_fail) X(set_no_bpf) X(set_listen) \
	X(set_textfile) X(set_by_comm) X(set_page) X(set_fleet_key) \
	X(set_to) X(set_spool) X(set_spool_max)

#define X(name) int option_##name(struct option_parser *p, const char *arg);
OPTION_VALUES(X)
#undef X

const char *option_color_word(unsigned i);
const char *option_calls_word(unsigned i);
const char *option_by_word(unsigned i);
const char *option_sort_word(unsigned i);
const char *option_tab_word(unsigned i);
const char *option_state_word(unsigned i);
const char *option_phase_word(unsigned i);

/* Defined in options_help.c. Each prints a text and ends the parsing with status 0. */
int option_print_help(struct option_parser *p, const char *arg);
int option_print_version(struct option_parser *p, const char *arg);
int option_print_document(struct option_parser *p, const char *form);
const char *option_document_word(unsigned i);
