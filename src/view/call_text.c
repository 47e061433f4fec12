/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "call_text.h"

#include <string.h>
#include <sys/socket.h>

#include "syscall_names.h"

static void print_shut_how(struct buf *b, int32_t how)
{
	if (how >= SHUT_RD && how <= SHUT_RDWR)
		buf_str(b, shut_how_name(how) + strlen("SHUT_"));
	else
		buf_i64(b, how);
}

void call_text_print(struct buf *b, const struct socket_call *a)
{
	bool is_named = a->trigger == TRIGGER_SYSCALL;
	const char *name = is_named ? syscall_name(a->syscall_nr, a->compat) : NULL;

	buf_str(b, name ? name : trigger_name(a->trigger));
	if (a->fd >= 0) {
		buf_char(b, '(');
		buf_i64(b, a->fd);
		if (a->trigger == TRIGGER_SHUTDOWN) {
			buf_str(b, ", ");
			print_shut_how(b, a->how);
		}
		buf_char(b, ')');
	} else if (a->signal >= 0 || a->exit_code >= 0) {
		buf_char(b, ' ');
		buf_i64(b, a->signal >= 0 ? a->signal : a->exit_code);
	}
	if (a->deferred)
		buf_char(b, '*');
}
