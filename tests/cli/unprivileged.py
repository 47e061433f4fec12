# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tool as an ordinary user with this and that capability, and what /proc says a process has."""

import os
import shutil
import subprocess
import tempfile

NOBODY = 65534
BITS = {"dac_override": 1, "dac_read_search": 2, "fowner": 3, "kill": 5, "net_admin": 12, "sys_ptrace": 19,
        "sys_admin": 21, "perfmon": 38, "bpf": 39}      # include/uapi/linux/capability.h


def mask(*names):
    return sum(1 << BITS[name] for name in names)


class User:
    """A copy of the tool where anybody finds it, and command lines that run it as nobody."""

    def __init__(self, cli):
        self.cli = cli

    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.tool = shutil.copy(self.cli.tool, self.folder)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def add(self, program):
        """A copy of another program of the build in the same place."""
        return shutil.copy(os.path.join(os.path.dirname(self.cli.tool), program), self.folder)

    def line(self, caps, *args):
        """The tool with these ambient capabilities: all else that may be had is nobody's."""
        sets = "".join(",+" + cap for cap in caps)
        return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                "--inh-caps", "-all" + sets, "--ambient-caps", "-all" + sets, self.tool, *args]

    def run(self, caps, *args):
        return subprocess.run(self.line(caps, *args), capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    def start(self, caps, *args):
        """Attached and ready, as cli.start()."""
        ready, tell = os.pipe()
        process = subprocess.Popen(self.line(caps, *args, "--ready-fd", str(tell)), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, pass_fds=[tell])
        os.close(tell)
        with os.fdopen(ready, "rb") as pipe:
            if pipe.read(1) != b"\0":
                raise AssertionError("not ready: %s" % process.communicate()[1])
        return process


def sets_of(pid):
    """CapInh, CapPrm, CapEff, CapBnd, CapAmb and NoNewPrivs of a process, as numbers."""
    with open("/proc/%s/status" % pid) as f:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    sets = {name: int(lines[name], 16) for name in lines if name.startswith("Cap")}
    sets["NoNewPrivs"] = int(lines["NoNewPrivs"])
    return sets
