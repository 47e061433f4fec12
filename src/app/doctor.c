/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "btf_fields.h"
#include "caps.h"
#include "diagnosis.h"
#include "doctor_probe.h"
#include "host_facts.h"
#include "live.h"
#include "log.h"
#include "process.h"
#include "scan.h"
#include "session.h"

#define ROUNDS 9
#define CALLS 4000	/* per round: some milliseconds */
#define PROBED_FILE "/dev/null"

struct doctor_run {
	const struct options *o;
	struct run_info meta;
	struct diagnosis_facts facts;
	const char *btf;	/* of --btf, if it describes this kernel */
	struct btf_fields fields;
	char attach_why[LIVE_WHY_BYTES];
};

static void call_getppid(void)
{
	syscall(SYS_getppid);
}

static void open_and_close(void)
{
	int fd = open(PROBED_FILE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

/* Returns the nanoseconds per call of the fastest round, which other load disturbed the least. */
static uint64_t time_call_ns(void (*call)(void))
{
	uint64_t best_ns = UINT64_MAX;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t from_ns = live_now_ns(), took_ns;

		for (unsigned i = 0; i < CALLS; i++)
			call();
		took_ns = (live_now_ns() - from_ns) / CALLS;
		if (took_ns < best_ns)
			best_ns = took_ns;
	}
	return best_ns;
}

static void measure_calls(struct diagnosis_facts *f, unsigned when)
{
	f->getppid_ns[when] = time_call_ns(call_getppid);
	f->close_ns[when] = time_call_ns(open_and_close);
}

/* Attaches as trace does with these options, and detaches. */
static void try_attach(struct doctor_run *x)
{
	const struct options *o = x->o;
	struct live_config config = { .filter = &o->filter, .buffer_bytes = o->capture.buffer_bytes,
				      .btf = x->btf, .calls = o->capture.calls,
				      .no_trampolines = o->capture.no_fentry,
				      .tree.pid = 1,	/* attach its hook, follow no process */
				      .verbose = o->output.verbose > 0 };
	struct live *live;

	measure_calls(&x->facts, 0);
	x->facts.attach_err = live_open(&live, &config, &x->meta, x->attach_why);
	if (x->facts.attach_err)
		return;
	measure_calls(&x->facts, 1);
	live_close(live);
}

static void try_scan(struct doctor_run *x)
{
	struct scan_config config = { .filter = &x->o->filter, .btf = x->btf,
				      .verbose = x->o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES];
	struct scan *scan;

	if (scan_open(&scan, &config, why))
		log_info("%s", why);
	run_info_add_hook(&x->meta, "walk", scan ? "iter" : "none");
	scan_close(scan);
}

/* main() has checked the file of --btf: it may describe another kernel, which is examined only. */
static void check_types(struct doctor_run *x)
{
	const char *given = x->o->capture.btf;
	struct diagnosis_fields *f = &x->facts.fields;
	char why[LIVE_WHY_BYTES];

	f->of_another_kernel = given && live_check_btf(given, why) == -EXDEV;
	x->btf = f->of_another_kernel ? NULL : given;
	f->known = !btf_fields_check(&x->fields, given);
	f->read = x->fields.read;
	f->present = x->fields.present;
	f->wrong = x->fields.wrong_text;
}

static void collect_facts(struct doctor_run *x)
{
	struct diagnosis_facts *f = &x->facts;
	bool may;

	f->meta = &x->meta;
	check_types(x);
	f->btf_given = x->btf;
	f->caps = caps_effective();
	may = caps_may_bpf(f->caps) && caps_may_trace(f->caps);
	f->memlock_needed = doctor_probe_map_bytes(x->o->capture.buffer_bytes);
	host_facts_read(&f->host);	/* before libbpf raises RLIMIT_MEMLOCK */
	doctor_probe_kernel(&f->kernel, may, x->o->capture.no_fentry);
	try_attach(x);
	try_scan(x);
	f->attach_why = x->attach_why;
	live_fill_run_info(&x->meta);
}

static int print_diagnosis(struct doctor_run *x, const struct diagnosis *h)
{
	const struct view *view = view_printer(x->o->view, x->o->view_options.format);
	struct view_context context = { .meta = &x->meta };
	struct output out;
	int status = process_open_output(&out, x->o->output.path);

	if (status)
		return status;
	session_init_context(&context, x->o, &out);
	if (view->start)
		view->start(&context);
	view->doctor(&context, h);
	return process_close_output(&out, x->o->output.path);
}

int doctor_main(const struct options *o)
{
	struct doctor_run *x = calloc(1, sizeof(*x));
	struct diagnosis *h = calloc(1, sizeof(*h));
	int status = EXIT_FAILED;

	if (x && h) {
		x->o = o;
		collect_facts(x);
		diagnosis_make(h, &x->facts);
		status = print_diagnosis(x, h);
		if (!status && x->facts.attach_err)
			status = process_exit_status(x->facts.attach_err);
		if (!status && x->fields.wrong)
			status = EXIT_KERNEL;
	} else {
		log_error("cannot examine this host: %s", strerror(ENOMEM));
	}
	free(x);
	free(h);
	return status;
}
