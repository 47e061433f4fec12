# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Entering a network namespace for a moment: this thread alone, and without a process for it."""

import contextlib
import ctypes
import os

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def inside(name):
    """Sockets made in here belong to that namespace, and go on belonging to it."""
    with open("/proc/thread-self/ns/net", "rb") as own, open(f"/run/netns/{name}", "rb") as there:
        _setns(there.fileno())
        try:
            yield
        finally:
            _setns(own.fileno())


def read(name, path):
    """A file of /proc/net, as it is in there."""
    with inside(name), open(path.replace("/proc/net/", "/proc/thread-self/net/"), encoding="ascii") as f:
        return f.read()
