/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_filter.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../exit_status.h"
#include "buf.h"
#include "cgroup_names.h"
#include "names.h"
#include "parse.h"
#include "parse_filter.h"

#define PID_MAX 4194304		/* PID_MAX_LIMIT of 64-bit kernels */
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */
#define NS_PER_MS 1000000u
#define CONTAINER_ID_MIN 4		/* digits of a container's id */

/* Lists of ports, pids... : each adds one item to its list. */

#define STRING(x) #x
#define NUMBER(x) STRING(x)
#define AT_MOST(n) ": want at most " NUMBER(n)

static int add_port(struct options_filter *o, struct usage_error *u, const char *item, __u16 *list,
		    __u8 *n)
{
	uint64_t v;

	if (!parse_u64(item, 1, 65535, &v))
		return usage_error_value(u, "bad port ", ": want 1-65535");
	if (*n == FILTER_PORTS)
		return usage_error_value(u, "one port too many, ", AT_MOST(FILTER_PORTS));
	list[(*n)++] = (__u16)v;
	o->filter->active = 1;
	return 0;
}

static int add_local_port(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_port(o, u, item, o->filter->local_port, &o->filter->nr_local_ports);
}

static int add_peer_port(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_port(o, u, item, o->filter->peer_port, &o->filter->nr_peer_ports);
}

static int add_either_port(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_port(o, u, item, o->filter->either_port, &o->filter->nr_either_ports);
}

static int add_addr(struct options_filter *o, struct usage_error *u, const char *item)
{
	struct filter *f = o->filter;
	struct filter_addr a;

	if (!parse_addr(item, &a))
		return usage_error_value(u, "bad address ",
			   ": want ADDR or ADDR/PREFIX, as 10.0.0.0/8 or 2001:db8::1");
	if (f->nr_addrs == FILTER_ADDRS)
		return usage_error_value(u, "one address too many, ", AT_MOST(FILTER_ADDRS));
	f->addr[f->nr_addrs++] = a;
	f->active = 1;
	return 0;
}

static int add_netns(struct options_filter *o, struct usage_error *u, const char *item)
{
	struct filter *f = o->filter;
	uint32_t inum;
	int rc = parse_netns(item, &inum);

	if (rc == -EACCES || rc == -EPERM)
		return usage_error_report(u, EXIT_PERMISSION, "not permitted to look at the netns of ",
				u->value, ": want root");
	if (rc)
		return usage_error_value(u, "bad netns ", ": want the pid of a process, "
				 "a name in /run/netns or an inode number as ls -L -i shows it");
	if (f->nr_netns == FILTER_NETNS)
		return usage_error_value(u, "one netns too many, ", AT_MOST(FILTER_NETNS));
	f->netns[f->nr_netns++] = inum;
	f->active = 1;
	return 0;
}

static int add_pid(struct options_filter *o, struct usage_error *u, const char *item)
{
	struct story_filter *s = o->story_filter;
	uint64_t v;

	if (!parse_u64(item, 1, PID_MAX, &v))
		return usage_error_value(u, "bad pid ", ": want 1-" NUMBER(PID_MAX));
	if (s->pids == STORY_FILTER_MAX)
		return usage_error_value(u, "one pid too many, ", AT_MOST(STORY_FILTER_MAX));
	s->pid[s->pids++] = (uint32_t)v;
	return 0;
}

static int add_uid(struct options_filter *o, struct usage_error *u, const char *item)
{
	struct story_filter *s = o->story_filter;
	uint32_t uid;

	if (!parse_user(item, &uid))
		return usage_error_value(u, "bad user ", ": want a uid or a name in /etc/passwd");
	if (s->uids == STORY_FILTER_MAX)
		return usage_error_value(u, "one user too many, ", AT_MOST(STORY_FILTER_MAX));
	s->uid[s->uids++] = uid;
	return 0;
}

/* Not a list: a comma is a character like any other in a comm. */
static int add_comm(struct options_filter *o, struct usage_error *u, const char *item)
{
	struct story_filter *s = o->story_filter;

	if (!*item)
		return usage_error_value(u, "bad comm ", ": want the name of a process");
	if (s->comms == STORY_FILTER_MAX)
		return usage_error_value(u, "one comm too many, ", AT_MOST(STORY_FILTER_MAX));
	memcpy(s->comm[s->comms++], item, strnlen(item, sizeof(s->comm[0]) - 1));
	return 0;
}

/*
 * Below its mount, or as the file system shows it. Not a list: a comma may be part of it. Whether there is
 * such a one is not asked: it may come.
 */
static int add_cgroup(struct options_filter *o, struct usage_error *u, const char *path)
{
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	struct story_filter *s = o->story_filter;

	for (unsigned i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		size_t n = strlen(mounts[i]);

		if (strncmp(path, mounts[i], n) != 0 || (path[n] && path[n] != '/'))
			continue;
		path = path[n] ? path + n : "/";
		break;
	}
	if (*path != '/')
		return usage_error_value(u, "bad cgroup ", ": want its path from the root, "
				 "as /system.slice/nginx.service");
	if (s->cgroups == STORY_FILTER_MAX)
		return usage_error_value(u, "one cgroup too many, ", AT_MOST(STORY_FILTER_MAX));
	s->cgroup[s->cgroups++] = path;
	return 0;
}

static int add_container(struct options_filter *o, struct usage_error *u, const char *id)
{
	struct story_filter *s = o->story_filter;
	size_t len = strlen(id);

	if (len < CONTAINER_ID_MIN || len > CONTAINER_ID_LEN || strspn(id, "0123456789abcdef") != len)
		return usage_error_value(u, "bad container ",
				 ": want the first 4 or more hex digits of its id, as docker ps shows them");
	if (s->containers == STORY_FILTER_MAX)
		return usage_error_value(u, "one container too many, ", AT_MOST(STORY_FILTER_MAX));
	s->container[s->containers++] = id;
	return 0;
}

/* The words of one enum, by the functions of names.h. */
struct enum_words {
	const char *what;
	int (*of)(const char *word);
	const char *(*name)(unsigned v);
	unsigned count;
};

static const struct enum_words call_words = { "unknown call ", trigger_of, trigger_name, TRIGGER_COUNT };
static const struct enum_words ending_words = { "unknown ending ", ending_of, ending_name,
					   ENDING_COUNT };
static const struct enum_words class_words = { "unknown class ", class_of, class_name, CLASS_COUNT };
static const struct enum_words initiator_words = { "unknown initiator ", initiator_of, initiator_name,
					      INITIATOR_COUNT };

static int reject_filter_word(struct usage_error *u, const struct enum_words *w)
{
	struct buf b = { 0 };
	int rc;

	buf_str(&b, ": want ");
	for (unsigned v = 0, n = 0; v < w->count; v++) {
		if (w->of(w->name(v)) < 0)
			continue;
		buf_str(&b, n++ ? ", " : "");
		buf_str(&b, w->name(v));
	}
	buf_char(&b, '\0');
	rc = usage_error_value(u, w->what, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

static int add_call(struct options_filter *o, struct usage_error *u, const char *item)
{
	int v = call_words.of(item);

	if (v < 0)
		return reject_filter_word(u, &call_words);
	o->story_filter->calls |= 1ull << v;
	return 0;
}

static int add_word_to_set(struct usage_error *u, const struct enum_words *w, const char *item, uint32_t *set)
{
	int v = w->of(item);

	if (v < 0)
		return reject_filter_word(u, w);
	*set |= 1u << v;
	return 0;
}

static int add_ending(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_word_to_set(u, &ending_words, item, &o->story_filter->endings);
}

static int add_class(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_word_to_set(u, &class_words, item, &o->story_filter->classes);
}

static int add_initiator(struct options_filter *o, struct usage_error *u, const char *item)
{
	return add_word_to_set(u, &initiator_words, item, &o->story_filter->initiators);
}

/* The options that take lists, each item by itself. */
static const struct {
	int key;
	int (*add)(struct options_filter *o, struct usage_error *u, const char *item);
} list_options[] = {
	{ 'p', add_pid }, { 'u', add_uid }, { 'L', add_local_port }, { 'D', add_peer_port },
	{ 'P', add_either_port }, { 'a', add_addr }, { KEY_NETNS, add_netns },
	{ KEY_CALL, add_call }, { KEY_ENDING, add_ending }, { KEY_CLASS, add_class },
	{ KEY_INITIATOR, add_initiator },
};

/* An item that is empty says little: then the whole list is quoted. */
static int add_item(struct options_filter *o, struct usage_error *u, size_t which, const char *start,
		    size_t len)
{
	char *item = strndup(start, len);
	int rc;

	if (!item)
		return usage_error_value(u, "no memory for ", "");
	if (*item)
		u->value = item;
	rc = list_options[which].add(o, u, item);
	free(item);
	return rc;
}

static int add_list(struct options_filter *o, struct usage_error *u, size_t which, const char *list)
{
	const char *start = list;

	for (;;) {
		size_t len = strcspn(start, ",");
		int rc;

		u->value = list;
		rc = add_item(o, u, which, start, len);
		u->value = list;
		if (rc || !start[len])
			return rc;
		start += len + 1;
	}
}

int options_filter_set(struct options_filter *o, struct usage_error *u, int key, const char *arg)
{
	uint64_t ns;

	u->value = arg;
	for (size_t i = 0; i < sizeof(list_options) / sizeof(list_options[0]); i++)
		if (list_options[i].key == key)
			return add_list(o, u, i, arg);
	switch (key) {
	case 'c':
		return add_comm(o, u, arg);
	case KEY_CGROUP:
		return add_cgroup(o, u, arg);
	case KEY_CONTAINER:
		return add_container(o, u, arg);
	case '4':
		o->ipv4 = true;
		return 0;
	case '6':
		o->ipv6 = true;
		return 0;
	case KEY_SLOW:
		if (!parse_decimal(arg, NS_PER_MS, TIME_MAX_NS, &ns) || ns == 0)
			return usage_error_value(u, "bad time ",
					 ": want milliseconds above 0, as 200 or 0.5");
		o->story_filter->slow_ns = ns;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_filter_finish(struct options_filter *o)
{
	if (o->ipv4 == o->ipv6)
		return;
	o->filter->family = o->ipv4 ? 4 : 6;
	o->filter->active = 1;
}
