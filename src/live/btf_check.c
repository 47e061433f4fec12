/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Checks the file of --btf. libbpf relocates our programs by the types in it (btf_custom_path). But
 * the kernel attaches tp_btf, fentry and iterator programs by an id of its own BTF (attach_btf_id),
 * which libbpf looks up in /sys/kernel/btf. So the kernel's own BTF is needed as well, and the file
 * must describe the same kernel.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live.h"

#define PROBED_STRUCT "tcp_sock"	/* in every kernel; nearly every release changes it */

static int set_btf_why(char why[LIVE_WHY_BYTES], int err, const char *path, const char *format, ...)
{
	int len = snprintf(why, LIVE_WHY_BYTES, "cannot use '%.120s' as the kernel's types: ",
			   path);
	va_list args;

	va_start(args, format);
	vsnprintf(why + len, (size_t)(LIVE_WHY_BYTES - len), format, args);
	va_end(args);
	return err;
}

/* The size of PROBED_STRUCT in bytes, or a negative value. */
static long long get_struct_size(const struct btf *btf)
{
	int id = btf ? btf__find_by_name_kind(btf, PROBED_STRUCT, BTF_KIND_STRUCT) : -1;

	return id > 0 ? btf__resolve_size(btf, (__u32)id) : -1;
}

int live_check_btf(const char *path, char why[LIVE_WHY_BYTES])
{
	struct btf *given, *own;
	long long there, here;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return set_btf_why(why, -errno, path, "%s", strerror(errno));
	close(fd);
	live_silence_libbpf();
	given = btf__parse(path, NULL);
	if (!given)
		return set_btf_why(why, -EINVAL, path, "it contains no BTF");
	own = btf__load_vmlinux_btf();
	there = get_struct_size(given);
	here = get_struct_size(own);
	btf__free(given);
	btf__free(own);
	if (there < 0)
		return set_btf_why(why, -EINVAL, path, "it has no struct " PROBED_STRUCT);
	if (here >= 0 && here != there)
		return set_btf_why(why, -EXDEV, path, "it describes another kernel: struct "
				   PROBED_STRUCT " has %lld bytes in it, %lld in this kernel",
				   there, here);
	return 0;
}
