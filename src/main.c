/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>

#include "doctor.h"
#include "live.h"
#include "log.h"
#include "options.h"
#include "replay.h"
#include "stream.h"
#include "stuck.h"
#include "trace.h"

static int run_live(const struct options *o)
{
	char why[LIVE_WHY_BYTES];
	int err = o->capture.btf ? live_check_btf(o->capture.btf, why) : 0;

	/* doctor also examines the types of another kernel */
	if (err && !(err == -EXDEV && o->view->source == SOURCE_DOCTOR)) {
		log_error("%s", why);
		return EXIT_INPUT;
	}
	switch (o->view->source) {
	case SOURCE_SCAN:
		return stuck_main(o);
	case SOURCE_DOCTOR:
		return doctor_main(o);
	case SOURCE_STREAM:
		return stream_main(o);
	default:
		return trace_main(o);
	}
}

int main(int argc, char **argv)
{
	struct options o;
	int status = options_parse(&o, argc, argv, stdout, stderr);

	if (status < 0) {
		log_init(o.output.quiet, o.output.verbose, o.output.color == COLOR_ALWAYS);
		status = o.record.replay ? replay_main(&o) : run_live(&o);
	}
	options_release(&o);
	return status;
}
