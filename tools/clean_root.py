# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Roots of clean systems, as tools/debian-root makes them: unpacks one, and runs a program in it with chroot.

The program has its own mount and process namespaces, so nothing stays mounted and no process is left. Its network is
that of the machine, for apt.
"""

import os
import subprocess

SCRIPT = """
set -e
root=$1
shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs run "$root/run"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cd "$root"
exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb \
	DEBIAN_FRONTEND=noninteractive "$@"
"""


def unpack(archive, root):
    os.mkdir(root)
    subprocess.run(["tar", "-x", "-f", archive, "-C", root, "--numeric-owner"], check=True)


def enter(root, *command, **more):
    """The started process, which ends when this one does."""
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", SCRIPT, "enter", root, *command]
    return subprocess.Popen(words, text=True, **more)     # pylint: disable=consider-using-with
