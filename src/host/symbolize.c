/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "symbolize.h"

#include <stdlib.h>
#include <string.h>

#include "arm64_code.h"
#include "array.h"
#include "fmt.h"
#include "format.h"
#include "frame_text.h"
#include "jit_symbols.h"
#include "mapped_file.h"
#include "pid_namespace.h"
#include "proc_maps.h"
#include "symbols.h"

#define GO_EXIT "runtime.goexit.abi0"	/* the symbol's name since Go 1.17 */
#define TEXT_MAX (RECORD_ANNOTATION_MAX - 1024)	/* leaves room for the lines of put_missing() */

static const char missing_exit[] =
	"stack: the process was ending: its memory had gone before its sockets were closed";
static const char missing_exec[] = "stack: execve() had replaced the program";
static const char missing_kernel[] = "stack: the kernel could not read it";
static const char missing_namespace[] = "stack: tcpclose runs in another pid namespace, whose "
	"/proc has other process ids: addresses alone";
static const char *const missing_maps[] = {
	[PROC_MAPS_GONE] = "stack: the process had ended before its memory map could be read: "
		"addresses alone",
	[PROC_MAPS_REPLACED] = "stack: execve() replaced the program before its memory map could "
		"be read: addresses alone",
	[PROC_MAPS_DENIED] = "stack: not permitted to examine the process: addresses alone",
	[PROC_MAPS_FAILED] = "stack: the memory map of the process could not be read: "
		"addresses alone",
};
static const char missing_callers[] =
	"stack: callers may be left out: some of the code keeps no frame pointer";
static const char *const missing_files[] = {
	[FILE_DENIED] = "stack: not permitted to open a file that the process has mapped: "
		"offsets alone",
	[FILE_ENDED] = "stack: the process had ended before a file that it had mapped could be "
		"opened: offsets alone",
	[FILE_REPLACED] = "stack: a mapped file had been removed or replaced, and it is not "
		"permitted to open it through map_files: offsets alone",
	[FILE_CHANGED] = "stack: a mapped file had been changed: offsets alone",
	[FILE_UNREADABLE] = "stack: a mapped file could not be read as ELF: offsets alone",
};
static const char missing_frames[] = "stack: there are more frames than are kept";

static const char missing_details[] =
	"stack: lines of source text, demangled names and inlined functions are left out: no room";
static const char missing_places[] =
	"stack: lines of source text and inlined functions are left out: the debug information of "
	"a file is too large, or takes too long to read";

#define MAPS_CACHED 64		/* processes */
#define MAPS_MAX_AGE_NS 1000000000ULL	/* older maps are read again */

/* The map of a process. After execve() the memory id differs, so the map is read again. */
struct cached_maps {
	uint32_t pid;		/* 0: none */
	struct memory_id id;
	uint64_t ts_ns;		/* time of the stack for which the map was read */
	struct proc_maps maps;
};

struct symbolizer {
	struct symbols *symbols;
	struct jit_symbols *jit;
	bool has_proc;		/* /proc shows the process ids that the stacks have */
	unsigned generation;	/* grows with each file opened, since that may close another */
	struct cached_maps process[MAPS_CACHED];
};

/* The stack being read. */
struct symbolize_ctx {
	struct symbolizer *r;
	struct proc_maps *maps;
	struct buf *b;
	struct jit_stack jit;
	bool gaps;		/* a caller may be missing */
	bool full;		/* the text has reached TEXT_MAX */
	size_t details_max;	/* bytes of text from which on frames have no details */
	bool details_cut;	/* that is why some have none */
	bool places_left_out;	/* some debug information was not read */
	unsigned file_problems;	/* a bit 1 << enum file_problem for each reason of a missing file */
	bool ends;		/* the last frame is the entry of a thread */
	bool by_stack;		/* the last frame does not set up a frame pointer */
	bool broken;		/* a frame does not fit the map */
	uint64_t address_bits;	/* those that are not a pointer authentication code */
};

struct symbolizer *symbolizer_new(bool inlined)
{
	struct symbolizer *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->symbols = symbols_new(inlined);
	r->jit = jit_symbols_new();
	r->generation = 1;
	r->has_proc = proc_has_initial_pids("/proc");
	if (r->symbols && r->jit)
		return r;
	symbolizer_free(r);
	return NULL;
}

void symbolizer_free(struct symbolizer *r)
{
	if (!r)
		return;
	symbols_free(r->symbols);
	jit_symbols_free(r->jit);
	for (unsigned i = 0; i < MAPS_CACHED; i++)
		proc_maps_release(&r->process[i].maps);
	free(r);
}

enum equal { EQUAL_YES, EQUAL_NO, EQUAL_UNKNOWN };

/* Compare the build id of the file with the one in the memory of the process. */
static enum equal compare_build_id(const struct proc_maps *maps, const struct mapping *m,
				   struct symbol_file *f)
{
	uint8_t there[SYMBOLS_BUILD_ID] = { 0 };
	const uint8_t *id;
	uint64_t offset;
	size_t len = symbol_build_id(f, &id, &offset);

	for (size_t i = 0; len && i < maps->nr; i++) {
		const struct mapping *o = &maps->items[i];

		if (o->inode != m->inode || o->device != m->device || offset < o->offset ||
		    offset - o->offset >= o->end - o->start)
			continue;
		if (!proc_maps_read_memory(maps, o->start + (offset - o->offset), there, len))
			return EQUAL_UNKNOWN;
		return memcmp(there, id, len) ? EQUAL_NO : EQUAL_YES;
	}
	return EQUAL_UNKNOWN;
}

/* Return the file of a mapping, NULL if it cannot be opened or may have been replaced. */
static struct symbol_file *get_symbol_file(struct symbolize_ctx *g, struct mapping *m)
{
	struct symbol_key key = { m->device, m->inode, m->path, g->maps->tid };
	struct symbols *symbols = g->r->symbols;
	struct symbol_file *f;
	enum equal equal;
	bool same = true;

	if (m->generation == g->r->generation || !m->inode || *m->path != '/')
		return m->file;
	m->file = NULL;
	m->problem = FILE_CHANGED;
	f = symbols_find(symbols, &key);
	if (!f) {
		int fd = mapped_file_open(g->maps, m, &same);

		f = fd < 0 ? NULL : symbols_open(symbols, &key, fd);
		if (fd >= 0 && !f)
			m->problem = FILE_UNREADABLE;
		g->r->generation += f != NULL;
	}
	m->generation = g->r->generation;
	if (!f)
		return NULL;
	equal = compare_build_id(g->maps, m, f);
	if (equal == EQUAL_YES || (equal == EQUAL_UNKNOWN && same))
		m->file = f;
	return m->file;
}

/* Return the executable mapping that contains an address, NULL if there is none. */
static struct mapping *find_code(const struct symbolize_ctx *g, uint64_t address)
{
	struct mapping *m = proc_maps_find(g->maps, address);

	return m && m->executable ? m : NULL;
}

static void put_field(struct buf *b, bool known, uint64_t v)
{
	if (known)
		fmt_hex(b, v);
	else
		buf_char(b, '-');
	buf_char(b, '\t');
}

static void put_symbol(struct buf *b, const char *name)
{
	if (!name)
		buf_char(b, '-');
	for (; name && *name; name++)
		buf_char(b, *name == '\t' || *name == '\n' ? '?' : *name);
	buf_char(b, '\t');
}

/* Test whether a function is the entry of a thread in libc or Go, which has no caller. */
static bool is_thread_entry(const char *name)
{
	static const char *const names[] = {
		"_start", "__libc_start_main", "__libc_start_call_main", "start_thread", "clone",
		"clone3", "__clone3", GO_EXIT,
	};

	for (unsigned i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/*
 * Look up the source text of a frame: that of the call, which is before the return address, or of
 * the system call, which is before the address where it returns.
 */
static const struct source_places *find_places(struct symbolize_ctx *g, struct symbol_file *f,
					       uint64_t at, unsigned back)
{
	const struct source_places *places;

	if (!back && symbol_follows_syscall(f, at))
		back = 1;
	places = symbol_places(f, at - back);
	g->places_left_out |= places && places->left_out;
	return places;
}

/* Take back the lines from `from` on if the text has no room for details. */
static void limit_details(struct symbolize_ctx *g, size_t from)
{
	if (g->b->len <= g->details_max)
		return;
	g->b->len = from;
	g->details_cut = true;
}

/*
 * Append the line of one frame. `back` is 1 for a return address, to look up the function that
 * contains the call: the return address itself may belong to the next function.
 */
static void put_frame(struct symbolize_ctx *g, uint64_t address, unsigned back)
{
	struct mapping *m = find_code(g, address - back);
	struct symbol_file *f = m ? get_symbol_file(g, m) : NULL;
	bool in_module = m && *m->path;
	uint64_t at = in_module ? address - m->start + m->offset : 0, offset = 0, unused;
	const char *name = f ? symbol_name(f, at - back, &offset) : NULL;
	const struct source_places *places = f ? find_places(g, f, at, back) : NULL;
	size_t from = g->b->len;
	enum symbol_frame frame;

	if (m && !f)
		name = jit_name(&g->jit, m, m->problem != FILE_UNREADABLE, address - back, &offset);
	if (g->b->len > TEXT_MAX - (m ? strlen(m->path) : 0) - (name ? strlen(name) : 0)) {
		g->full = true;
		return;
	}
	frame_text_put_inlined(g->b, places);
	limit_details(g, from);
	if (m && m->inode && *m->path == '/' && !f && !name)
		g->file_problems |= 1u << m->problem;
	put_field(g->b, true, address);
	put_field(g->b, in_module, at);
	put_field(g->b, name, offset + back);
	put_symbol(g->b, name);
	buf_str(g->b, in_module ? m->path : "-");
	buf_char(g->b, '\n');
	from = g->b->len;
	frame_text_put_details(g->b, f ? symbol_demangled(f, at - back) : NULL, places);
	limit_details(g, from);
	g->ends = is_thread_entry(name);
	frame = f ? symbol_frame_at(f, at - back, &unused) : SYMBOL_FRAME_UNKNOWN;
	g->by_stack = frame == SYMBOL_FRAME_STACK || frame == SYMBOL_FRAME_LINK;
}

/* Test whether an address is executable and, if the file is known, follows a call. */
static bool is_return_address(struct symbolize_ctx *g, uint64_t address)
{
	struct mapping *m = address ? find_code(g, address - 1) : NULL;
	struct symbol_file *f = m ? get_symbol_file(g, m) : NULL;

	return m && (!f || symbol_follows_call(f, address - m->start + m->offset));
}

/*
 * Append the caller of the first frame, whose address is `first`, if the frame pointers skip it, as
 * they do for libc's close(), which sets up no frame. On arm64 the address of the caller may still
 * be in the link register.
 */
static void put_first_caller(struct symbolize_ctx *g, const struct stack *s, uint64_t first)
{
	struct mapping *m = find_code(g, first);
	struct symbol_file *f = m ? get_symbol_file(g, m) : NULL;
	enum symbol_frame frame = SYMBOL_FRAME_UNKNOWN;
	uint64_t at = 0, caller = 0;

	if (f)
		frame = symbol_frame_at(f, first - m->start + m->offset, &at);
	if (frame == SYMBOL_FRAME_UNKNOWN || frame == SYMBOL_FRAME_POINTER)
		return;
	g->by_stack = false;
	if (frame == SYMBOL_FRAME_LINK)
		caller = s->has_link ? s->lr & g->address_bits : 0;
	else if (at % 8 == 0 && at / 8 < s->words)
		caller = s->word[at / 8] & g->address_bits;
	if (frame != SYMBOL_FRAME_LINK && caller && s->frames > 1 &&
	    caller == (s->frame[1] & g->address_bits))
		return;		/* it had set up a frame: frame[1] is its caller */
	if (!is_return_address(g, caller))
		g->gaps = true;
	else
		put_frame(g, caller, 1);
}

/* Test for the address that a goroutine returns to, which in Go does not follow a call. */
static bool is_go_exit(struct symbolize_ctx *g, uint64_t address)
{
	struct mapping *m = find_code(g, address);
	struct symbol_file *f = m ? get_symbol_file(g, m) : NULL;
	uint64_t offset;
	const char *name = f ? symbol_name(f, address - m->start + m->offset, &offset) : NULL;

	return name && !strcmp(name, GO_EXIT);
}

/*
 * Return the bits of a code address of the stack. Those above the highest mapping of user space,
 * which is the stack or beyond it, are a pointer authentication code if the machine has any. Bit 55
 * selects the addresses of the kernel.
 */
static uint64_t get_address_bits(const struct proc_maps *maps, const struct stack *s)
{
	for (size_t i = s->has_link ? maps->nr : 0; i; i--)
		if (!(maps->items[i - 1].start >> 55 & 1))
			return arm64_address_mask(maps->items[i - 1].end - 1);
	return UINT64_MAX;
}

static void walk_frames(struct symbolize_ctx *g, const struct stack *s)
{
	uint64_t first;

	g->address_bits = get_address_bits(g->maps, s);
	first = s->frame[0] & g->address_bits;
	g->broken = !find_code(g, first);
	put_frame(g, first, 0);
	put_first_caller(g, s, first);
	for (uint32_t i = 1; i < s->frames && !g->full; i++) {
		uint64_t address = s->frame[i] & g->address_bits;

		if (!is_return_address(g, address)) {
			if (is_go_exit(g, address))
				put_frame(g, address, 0);
			g->broken |= !g->ends;
			g->gaps |= !g->ends;
			return;
		}
		g->gaps |= g->by_stack && !g->ends;	/* the previous frame's caller is missing */
		put_frame(g, address, 1);
	}
	g->gaps |= g->by_stack && !g->ends;
}

/* Append the frames. The text has room for more of them without details. */
static void put_frames(struct symbolize_ctx *g, const struct stack *s)
{
	size_t from = g->b->len;

	g->details_max = TEXT_MAX / 2;
	walk_frames(g, s);
	if (!g->full)
		return;
	g->b->len = from;
	g->full = g->gaps = g->ends = g->by_stack = false;
	g->details_max = 0;
	walk_frames(g, s);
}

/* Append the frames as addresses only, because the map is not available. */
static void put_addresses(struct buf *b, const struct stack *s)
{
	for (uint32_t i = 0; i < s->frames; i++) {
		put_field(b, true, s->frame[i]);
		buf_str(b, "-\t-\t-\t-\n");
	}
}

static void put_missing(struct buf *b, const char *what)
{
	buf_char(b, '!');
	buf_str(b, what);
	buf_char(b, '\n');
}

static void put_unnamed(struct buf *b, const struct jit_stack *jit)
{
	if (!jit->unnamed)
		return;
	buf_str(b, "!stack: generated code without a name: ");
	jit_explain(jit, b);
	buf_char(b, '\n');
}

static bool maps_are_fresh(const struct cached_maps *p, const struct stack *s,
			   const struct memory_id *id)
{
	return p->pid == s->pid && !memcmp(&p->id, id, sizeof(*id)) &&
	       s->ts_ns - p->ts_ns < MAPS_MAX_AGE_NS;
}

/* Append the frames if all of them fit the cached map. Otherwise append nothing, return false. */
static bool try_cached_maps(struct symbolize_ctx *g, const struct stack *s)
{
	size_t from = g->b->len;

	put_frames(g, s);
	if (!g->broken)
		return true;
	g->b->len = from;
	return false;
}

static void symbolize_frames(struct symbolizer *r, const struct stack *s, struct buf *b)
{
	struct memory_id id = { s->start_code, s->end_code, s->start_stack };
	struct cached_maps *p = &r->process[s->pid % MAPS_CACHED];
	struct symbolize_ctx g = { .r = r, .maps = &p->maps, .b = b, .jit = { r->jit, s } };
	enum proc_maps_result got;

	if (!r->has_proc) {
		put_addresses(b, s);
		put_missing(b, missing_namespace);
		return;
	}
	if (!maps_are_fresh(p, s, &id) || !try_cached_maps(&g, s)) {
		g = (struct symbolize_ctx){ .r = r, .maps = &p->maps, .b = b,
					    .jit = { r->jit, s } };
		got = proc_maps_read(&p->maps, s->pid, s->tid, &id);
		p->pid = got == PROC_MAPS_OK ? s->pid : 0;
		p->id = id;
		p->ts_ns = s->ts_ns;
		if (got != PROC_MAPS_OK) {
			put_addresses(b, s);
			put_missing(b, missing_maps[got]);
			return;
		}
		jit_look_early(&g.jit, &p->maps);
		put_frames(&g, s);
	}
	for (unsigned i = 0; i < COUNT(missing_files); i++)
		if (g.file_problems & 1u << i)
			put_missing(b, missing_files[i]);
	put_unnamed(b, &g.jit);
	if (g.full)
		put_missing(b, missing_frames);
	if (g.details_cut)
		put_missing(b, missing_details);
	if (g.places_left_out)
		put_missing(b, missing_places);
	if (g.gaps)
		put_missing(b, missing_callers);
}

void symbolizer_append_text(struct symbolizer *r, const struct stack *s, struct buf *b)
{
	if (s->exiting)
		put_missing(b, missing_exit);
	else if (s->replaced)
		put_missing(b, missing_exec);
	else if (s->error || !s->frames || s->frames > STACK_FRAMES || s->words > STACK_WORDS)
		put_missing(b, missing_kernel);
	else
		symbolize_frames(r, s, b);
}
