/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit_status.h"
#include "filter_warnings.h"
#include "buf.h"
#include "cgroup_names.h"
#include "names.h"
#include "option_table.h"
#include "parse.h"
#include "parse_filter.h"
#include "pattern.h"

#define PID_MAX 4194304		/* PID_MAX_LIMIT of 64-bit kernels */
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */
#define CONTAINER_ID_MIN 4		/* digits of a container's id */

size_t option_first_item(const char *list)
{
	return strcspn(list, ",");
}

size_t option_first_name(const char *list)
{
	size_t len = 0;

	while (list[len] && list[len] != ',')
		len += list[len] == '\\' && list[len + 1] ? 2 : 1;
	return len;
}

/* A path may contain a comma, but starts with a slash. */
size_t option_first_path(const char *list)
{
	size_t len = strcspn(list, ",");

	while (list[len] && list[len + 1 + (list[len + 1] == '!')] != '/')
		len += 1 + strcspn(list + len + 1, ",");
	return len;
}

/*
 * The functions option_add_*() add one item to a filter. The item is a copy, which ends with the
 * call; p->item is the same text in the command line.
 */

#define STRING(x) #x
#define NUMBER(x) STRING(x)
#define AT_MOST(n) ": want at most " NUMBER(n)

/* Where the value goes, that of "curl" or that of "!curl". */
static struct task_filter *task_values(struct option_parser *p)
{
	struct story_filter *f = &p->o->story_filter;

	return p->excluded ? &f->excluded : &f->wanted;
}

static struct word_filter *word_values(struct option_parser *p)
{
	struct story_filter *f = &p->o->story_filter;

	return p->excluded ? &f->excluded_words : &f->words;
}

static int add_ports(struct option_parser *p, const char *item, struct filter_ports *ports)
{
	__u16 *n = p->excluded ? &ports->nr_excluded : &ports->nr;
	struct filter_range range;
	int rc = parse_ports(item, &range);

	if (rc == -ERANGE)
		return usage_error_value(&p->error, "bad port ", ": the range is empty");
	if (rc)
		return usage_error_value(&p->error, "bad port ", ": want 1-65535, a range as "
					 "8000-8999, or a name in /etc/services");
	if (*n == FILTER_PORTS)
		return usage_error_value(&p->error, "one port too many, ", AT_MOST(FILTER_PORTS)
					 " ports or ranges");
	(p->excluded ? ports->excluded : ports->range)[(*n)++] = range;
	p->o->filter.active = 1;
	return 0;
}

int option_add_local_port(struct option_parser *p, const char *item)
{
	return add_ports(p, item, &p->o->filter.local_ports);
}

int option_add_peer_port(struct option_parser *p, const char *item)
{
	return add_ports(p, item, &p->o->filter.peer_ports);
}

int option_add_either_port(struct option_parser *p, const char *item)
{
	return add_ports(p, item, &p->o->filter.either_ports);
}

int option_add_addr(struct option_parser *p, const char *item)
{
	struct filter *f = &p->o->filter;
	__u8 *n = p->excluded ? &f->nr_excluded_addrs : &f->nr_addrs;
	struct filter_addr a;

	if (!parse_addr(item, &a))
		return usage_error_value(&p->error, "bad address ",
			   ": want ADDR or ADDR/PREFIX, as 10.0.0.0/8 or 2001:db8::1");
	if (*n == FILTER_ADDRS)
		return usage_error_value(&p->error, "one address too many, ",
						 AT_MOST(FILTER_ADDRS));
	(p->excluded ? f->excluded_addr : f->addr)[(*n)++] = a;
	f->active = 1;
	return 0;
}

int option_add_netns(struct option_parser *p, const char *item)
{
	struct filter *f = &p->o->filter;
	__u8 *n = p->excluded ? &f->nr_excluded_netns : &f->nr_netns;
	uint32_t inum;
	int rc = parse_netns(item, &inum);

	if (rc == -EACCES || rc == -EPERM)
		return usage_error_report(&p->error, EXIT_PERMISSION,
					  "not permitted to look at the netns of ",
				p->error.value, ": want root");
	if (rc)
		return usage_error_value(&p->error, "bad netns ", ": want the pid of a process, "
				 "a name in /run/netns or an inode number as ls -L -i shows it");
	if (*n == FILTER_NETNS)
		return usage_error_value(&p->error, "one netns too many, ", AT_MOST(FILTER_NETNS));
	(p->excluded ? f->excluded_netns : f->netns)[(*n)++] = inum;
	f->active = 1;
	return 0;
}

int option_add_pid(struct option_parser *p, const char *item)
{
	struct task_filter *s = task_values(p);
	uint64_t v;

	if (!parse_u64(item, 1, PID_MAX, &v))
		return usage_error_value(&p->error, "bad pid ", ": want 1-" NUMBER(PID_MAX));
	if (s->pids == STORY_FILTER_MAX)
		return usage_error_value(&p->error, "one pid too many, ",
						 AT_MOST(STORY_FILTER_MAX));
	s->pid[s->pids++] = (uint32_t)v;
	return 0;
}

int option_add_uid(struct option_parser *p, const char *item)
{
	struct task_filter *s = task_values(p);
	uint32_t uid;

	if (!parse_user(item, &uid))
		return usage_error_value(&p->error, "bad user ",
						 ": want a uid or a name in /etc/passwd");
	if (s->uids == STORY_FILTER_MAX)
		return usage_error_value(&p->error, "one user too many, ",
						 AT_MOST(STORY_FILTER_MAX));
	s->uid[s->uids++] = uid;
	return 0;
}

/* The kernel keeps 15 bytes of a name: a longer one without a wildcard is compared as far. */
static struct filter_text cut_name(struct option_parser *p)
{
	struct filter_text name = p->item;

	if (pattern_has_wildcard(name.bytes, name.len))
		return name;
	name.len = pattern_prefix_len(name.bytes, name.len, EVENT_COMM_LEN - 1);
	if (name.len < p->item.len)
		p->long_name = p->item;
	return name;
}

int option_add_comm(struct option_parser *p, const char *item)
{
	struct task_filter *s = task_values(p);

	if (!*item)
		return usage_error_value(&p->error, "bad comm ", ": want the name of a process");
	if (s->comms == STORY_FILTER_MAX)
		return usage_error_value(&p->error, "one comm too many, ",
						 AT_MOST(STORY_FILTER_MAX));
	s->comm[s->comms++] = cut_name(p);
	return 0;
}

/*
 * Remove the mount point of the cgroups from a path. The path of a cgroup starts at their root, or
 * at that of the file system; the cgroup need not exist yet.
 */
static struct filter_text strip_cgroup_mount(struct filter_text path)
{
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	for (unsigned i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		size_t n = strlen(mounts[i]);

		if (path.len < n || memcmp(path.bytes, mounts[i], n) != 0 ||
		    (path.len > n && path.bytes[n] != '/'))
			continue;
		if (path.len == n)
			return (struct filter_text){ "/", 1 };
		return (struct filter_text){ path.bytes + n, path.len - n };
	}
	return path;
}

int option_add_cgroup(struct option_parser *p, const char *path)
{
	struct task_filter *s = task_values(p);

	if (*path != '/')
		return usage_error_value(&p->error, "bad cgroup ", ": want its path from the root, "
				 "as /system.slice/nginx.service");
	if (s->cgroups == STORY_FILTER_MAX)
		return usage_error_value(&p->error, "one cgroup too many, ",
						 AT_MOST(STORY_FILTER_MAX));
	s->cgroup[s->cgroups++] = strip_cgroup_mount(p->item);
	return 0;
}

int option_add_container(struct option_parser *p, const char *id)
{
	struct task_filter *s = task_values(p);
	size_t len = strlen(id);

	if (len < CONTAINER_ID_MIN || len > CONTAINER_ID_LEN ||
	    strspn(id, "0123456789abcdef") != len)
		return usage_error_value(&p->error, "bad container ",
				 ": want the first 4 or more hex digits of its id, "
					 "as docker ps shows them");
	if (s->containers == STORY_FILTER_MAX)
		return usage_error_value(&p->error, "one container too many, ",
						 AT_MOST(STORY_FILTER_MAX));
	s->container[s->containers++] = p->item;
	return 0;
}

const char *option_call_word(unsigned i)
{
	for (unsigned v = 0; v < TRIGGER_COUNT; v++)
		if (trigger_of(trigger_name(v)) >= 0 && i-- == 0)
			return trigger_name(v);
	return NULL;
}

const char *option_ending_word(unsigned i)
{
	return i < ENDING_COUNT ? ending_name(i) : NULL;
}

const char *option_class_word(unsigned i)
{
	return i < CLASS_COUNT ? class_name(i) : NULL;
}

const char *option_initiator_word(unsigned i)
{
	return i < INITIATOR_COUNT ? initiator_name(i) : NULL;
}

int option_add_call(struct option_parser *p, const char *item)
{
	int v = trigger_of(item);

	if (v < 0)
		return usage_error_words(&p->error, "unknown call ", option_call_word);
	word_values(p)->calls |= 1ull << v;
	return 0;
}

int option_add_ending(struct option_parser *p, const char *item)
{
	int v = ending_of(item);

	if (v < 0)
		return usage_error_words(&p->error, "unknown ending ", option_ending_word);
	word_values(p)->endings |= 1u << v;
	return 0;
}

int option_add_class(struct option_parser *p, const char *item)
{
	int v = class_of(item);

	if (v < 0)
		return usage_error_words(&p->error, "unknown class ", option_class_word);
	word_values(p)->classes |= 1u << v;
	return 0;
}

int option_add_initiator(struct option_parser *p, const char *item)
{
	int v = initiator_of(item);

	if (v < 0)
		return usage_error_words(&p->error, "unknown initiator ", option_initiator_word);
	word_values(p)->initiators |= 1u << v;
	return 0;
}

int option_set_ipv4(struct option_parser *p, const char *arg)
{
	(void)arg;
	p->ipv4 = true;
	return 0;
}

int option_set_ipv6(struct option_parser *p, const char *arg)
{
	(void)arg;
	p->ipv6 = true;
	return 0;
}

int option_set_slow(struct option_parser *p, const char *arg)
{
	uint64_t ns;

	if (!parse_duration(arg, "ms", TIME_MAX_NS, &ns) || ns == 0)
		return usage_error_value(&p->error, "bad time ", ": want milliseconds above 0, "
					 "or a unit: 200, 0.5, 50us, 1s, 5m");
	p->o->story_filter.slow_ns = ns;
	return 0;
}

int option_set_data_lost(struct option_parser *p, const char *arg)
{
	(void)arg;
	p->o->story_filter.data_lost = true;
	return 0;
}

void options_filter_finish(struct option_parser *p)
{
	struct options *o = p->o;

	if (p->ipv4 != p->ipv6) {
		o->filter.family = p->ipv4 ? 4 : 6;
		o->filter.active = 1;
	}
	if (o->story_filter.words.endings & 1u << ENDING_NEVER_OPEN ||
	    o->story_filter.words.classes & 1u << CLASS_FAILED)
		o->capture.all = true;
	if (!o->output.quiet)
		filter_warnings_print(p);
	o->filter.never_open = o->capture.all || fail_on_wants_never_open(&o->run.fail_on);
}
