/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "exports.h"

void exports_init(struct exports *x, const struct options *o, struct session *session,
		  struct process *process)
{
	x->session = session;
	x->live = !o->record.replay || o->record.is_stream;
	serve_init(&x->serve, o, session);
	otlp_export_init(&x->otlp, o, process);
	stream_export_init(&x->stream, o, session, process);
}

void exports_release(struct exports *x)
{
	serve_release(&x->serve);
	otlp_export_release(&x->otlp);
	stream_export_release(&x->stream);
}

/* Nobody scrapes the replay of a file. */
int exports_open(struct exports *x)
{
	int status = x->live ? serve_open(&x->serve) : EXIT_FINE;

	return status ?: otlp_export_open(&x->otlp) ?: stream_export_open(&x->stream);
}

int exports_begin(struct exports *x, uint64_t now_ns)
{
	x->session->context.otlp_sink = otlp_export_sink(&x->otlp);
	return x->live ? serve_begin(&x->serve, now_ns) : EXIT_FINE;
}

void exports_fds(const struct exports *x, int fds[EXPORTS_FDS])
{
	fds[0] = serve_fd(&x->serve);
	fds[1] = otlp_export_fd(&x->otlp);
	fds[2] = stream_export_fd(&x->stream);
	fds[3] = stream_export_scout_fd(&x->stream);
}

int exports_wait(struct exports *x, int epoll, int ms)
{
	return serve_wait(&x->serve, epoll, ms);
}

void exports_pump(struct exports *x)
{
	if (x->serve.http)
		serve_wait(&x->serve, -1, 0);
	otlp_export_advance(&x->otlp);
	stream_export_pump(&x->stream);
}

void exports_advance(struct exports *x, uint64_t now_ns, const struct kernel_counters *counters)
{
	x->serve.spool = stream_export_spool(&x->stream);
	serve_advance(&x->serve, now_ns, counters);
	otlp_export_advance(&x->otlp);
	stream_export_advance(&x->stream, now_ns, counters);
}

uint64_t exports_next_ns(const struct exports *x)
{
	uint64_t serve_ns = serve_next_ns(&x->serve), stream_ns = stream_export_next_ns(&x->stream);

	return serve_ns && (!stream_ns || serve_ns < stream_ns) ? serve_ns : stream_ns;
}

int exports_end(struct exports *x, uint64_t now_ns, const struct kernel_counters *counters)
{
	int recorded = stream_export_end(&x->stream, now_ns, counters), status, sent;

	x->serve.spool = stream_export_spool(&x->stream);	/* the last file has what arrived */
	status = serve_end(&x->serve, now_ns, counters);
	sent = otlp_export_end(&x->otlp);
	return status ?: sent ?: recorded;
}
