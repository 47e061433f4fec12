/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>

#include "log.h"
#include "options.h"
#include "replay.h"
#include "trace.h"

int main(int argc, char **argv)
{
	struct options o;
	int status = options_parse(&o, argc, argv, stdout, stderr);

	if (status >= 0)
		return status;
	log_init(o.output.quiet, o.output.verbose, o.output.color == COLOR_ALWAYS);
	return o.record.replay ? replay_main(&o) : run_live(&o);
}
