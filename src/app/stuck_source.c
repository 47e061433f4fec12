/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "caps.h"
#include "log.h"
#include "port_scan.h"
#include "process.h"
#include "scan_diag.h"

#define PORTS_PERCENT 50	/* a destination with a smaller share is shown only with -v */

static void feed_table(void *arg, const void *bytes, unsigned long len)
{
	stuck_table_feed(arg, bytes, len);
}

/* The states to walk for those to be shown: a closing socket is judged by others of its process. */
static uint32_t find_walked_states(uint32_t shown)
{
	return !shown || shown & STUCK_CLOSING ? shown | STUCK_CLOSING : shown;
}

/* A file of --btf that does not fit is an error of the user's: then nothing replaces BPF. */
static bool may_replace_bpf(const struct options *o, int err)
{
	return err == -EPERM || (err == -EOPNOTSUPP && !o->capture.btf);
}

int stuck_source_open(struct stuck_source *s, const struct options *o, uint64_t max_ns)
{
	const struct scan_config config = { .filter = &o->filter, .btf = o->capture.btf,
					    .states = find_walked_states(o->stuck.states),
					    .partners = true, .max_ns = max_ns,
					    .verbose = o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES], why_no_diag[LIVE_WHY_BYTES];
	int err, failed;

	*s = (struct stuck_source){ .o = o };
	err = netns_visits_open(&s->visits, &o->filter);
	if (err) {
		log_error("cannot open /proc/self/ns/net: %s; is /proc mounted?", strerror(-err));
		return process_exit_status(err);
	}
	if (o->stuck.no_bpf) {
		snprintf(s->why, sizeof(s->why), "--no-bpf was given");
	} else {
		err = scan_open(&s->bpf, &config, why);
		if (!err)
			return EXIT_FINE;
		snprintf(s->why, sizeof(s->why), "%s", why);
	}
	failed = !err || may_replace_bpf(o, err) ?
			 scan_diag_open(&s->diag, &config, why_no_diag) : err;
	if (!failed)
		return EXIT_FINE;
	log_error("%s", err ? why : why_no_diag);
	return process_exit_status(err ?: failed);
}

void stuck_source_close(struct stuck_source *s)
{
	scan_close(s->bpf);
	scan_diag_close(s->diag);
	netns_visits_release(&s->visits);
	port_use_release(&s->ports);
	*s = (struct stuck_source){ .visits.own = -1 };
}

const char *stuck_source_name(const struct stuck_source *s)
{
	return s->bpf ? "iter" : "sock_diag";
}

/*
 * Each scan looks up the namespaces and descriptors of processes (CAP_SYS_PTRACE), enters
 * namespaces (CAP_SYS_ADMIN), and opens cgroups by id and folders of /proc (CAP_DAC_READ_SEARCH).
 * With BPF it makes iterators (CAP_BPF). Before Linux 6.15, sock_diag shows what is MPTCP with
 * CAP_NET_ADMIN.
 */
uint64_t stuck_source_caps(const struct stuck_source *s)
{
	return CAPS_BIT(SYS_PTRACE) | CAPS_BIT(SYS_ADMIN) | CAPS_BIT(DAC_READ_SEARCH) |
	       (s->bpf ? CAPS_BIT(BPF) : CAPS_BIT(NET_ADMIN));
}

static void warn_incomplete_scan(const struct scan_stats *s, bool verbose)
{
	if (s->left_out)
		log_warn("network namespaces left out: %u, the last because %s", s->left_out,
			 s->left_out_why == ESRCH ? "it has no process and no name" :
						    strerror(s->left_out_why));
	if (s->hidden && (verbose || geteuid()))	/* root lacks it on purpose */
		log_warn("processes whose network namespace may not be looked up: %u (%s)",
			 s->hidden, strerror(s->left_out_why));
}

/*
 * "without BPF (--no-bpf was given), stuck does not show how old orphans are, nor what 12 processes
 * hold that may not be looked into, nor other network namespaces"
 */
static void warn_without_bpf(const struct stuck_source *s, const struct scan_stats *stats)
{
	struct buf b = { 0 };

	buf_str(&b, "without BPF (");
	buf_str(&b, s->why);
	buf_str(&b, "), stuck does not show how old orphans are");
	if (stats->hidden_fds) {
		buf_str(&b, ", nor what ");
		buf_u64(&b, stats->hidden_fds);
		buf_str(&b, stats->hidden_fds == 1 ? " process holds" : " processes hold");
		buf_str(&b, " that may not be looked into");
	}
	if (stats->own_only) {
		buf_str(&b, ", nor other network namespaces");
	} else if (stats->left_out) {
		buf_str(&b, ", nor ");
		buf_u64(&b, stats->left_out);
		buf_str(&b, " more network namespace");
		buf_str(&b, stats->left_out == 1 ? "" : "s");
	}
	log_warn("%.*s", (int)b.len, b.data ? b.data : "");
	buf_release(&b);
}

static void warn_once(struct stuck_source *s, const struct scan_stats *stats)
{
	if (s->explained)
		return;
	s->explained = true;
	if (s->bpf)
		warn_incomplete_scan(stats, s->o->output.verbose);
	else
		warn_without_bpf(s, stats);
	if (stats->cut_short)
		log_warn("the walk took too long and was stopped: some sockets are missing");
}

/*
 * Orphans that the kernel counts and the walk did not find are where it could not look. Says
 * nothing if the walk left out others.
 */
static void compare_orphans(struct stuck_table *h, const struct stuck_source *s,
			    const struct scan_stats *stats)
{
	if (s->o->filter.active || stats->cut_short || stats->orphans_of_host < 0 ||
	    !(find_walked_states(s->o->stuck.states) & 1u << STATE_FIN_WAIT1) ||
	    (s->diag && (stats->left_out || stats->hidden)))
		return;
	h->orphans_counted = stats->orphans_of_host;
	if ((uint64_t)stats->orphans_of_host > stats->orphans)
		h->orphans_elsewhere = (uint64_t)stats->orphans_of_host - stats->orphans;
}

/* Without BPF: were all namespaces left out, those of --netns perhaps? */
static int check_namespaces(const struct stuck_source *s, const struct scan_stats *stats)
{
	if (!s->diag || stats->namespaces || !stats->left_out)
		return EXIT_FINE;
	log_error("%s, and without BPF no network namespace that was asked for can be read: %s",
		  s->why, strerror(stats->left_out_why));
	return process_exit_status(-stats->left_out_why);
}

static void count_ports(struct stuck_source *s, struct stuck_table *h)
{
	int err;

	port_use_release(&s->ports);
	port_use_init(&s->ports, s->o->capture.max_open);
	err = port_scan_run(&s->visits, &s->ports, &s->o->filter);
	if (err)
		log_info("cannot count the ports in use: %s", strerror(-err));
	h->ports = err ? NULL : &s->ports;
	h->ports_percent = s->o->output.verbose ? 0 : PORTS_PERCENT;
}

int stuck_source_scan(struct stuck_source *s, struct stuck_table *h)
{
	struct scan_stats stats;
	int err, status;

	err = s->bpf ? scan_run(s->bpf, feed_table, NULL, h, &stats) :
		       scan_diag_run(s->diag, feed_table, h, &stats);
	if (err) {
		log_error("the walk over the sockets failed: %s", strerror(-err));
		return EXIT_FAILED;
	}
	status = check_namespaces(s, &stats);
	if (status)
		return status;
	warn_once(s, &stats);
	h->source = s->bpf ? STUCK_SOURCE_BPF : STUCK_SOURCE_DIAG;
	h->namespaces = stats.namespaces;
	h->left_out = stats.left_out;
	h->hidden = stats.hidden;
	h->hidden_fds = stats.hidden_fds;
	h->cut_short = stats.cut_short;
	h->own_netns_only = stats.own_only;
	compare_orphans(h, s, &stats);
	count_ports(s, h);
	return EXIT_FINE;
}
