// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Prints the truth: a line of JSON for the case, then one per endpoint. Every string is a constant
 * of ours or an address, so nothing needs escaping.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "workload.h"

static void print_word(const char *key, const char *word)
{
	if (word)
		printf(",\"%s\":\"%s\"", key, word);
	else
		printf(",\"%s\":null", key);
}

/* Prints null for -1. */
static void print_number(const char *key, long value)
{
	if (value >= 0)
		printf(",\"%s\":%ld", key, value);
	else
		printf(",\"%s\":null", key);
}

static const char *shut_how_name(int how)
{
	switch (how) {
	case SHUT_RD:
		return "SHUT_RD";
	case SHUT_WR:
		return "SHUT_WR";
	case SHUT_RDWR:
		return "SHUT_RDWR";
	default:
		return NULL;
	}
}

/* Prints the task of a call. Leaves out fields that may have any value. */
static void print_task(const struct call *c)
{
	if (c->how != WORKLOAD_ANY)
		print_word("how", shut_how_name(c->how));
	if (c->fd != WORKLOAD_ANY)
		print_number("fd", c->fd);
	if (c->pid)
		printf(",\"pid\":%d,\"uid\":%u,\"process\":\"%s\"", c->pid, (unsigned)c->uid,
		       c->process);
	if (c->tid)
		printf(",\"tid\":%d", c->tid);
	if (c->comm[0])
		print_word("comm", c->comm);
}

static void print_calls(const struct endpoint *e)
{
	printf(",\"calls\":[");
	for (int i = 0; i < e->nr_calls; i++) {
		const struct call *c = &e->calls[i];

		printf("%s{\"call\":\"%s\"", i ? "," : "", c->call);
		print_task(c);
		printf(",\"hooked\":%s,\"ret\":%d", c->hooked ? "true" : "false", c->ret);
		print_word("effect", c->effect);
		printf(",\"begin_us\":%lld,\"end_us\":%lld}", c->begin_us, c->end_us);
	}
	printf("]");
}

static void print_trigger_call(const struct call *c, int signal)
{
	printf(",\"trigger\":{\"call\":\"%s\"", c->call);
	print_task(c);
	printf(",\"deferred\":%s,\"maybe\":%s", c->deferred ? "true" : "false",
	       c->maybe ? "true" : "false");
	print_number("exit_code", c->exit_code);
	print_number("signal", signal);
	print_number("blocked_ms", c->blocked_ms);
}

/* Prints the end of our own process, which is known only after it has ended. */
static void print_own_end(const struct endpoint *e)
{
	struct call end = {
		.call = e->trigger == TRIGGER_EXIT ? "exit" : "signal", .how = -1, .fd = -1,
		.exit_code = e->trigger == TRIGGER_EXIT ? e->exit_code : -1, .pid = e->pid,
		.tid = e->threads ? 0 : e->tid, .uid = e->uid,
	};

	if (e->threads)
		strcpy(end.comm, "workload-*");
	else
		memcpy(end.comm, e->comm, sizeof(end.comm));
	memcpy(end.process, e->comm, sizeof(end.process));
	print_trigger_call(&end, e->trigger == TRIGGER_SIGNAL ? e->signal : -1);
	printf(",\"ret\":null}");
}

static void print_trigger(const struct endpoint *e)
{
	const struct call *c = &e->calls[e->trigger_call];

	switch (e->trigger) {
	case TRIGGER_NONE:
		printf(",\"trigger\":null");
		return;
	case TRIGGER_CALL:
		print_trigger_call(c, -1);
		if (c->hooked)
			printf(",\"ret\":%d}", c->ret);
		else
			printf(",\"ret\":null}");
		return;
	case TRIGGER_EXIT:
	case TRIGGER_SIGNAL:
		print_own_end(e);
		return;
	case TRIGGER_OTHER:
		print_trigger_call(&e->other, -1);
		printf(",\"ret\":null}");
		return;
	}
}

static void print_expected(const struct endpoint *e)
{
	const struct expected *f = e->expected;

	print_word("ending", f->ending);
	print_word("class", f->class);
	print_word("initiator", f->initiator);
	print_word("reason", f->reason);
	printf(",\"closes_first\":%s,\"states\":[", f->closes_first ? "true" : "false");
	for (int i = 0; i < WORKLOAD_STATES && f->states[i]; i++)
		printf("%s\"%s\"", i ? "," : "", f->states[i]);
	printf("]");
	print_word("hold_phase", f->hold_phase);
	print_word("waves", f->waves);
	print_word("blame", f->blame);
	printf(",\"resets\":%d", f->resets);
	print_number("hold_ms", f->hold_phase ? e->hold_ms : -1);
}

static void print_endpoint(const struct endpoint *e)
{
	printf("{\"side\":\"%s\",\"pid\":%d,\"tid\":%d,\"comm\":\"%s\"", e->side, e->pid, e->tid,
	       e->comm);
	print_word("opened", e->opened);
	printf(",\"uid\":%u", (unsigned)e->uid);
	printf(",\"inode\":%llu", e->inode);
	printf(",\"fd\":%d,\"family\":%d,\"v4_mapped\":%s,\"local_addr\":\"%s\",\"local_port\":%d",
	       e->fd, e->family, e->v4_mapped ? "true" : "false", e->local_addr, e->local_port);
	printf(",\"peer_addr\":\"%s\",\"peer_port\":%d", e->peer_addr, e->peer_port);
	if (e->cookie)
		printf(",\"cookie\":\"0x%llx\"", e->cookie);
	printf(",\"sent\":%ld,\"received\":%ld,\"unread\":%ld,\"unsent\":%ld,\"lost\":%ld", e->sent,
	       e->received, e->unread, e->unsent, e->lost);
	print_expected(e);
	print_trigger(e);
	print_calls(e);
	print_number("exit_code", e->exit_code);
	print_number("signal", e->signal);
	printf(",\"over_us\":%lld}\n", e->over_us);
}

void truth_print(const struct workload *w)
{
	printf("{\"side\":\"case\",\"name\":\"%s\",\"connections\":%d,\"counters\":{", w->c->name,
	       w->connections);
	for (int i = 0; i < WORKLOAD_COUNTERS && w->c->counters[i].name; i++)
		printf("%s\"%s\":%d", i ? "," : "", w->c->counters[i].name,
		       w->c->counters[i].delta);
	printf("}}\n");
	for (int i = 0; i < 2 * w->connections; i++)
		if (w->ends[i].expected)
			print_endpoint(&w->ends[i]);
	fflush(stdout);
}
