/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A relocation names a type of our object and the way from it to a field, as numbers: "0:3:1" is
 * element 0 of what a pointer points to, member 3 of that struct, member 1 of member 3. In the
 * kernel's types the same names lead to the field. A name after which ___ and a word follow stands
 * for the kernel's type without them, as in libbpf.
 */
#include "btf_fields.h"

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field_table.h"
#include "live.h"
#include "scan.h"

#define PATH_BYTES 96
#define FIELDS_MAX 1024
#define TYPES_MAX 128		/* of one object */
#define ROWS_MAX 64
#define DEPTH_MAX 16
#define MODIFIERS_MAX 32
#define MORE_BYTES 32		/* at the end of wrong_text: how many are left out */

/* Kinds of relocations (enum bpf_core_relo_kind) that are about a field, and that need a type. */
#define LAST_FIELD_KIND 5
#define TYPE_ID_TARGET 7
#define TYPE_SIZE 9

/* include/uapi/linux/bpf.h has it since 5.17 only. */
struct core_relo {
	__u32 insn_off, type_id, access_str_off, kind;
};

/* include/linux/btf.h: the header of .BTF.ext, as far as we need it */
struct btf_ext_head {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len, func_info_off, func_info_len, line_info_off, line_info_len;
	__u32 core_relo_off, core_relo_len;
};

/* A field by the names that lead to it. */
struct field_path {
	char type[64];		/* "struct x" */
	char first[48];		/* the first name, "" for the type alone */
	char whole[PATH_BYTES];	/* for humans, "a.b[]" */
};

struct comparison {
	const struct btf *ours, *theirs;
	struct btf_fields *result;
	unsigned nr;
	struct field_path seen[FIELDS_MAX];
	unsigned left_out;	/* of wrong_text, which is full */
	struct { __u32 ours, theirs; } type[TYPES_MAX];
	unsigned nr_types;
	bool present[ROWS_MAX], absent[ROWS_MAX];	/* by row of field_table */
};

/* NULL for a type that leads to itself, which only a forged file has. */
static const struct btf_type *skip_modifiers(const struct btf *btf, __u32 *id)
{
	const struct btf_type *t = btf__type_by_id(btf, *id);

	for (unsigned i = 0; t && (btf_is_mod(t) || btf_is_typedef(t)); i++) {
		if (i == MODIFIERS_MAX)
			return NULL;
		*id = t->type;
		t = btf__type_by_id(btf, *id);
	}
	return t;
}

/* The member of that name, also within anonymous structs and unions. 0: there is none. */
static __u32 find_member(const struct btf *btf, __u32 id, const char *name, unsigned depth)
{
	const struct btf_type *t = skip_modifiers(btf, &id);
	const struct btf_member *m = t && btf_is_composite(t) ? btf_members(t) : NULL;

	for (unsigned i = 0; m && depth < DEPTH_MAX && i < btf_vlen(t); i++) {
		const char *its = btf__name_by_offset(btf, m[i].name_off);
		bool named = its && *its;
		__u32 inner = named ? 0 : find_member(btf, m[i].type, name, depth + 1);

		if (inner || (named && !strcmp(its, name)))
			return inner ?: m[i].type;
	}
	return 0;
}

static void add_wrong(struct comparison *c, const char *type, const char *path, const char *what)
{
	struct btf_fields *f = c->result;
	size_t len = strlen(f->wrong_text), room = sizeof(f->wrong_text) - MORE_BYTES - len;
	char text[256];

	snprintf(text, sizeof(text), "%s%s%s%s%s", len ? "; " : "", type, *path ? ": " : "", path,
		 what);
	f->wrong++;
	if (c->left_out || strlen(text) >= room)
		c->left_out++;
	else
		memcpy(f->wrong_text + len, text, strlen(text) + 1);
}

static int find_row(const char *type, const char *field)
{
	for (int i = 0; field_table[i].type; i++)
		if (!strcmp(field_table[i].type, type) &&
		    (!strcmp(field_table[i].field, "*") || !strcmp(field_table[i].field, field)))
			return i;
	return -1;
}

static void note_absent(struct comparison *c, const struct field_path *p)
{
	int row = find_row(p->type, p->first);

	if (row < 0)
		add_wrong(c, p->type, p->whole, " is missing");
	else
		c->absent[row] = true;
}

static bool is_number(const struct btf_type *t)
{
	return btf_is_int(t) || btf_is_any_enum(t);
}

/* The width of an integer must be the same: CO-RE moves a read, but does not widen it. */
static void note_present(struct comparison *c, const struct field_path *p, __u32 our_id,
			 __u32 their_id)
{
	const struct btf_type *ours = skip_modifiers(c->ours, &our_id);
	const struct btf_type *theirs = skip_modifiers(c->theirs, &their_id);
	int row = find_row(p->type, p->first);
	char what[48];

	c->result->present++;
	if (row >= 0)
		c->present[row] = true;
	if (!*p->first || !ours || !theirs || !is_number(ours) || ours->size == theirs->size)
		return;
	snprintf(what, sizeof(what), " has %u bytes, not %u", theirs->size, ours->size);
	add_wrong(c, p->type, p->whole, what);
}

/* Find a type of the kernel. Several may have that name: start after `from`. */
static __u32 find_type(const struct btf *btf, const char *name, size_t len, bool is_typedef,
		       __u32 from)
{
	for (__u32 id = from + 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *its = btf__name_by_offset(btf, t->name_off);

		if (its && (is_typedef ? btf_is_typedef(t) : btf_is_composite(t)) &&
		    !strncmp(its, name, len) && !its[len])
			return id;
	}
	return 0;
}

/* Follow the numbers through our type, by name through theirs. Returns whether theirs has it. */
static bool follow_path(const struct comparison *c, const char *numbers, __u32 *ours, __u32 *theirs,
			struct field_path *p)
{
	bool found = *theirs;
	char *end;

	strtoul(numbers, &end, 10);
	for (unsigned depth = 0; *end == ':' && depth < DEPTH_MAX; depth++) {
		unsigned long nr = strtoul(end + 1, &end, 10);
		const struct btf_type *t = skip_modifiers(c->ours, ours);
		size_t len = strlen(p->whole);
		const char *name;

		if (t && btf_is_array(t)) {
			*ours = btf_array(t)->type;
			t = found ? skip_modifiers(c->theirs, theirs) : NULL;
			found = t && btf_is_array(t);
			*theirs = found ? btf_array(t)->type : 0;
			snprintf(p->whole + len, sizeof(p->whole) - len, "[]");
			continue;
		}
		if (!t || !btf_is_composite(t) || nr >= btf_vlen(t))
			return false;
		name = btf__name_by_offset(c->ours, btf_members(t)[nr].name_off);
		*ours = btf_members(t)[nr].type;
		if (!*name)
			continue;
		snprintf(p->whole + len, sizeof(p->whole) - len, "%s%s", len ? "." : "", name);
		if (!*p->first)
			snprintf(p->first, sizeof(p->first), "%s", name);
		*theirs = found ? find_member(c->theirs, *theirs, name, 0) : 0;
		found = *theirs;
	}
	return found;
}

static bool is_seen(const struct comparison *c, const struct field_path *p)
{
	for (unsigned i = 0; i < c->nr; i++)
		if (!strcmp(c->seen[i].type, p->type) && !strcmp(c->seen[i].whole, p->whole))
			return true;
	return false;
}

/* The first type of the kernel for this one of ours. The search takes a while, so it is kept. */
static __u32 find_first_type(struct comparison *c, __u32 our_id, const char *name, size_t len,
			     bool is_typedef)
{
	for (unsigned i = 0; i < c->nr_types; i++)
		if (c->type[i].ours == our_id)
			return c->type[i].theirs;
	if (c->nr_types == TYPES_MAX)
		return find_type(c->theirs, name, len, is_typedef, 0);
	c->type[c->nr_types].ours = our_id;
	c->type[c->nr_types].theirs = find_type(c->theirs, name, len, is_typedef, 0);
	return c->type[c->nr_types++].theirs;
}

/* Look for a field that was not seen before in each type of the kernel that has the right name. */
static void compare_new_field(struct comparison *c, __u32 our_id, const char *numbers,
			      struct field_path *p)
{
	bool is_typedef = !strncmp(p->type, "typedef", 7);
	const char *name = strchr(p->type, ' ') + 1, *flavour = strstr(name, "___");
	size_t len = flavour ? (size_t)(flavour - name) : strlen(name);
	__u32 theirs = find_first_type(c, our_id, name, len, is_typedef);

	c->result->read++;
	for (; theirs; theirs = find_type(c->theirs, name, len, is_typedef, theirs)) {
		struct field_path same = { .type = "" };
		__u32 ours = our_id, at = theirs;

		if (follow_path(c, numbers, &ours, &at, &same)) {
			note_present(c, p, ours, at);
			return;
		}
	}
	note_absent(c, p);
}

static void compare_field(struct comparison *c, const struct core_relo *relo)
{
	const struct btf_type *t = btf__type_by_id(c->ours, relo->type_id);
	const char *name = t ? btf__name_by_offset(c->ours, t->name_off) : NULL;
	const char *numbers = btf__name_by_offset(c->ours, relo->access_str_off);
	__u32 ours = relo->type_id, theirs = 0;
	struct field_path p = { .type = "" };

	if (!name || !*name || !numbers || !(btf_is_typedef(t) || btf_is_composite(t)))
		return;
	snprintf(p.type, sizeof(p.type), "%s %s", btf_is_typedef(t) ? "typedef" :
		 btf_is_union(t) ? "union" : "struct", name);
	follow_path(c, numbers, &ours, &theirs, &p);
	if (is_seen(c, &p) || c->nr == FIELDS_MAX)
		return;
	c->seen[c->nr++] = p;
	compare_new_field(c, relo->type_id, numbers, &p);
}

static bool needs_kernel(__u32 kind)
{
	return kind <= LAST_FIELD_KIND || kind == TYPE_ID_TARGET || kind == TYPE_SIZE;
}

/* The relocations of each program: the size of one, then a head and relocations per section. */
static void compare_relocations(struct comparison *c, const char *ext, size_t size)
{
	const struct btf_ext_head *head = (const void *)ext;
	const char *at, *end;
	__u32 step;

	if (size < sizeof(*head) || head->hdr_len < sizeof(*head) ||
	    (size_t)head->hdr_len + head->core_relo_off + head->core_relo_len > size ||
	    head->core_relo_len < sizeof(step))
		return;
	at = ext + head->hdr_len + head->core_relo_off;
	end = at + head->core_relo_len;
	memcpy(&step, at, sizeof(step));
	at += sizeof(step);
	while (step >= sizeof(struct core_relo) && at + 2 * sizeof(__u32) <= end) {
		__u32 count = ((const __u32 *)at)[1];

		at += 2 * sizeof(__u32);
		for (; count && at + step <= end; count--, at += step)
			if (needs_kernel(((const struct core_relo *)at)->kind))
				compare_field(c, (const void *)at);
	}
}

static Elf_Data *find_section(Elf *elf, const char *wanted)
{
	size_t names;
	GElf_Shdr head;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
		const char *name = NULL;

		if (gelf_getshdr(s, &head))
			name = elf_strptr(elf, names, head.sh_name);
		if (name && !strcmp(name, wanted))
			return elf_rawdata(s, NULL);
	}
	return NULL;
}

static int compare_object(struct comparison *c, const void *bytes, size_t size)
{
	Elf *elf = elf_version(EV_CURRENT) ? elf_memory((char *)bytes, size) : NULL;
	const Elf_Data *types = elf ? find_section(elf, ".BTF") : NULL;
	const Elf_Data *ext = elf ? find_section(elf, ".BTF.ext") : NULL;
	struct btf *ours = types ? btf__new(types->d_buf, (__u32)types->d_size) : NULL;
	int err = ours && ext ? 0 : -EINVAL;

	if (!err) {
		c->ours = ours;
		c->nr_types = 0;
		compare_relocations(c, ext->d_buf, ext->d_size);
	}
	btf__free(ours);
	elf_end(elf);
	return err;
}

static bool is_group_present(const struct comparison *c, const char *group)
{
	for (unsigned i = 0; field_table[i].type; i++)
		if (field_table[i].group && !strcmp(field_table[i].group, group) && c->present[i])
			return true;
	return false;
}

static void check_rows(struct comparison *c)
{
	const char *group = NULL;

	for (unsigned i = 0; field_table[i].type; i++) {
		const struct field_row *r = &field_table[i];

		if (c->present[i] && c->absent[i])
			add_wrong(c, r->type, r->field, " is incomplete");
		if (!r->group || (group && !strcmp(group, r->group)))
			continue;
		group = r->group;
		if (!is_group_present(c, group))
			add_wrong(c, group, "", " is missing");
	}
}

int btf_fields_check(struct btf_fields *f, const char *path)
{
	struct comparison *c = calloc(1, sizeof(*c));
	struct btf *theirs;
	size_t size;
	const void *bytes;
	int err;

	*f = (struct btf_fields){ .read = 0 };
	live_silence_libbpf();
	theirs = !c ? NULL : path ? btf__parse(path, NULL) : btf__load_vmlinux_btf();
	err = !c ? -ENOMEM : !theirs ? -ENOENT : 0;
	if (!err) {
		c->theirs = theirs;
		c->result = f;
		bytes = live_object(&size);
		err = compare_object(c, bytes, size);
	}
	if (!err) {
		bytes = scan_object(&size);
		err = compare_object(c, bytes, size);
	}
	if (!err)
		check_rows(c);
	if (!err && c->left_out)
		snprintf(f->wrong_text + strlen(f->wrong_text), MORE_BYTES, "; and %u more",
			 c->left_out);
	btf__free(theirs);
	free(c);
	return err;
}
