/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "field_table.h"

#include <stddef.h>

#define FILE_COUNT "the reference count of a file"
#define MINISOCKS "the count of minisocks"
#define REGISTERS "the saved registers"

const struct field_row field_table[] = {
	{ "struct tcp_sock", "is_mptcp", "CONFIG_MPTCP", NULL },
	{ "struct mptcp_sock", "*", "CONFIG_MPTCP", NULL },
	{ "struct mptcp_sock___queue", "*", "CONFIG_MPTCP, <= 6.13", NULL },
	{ "struct mptcp_subflow_context", "*", "CONFIG_MPTCP", NULL },
	{ "struct thread_info___x86", "*", "x86", NULL },
	{ "struct tcp_sock", "tcp_usec_ts", ">= 6.7", NULL },
	{ "struct file___work", "*", ">= 6.7", NULL },
	{ "struct inet_connection_sock___timer", "*", "6.1.y, >= 6.18.y, not all of them", NULL },
	{ "struct inet_timewait_sock___stamp", "*", ">= 6.18", NULL },
	{ "struct file", "f_count", "<= 6.12", FILE_COUNT },
	{ "struct file___ref", "*", ">= 6.13", FILE_COUNT },
	{ "typedef file_ref_t", "*", ">= 6.13", FILE_COUNT },
	{ "struct inet_timewait_death_row", "tw_refcount", ">= 5.16", MINISOCKS },
	{ "struct inet_timewait_death_row___count", "*", "<= 5.15", MINISOCKS },
	{ "struct pt_regs___x86", "*", "x86", REGISTERS },
	{ "struct pt_regs___arm64", "*", "arm64", REGISTERS },
	{ NULL, NULL, NULL, NULL },
};
