# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The family of tools/matrix with two guests at once, which have a link between them and a clock each."""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import time

import matrix_guest as guest
from matrix_families import PAIR, kernels_of

ROLES = ("client", "server")    # on the first and the second kernel of the family
AHEAD_S = 3 * 3600              # of the server's wall clock
LIMIT_S = 600


def find_kernels(there):
    """Return the kernels of the two guests by role, or None if one of them is not available."""
    by_name = {kernel[0]: kernel for kernel in there}
    names = kernels_of(PAIR)
    return {role: by_name[name] for role, name in zip(ROLES, names)} if set(names) <= set(by_name) else None


def _devices(link, role):
    """Return qemu's options for the guest: a network device, memory that both share, its wall clock."""
    other, = set(ROLES) - {role}
    near, far = (os.path.join(link, name + ".sock") for name in (role, other))
    wall = time.gmtime(time.time() + (AHEAD_S if role == "server" else 0))
    return ["-netdev", f"dgram,id=link,local.type=unix,local.path={near},remote.type=unix,remote.path={far}",
            "-device", f"virtio-net-pci,netdev=link,mac=52:54:00:00:00:0{ROLES.index(role)},romfile=",
            "-object", f"memory-backend-file,id=shared,share=on,size=1M,mem-path={link}/memory",
            "-device", "ivshmem-plain,memdev=shared",
            "-rtc", time.strftime("base=%Y-%m-%dT%H:%M:%S", wall)]


def _run_one(job, role, link):
    """Run the guest of a role. Return why it failed, or None."""
    own = os.path.join(job["folder"], role)
    shutil.rmtree(own, ignore_errors=True)
    os.makedirs(own)
    tree = guest.Tree(os.path.join(own, "tree"))
    tree.write("/matrix/job", f"python3 /matrix/matrix/end_of_two_guests.py {role}\n")
    archive = os.path.join(own, "job.cpio")
    tree.pack(archive)
    kernel = job["kernels"][role]
    _, why = guest.boot(job["of"], [job["machine"], job["modules"][kernel[0]], archive], kernel, job["accel"], own,
                        LIMIT_S, _devices(link, role))
    return why


def _run_both(job):
    """Return why each guest failed, or None."""
    with tempfile.TemporaryDirectory(prefix="tcpclose-link-") as link:
        with open(os.path.join(link, "memory"), "wb") as f:
            f.truncate(1 << 20)
        with concurrent.futures.ThreadPoolExecutor(len(ROLES)) as pool:
            return list(pool.map(lambda role: _run_one(job, role, link), ROLES))


def run(job):
    """Run the two guests, and judge what they recorded. Return the kernel to show, the lines, and the seconds. job
    has the folder, the tool, the kernels by role, and what guest.boot() needs."""
    began = time.monotonic()
    whys = _run_both(job)
    if any(why and guest.STOOD_STILL in why for why in whys):   # an emulated machine may lose its clock
        print(f"# {PAIR}: {' and '.join(filter(None, whys))}; retrying", flush=True)
        whys = _run_both(job)
    judge = [sys.executable, os.path.join(guest.ROOT, "tests/matrix/judge_two_guests.py"), job["tool"]]
    judge += [os.path.join(job["folder"], role, "results") for role in ROLES]
    done = subprocess.run(judge, capture_output=True, text=True, check=False)
    lines = [f"not ok the guest of the {role}: {why}" for role, why in zip(ROLES, whys) if why]
    lines += (done.stdout + done.stderr).splitlines()
    names = "+".join(job["kernels"][role][0] for role in ROLES)
    return (names, names, ""), lines, time.monotonic() - began
