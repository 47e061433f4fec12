/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "caps.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The argument of capget(2) and capset(2): a set is split into words of 32 bits. */
struct cap_sets {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3];
};

static int read_cap_sets(struct cap_sets *s)
{
	*s = (struct cap_sets){ .header.version = _LINUX_CAPABILITY_VERSION_3 };
	return syscall(SYS_capget, &s->header, s->word) ? -errno : 0;
}

uint64_t caps_effective(void)
{
	struct cap_sets s;

	if (read_cap_sets(&s))
		return 0;
	return s.word[0].effective | (uint64_t)s.word[1].effective << 32;
}

bool caps_may_bpf(uint64_t effective)
{
	return effective & (CAPS_BIT(BPF) | CAPS_BIT(SYS_ADMIN));
}

bool caps_may_trace(uint64_t effective)
{
	return effective & (CAPS_BIT(PERFMON) | CAPS_BIT(SYS_ADMIN));
}

static int drop_bounding_set(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return -errno;
	return 0;
}

int caps_drop(uint64_t keep)
{
	struct cap_sets s;
	int err = read_cap_sets(&s);

	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = -errno;
	if (!err && s.word[0].effective & CAPS_BIT(SETPCAP))
		err = drop_bounding_set();
	if (err)
		return err;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		s.word[i].permitted &= (uint32_t)(keep >> 32 * i);
		s.word[i].effective = s.word[i].permitted;
		s.word[i].inheritable = 0;	/* clears the ambient set too */
	}
	return syscall(SYS_capset, &s.header, s.word) ? -errno : 0;
}
