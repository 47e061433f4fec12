/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view trace: one line per ended endpoint, 80 columns unless -w or -T is given.
 *
 *   PID     COMM     LOCAL                 BY REMOTE                ENDING        MS
 *   4021    nginx    10.0.0.1:443          <- 203.0.113.200:51000   four-way   12.41
 *
 * The process is the one that ended our side, otherwise the last that acted on the socket. A wide
 * terminal shows the call too.
 */
#include "time_units.h"
#include "view.h"

#include <string.h>

#include "ansi.h"
#include "call_text.h"
#include "close_facts.h"
#include "close_text.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "process_names.h"
#include "stack_text.h"

#define HOST_WIDTH 16
#define PID_WIDTH 8
#define COMM_WIDTH 9
#define ENDING_WIDTH 9
#define MS_WIDTH 7
#define CALL_WIDTH 19
#define REASON_WIDTH 17
#define SPENT_WIDTH 12
#define IDLE_WIDTH 12
#define WIDE_ENDING_WIDTH 15
#define LINE_COLUMNS 80
#define KERNEL_TICK_NS (10 * NS_PER_MS)	/* the longest: the kernel counts silence in ticks */
#define STACK_INDENT "        "
#define FRAME_NAME_MIN 16	/* columns */

static bool has_call_column(const struct view_context *v)
{
	return v->terminal.wide ||
	       v->terminal.columns >= LINE_COLUMNS + (v->times ? 13 : 0) + CALL_WIDTH;
}

/* Several hosts: 80 columns have no room for their names. */
static bool has_host_column(const struct view_context *v)
{
	return v->hosts && v->terminal.wide;
}

static void print_host_column(struct buf *b, const char *name)
{
	size_t from = b->len;

	escape_for_terminal(b, name, strlen(name), ESCAPE_ANY_WIDTH);
	buf_char(b, ' ');
	buf_pad(b, from, HOST_WIDTH);
}

static void trace_print_header(struct view_context *v)
{
	struct buf *b = v->out;

	if (v->times)
		column_text(b, "TIME", 13);
	if (has_host_column(v))
		column_text(b, "HOST", HOST_WIDTH);
	column_text(b, "PID", PID_WIDTH);
	column_text(b, "COMM", v->terminal.wide ? EVENT_COMM_LEN : COMM_WIDTH);
	column_text(b, "LOCAL", FLOW_END_WIDTH);
	buf_str(b, "BY ");
	column_text(b, "REMOTE", FLOW_END_WIDTH);
	column_text(b, "ENDING", v->terminal.wide ? WIDE_ENDING_WIDTH : ENDING_WIDTH);
	buf_str(b, "     MS");
	if (has_call_column(v))
		column_text(b, " CALL", v->terminal.wide ? CALL_WIDTH + 1 : 0);
	if (v->terminal.wide)
		buf_str(b, "REASON           TIME-SPENT  IDLE");
	buf_char(b, '\n');
}

/* Print the acting process, otherwise the first holder of the socket that a walk found. */
static void print_process_columns(struct view_context *v, const struct story *s,
				  const struct socket_call *a)
{
	const struct holder *o = !a && s->scan.nr_holders ? s->scan.holders : NULL;
	const uint8_t *name = a ? process_name_or_comm(a->process, a->comm) :
			      o ? process_name_or_comm(o->process, o->comm) : NULL;
	size_t comm_width = v->terminal.wide ? EVENT_COMM_LEN : COMM_WIDTH;
	struct buf *b = v->out;
	size_t from = b->len;

	if (!name) {
		column_text(b, "-", PID_WIDTH);
		column_text(b, "-", comm_width);
		return;
	}
	buf_u64(b, a ? a->pid : o->pid);
	buf_pad(b, from, PID_WIDTH);
	from = b->len;
	escape_for_terminal(b, name, strnlen((const char *)name, EVENT_COMM_LEN), comm_width - 1);
	buf_pad(b, from, comm_width);
}

static void print_call_column(struct view_context *v, const struct socket_call *a)
{
	struct buf *b = v->out;
	size_t from = b->len;

	buf_char(b, ' ');
	if (a)
		call_text_print(b, a);
	else
		buf_char(b, '-');
	if (v->terminal.wide)
		buf_pad(b, from, CALL_WIDTH + 1);
}

static void print_ending_and_time(struct view_context *v, const struct story *s,
				  const struct verdict *verdict)
{
	const char *color = v->terminal.color ? close_text_ending_color(verdict->ending) : NULL;
	bool marked = ending_class(verdict->ending) == CLASS_CLEAN && close_lost_data(s);
	size_t width = v->terminal.wide ? WIDE_ENDING_WIDTH : ENDING_WIDTH, from, used;
	struct buf *b = v->out;

	if (v->terminal.color && marked)
		color = ANSI_YELLOW;
	if (color)
		buf_str(b, color);
	from = b->len;
	buf_str(b, v->terminal.wide ? ending_name(verdict->ending) :
				      close_text_short_ending(verdict->ending));
	if (marked)
		buf_char(b, '!');
	used = b->len - from;	/* "three-way!" is one column too wide */
	buf_pad(b, from, width);
	if (color)
		buf_str(b, ANSI_RESET);
	close_text_print_total_ms(b, s, verdict, used > width ? width + MS_WIDTH - used : MS_WIDTH);
}

static size_t find_base_name(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len;
}

/* "+0x1a (server) pool.c:41", what follows a symbol; "+0x4711" in a module */
static void print_frame_end(struct buf *b, const struct stack_frame *f, bool wide)
{
	size_t skip;

	if (f->inlined) {
		buf_str(b, " (inlined)");
	} else {
		buf_char(b, '+');
		fmt_hex(b, f->symbol ? f->symbol_offset : f->module_offset);
	}
	if (f->symbol && f->module && !f->inlined) {
		skip = wide ? 0 : find_base_name(f->module, f->module_len);
		buf_str(b, " (");
		escape_for_terminal(b, f->module + skip, f->module_len - skip, ESCAPE_ANY_WIDTH);
		buf_char(b, ')');
	}
	if (!f->file)
		return;
	skip = wide ? 0 : find_base_name(f->file, f->file_len);
	buf_char(b, ' ');
	escape_for_terminal(b, f->file + skip, f->file_len - skip, ESCAPE_ANY_WIDTH);
	buf_char(b, ':');
	buf_u64(b, f->line);
}

/*
 * Print a name in at most `width` columns. A long one, of C++, loses its end: "std::function<vo..",
 * so that the line of source text remains in sight.
 */
static void print_name(struct buf *b, const char *name, size_t len, size_t width)
{
	size_t from = b->len;

	if (escape_for_terminal(b, name, len, width) == len)
		return;
	b->len = from;
	escape_for_terminal(b, name, len, width - 2);
	buf_str(b, "..");
}

/*
 * "pool_release+0x1a (server) pool.c:41", "get (inlined) pool.h:9", "libx.so+0x4711",
 * "[unresolved] 0x7f12345678"
 */
static void print_stack_frame(struct buf *b, const struct stack_frame *f, bool wide)
{
	size_t width = LINE_COLUMNS - strlen(STACK_INDENT), skip;
	struct buf end = { 0 };

	if (!f->symbol && !f->module) {
		buf_str(b, "[unresolved] ");
		fmt_hex(b, f->address);
		return;
	}
	print_frame_end(&end, f, wide);
	if (wide || !f->file)
		width = ESCAPE_ANY_WIDTH;
	else
		width = end.len + FRAME_NAME_MIN > width ? FRAME_NAME_MIN : width - end.len;
	skip = wide || !f->module ? 0 : find_base_name(f->module, f->module_len);
	if (f->symbol)
		print_name(b, f->symbol, f->symbol_len, width);
	else
		print_name(b, f->module + skip, f->module_len - skip, width);
	buf_add(b, end.data, end.len);
	b->failed |= end.failed;
	buf_release(&end);
}

/* Print a stack below its story, the innermost frame first; long frames are cut. */
static void print_stack(struct view_context *v, const char *heading, const char *text)
{
	struct buf line = { 0 };
	struct stack_frame f;

	if (heading) {
		buf_str(v->out, STACK_INDENT);
		buf_str(v->out, heading);
		buf_char(v->out, '\n');
	}
	while (stack_next_frame(&text, &f)) {
		buf_reset(&line);
		if (f.missing)
			escape_for_terminal(&line, f.missing, f.missing_len, ESCAPE_ANY_WIDTH);
		else
			print_stack_frame(&line, &f, v->terminal.wide);
		buf_str(v->out, STACK_INDENT);
		if (line.len)	/* already escaped, so only cut here */
			escape_for_terminal(v->out, line.data, line.len,
					    v->terminal.wide ? ESCAPE_ANY_WIDTH :
				      LINE_COLUMNS - strlen(STACK_INDENT));
		buf_char(v->out, '\n');
	}
	v->out->failed |= line.failed;
	buf_release(&line);
}

/* Print the stack of the call that sent our FIN and of the one that sent our RST. */
static void print_stacks(struct view_context *v, const struct verdict *verdict)
{
	const char *fin = verdict->trigger ? view_stack(v, verdict->trigger) : NULL;
	const char *rst = verdict->reset_by ? view_stack(v, verdict->reset_by) : NULL;
	bool both = fin && rst;

	if (fin)
		print_stack(v, both ? "FIN:" : NULL, fin);
	if (rst)
		print_stack(v, both ? "RST:" : NULL, rst);
}

/* Print the cause of most of the time. A reset has a cause of its own: its reason. */
static void print_spent_column(struct buf *b, const struct verdict *verdict)
{
	bool has = verdict->blame_known && verdict->blame != BLAME_NONE &&
		   ending_class(verdict->ending) != CLASS_RESET;

	column_text(b, has ? blame_name(verdict->blame) : "-", SPENT_WIDTH);
}

/* "60 s": how long no data had gone either way when the end began */
static void print_idle_column(struct buf *b, const struct story *s, bool more)
{
	size_t from = b->len;
	uint64_t ns;

	if (!close_silence(s, &ns))
		buf_char(b, '-');
	else if (ns < KERNEL_TICK_NS)
		buf_str(b, "<10 ms");
	else
		fmt_duration(b, ns);
	if (more)
		buf_pad(b, from, IDLE_WIDTH);
}

static void trace_print_story(struct view_context *v, const struct story *s,
			      const struct verdict *verdict)
{
	const struct socket_call *a = close_actor(s, verdict);
	struct buf *b = v->out;

	if (v->times) {
		fmt_clock(b, view_wall_ns(v, verdict->settled_ns));
		buf_char(b, ' ');
	}
	if (has_host_column(v))
		print_host_column(b, view_host(v, s)->name);
	print_process_columns(v, s, a);
	column_endpoint(v, &s->flow, true);
	buf_str(b, close_text_arrow(verdict->initiator));
	buf_char(b, ' ');
	column_endpoint(v, &s->flow, false);
	print_ending_and_time(v, s, verdict);
	if (has_call_column(v))
		print_call_column(v, a);
	if (v->terminal.wide) {
		column_text(b, verdict->reason ? reason_name(verdict->reason) : "-", REASON_WIDTH);
		print_spent_column(b, verdict);
		print_idle_column(b, s, verdict->partial);
		if (verdict->partial)
			buf_str(b, "(partial)");
	}
	buf_char(b, '\n');
	if (v->shows_stacks)
		print_stacks(v, verdict);
}

static const char trace_manual[] =
	"One line per endpoint, printed when its connection has ended.\n"
	"\n"
	"  PID COMM      the process whose call ended this end, or sent its RST; if\n"
	"                no call did, the last process that acted on the socket\n"
	"  LOCAL REMOTE  this socket and its peer; a connection over loopback has both\n"
	"                endpoints on this host, so it takes two lines\n"
	"  BY            who ended it: -> this end, <- the peer, <> both, -- neither,\n"
	"                ?? not seen\n"
	"  ENDING        four-way, three-way, crossed (simultaneous FINs), two-way (the\n"
	"                socket is connected to itself), reset, timed-out, aborted,\n"
	"                failed (never established), open (not over when the run ended);\n"
	"                ! marks a clean close that lost data\n"
	"  MS            time from the first FIN or RST until the close was over; > means\n"
	"                at least\n"
	"  CALL          with -w or in a wide terminal: close(FD), shutdown(FD, HOW),\n"
	"                exit or signal; * marks a call that was made for another purpose\n"
	"                but released the last reference to the socket\n"
	"  REASON        with -w: why it was reset or timed out\n"
	"  TIME-SPENT    with -w: the cause of most of MS; - for resets and below 1 ms\n"
	"  IDLE          with -w: how long no data had gone either way when the end began\n"
	"\n"
	"  -w     do not cut lines\n"
	"  -T     start each line with the time of day\n"
	"  --all  also show connections that were never established\n"
	"\n"
	"Examples:\n"
	"  tcpclose -c nginx -w               what ends the connections of nginx, and why\n"
	"  tcpclose --class reset,timeout -T  only resets and timeouts, with times\n";

const struct view view_trace = {
	.id = VIEW_TRACE,
	.name = "trace",
	.help = "one line per endpoint when its connection has ended (default)",
	.manual = trace_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = trace_print_header,
	.story = trace_print_story,
};
