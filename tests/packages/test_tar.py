# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The archive of make tar: unpacked in /usr/local, all of it works."""

import glob
import os
import re
import subprocess
import tarfile

from assertions import same, true
from packing import ROOT, make, need, output


def unpack(path, folder):
    local = os.path.join(folder, "usr/local")
    os.makedirs(local)
    output("tar", "-x", "-f", path, "-C", local, "--strip-components=1")
    return local


def check_contents(path, local):
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    same("owners", {(m.uid, m.gid, m.uname, m.gname) for m in members}, {(0, 0, "", "")})
    same("modes", {oct(m.mode) for m in members if m.isfile()}, {"0o644", "0o755"})
    same("times", len({m.mtime for m in members}), 1)
    manuals = [os.path.basename(name)[:-len(".scd")] for name in glob.glob(os.path.join(ROOT, "src/man/*.scd"))]
    for name in ("share/bash-completion/completions/tcpclose", "share/zsh/site-functions/_tcpclose",
                 "share/fish/vendor_completions.d/tcpclose.fish", "lib/sysusers.d/tcpclose.conf",
                 "share/doc/tcpclose/LICENSE", "share/doc/tcpclose/changelog",
                 "share/doc/tcpclose/examples/tcpclose.default", *(f"share/man/man{m[-1]}/{m}" for m in manuals)):
        true(name, os.path.getsize(os.path.join(local, name)) > 0)
    for unit in glob.glob(os.path.join(ROOT, "tools/deploy/systemd/*.service")):
        with open(os.path.join(local, "lib/systemd/system", os.path.basename(unit)), encoding="utf-8") as f:
            true(unit, re.search(r"^ExecStart=/usr/local/sbin/tcpclose ", f.read(), re.M))


def test_tar(builds, options):
    need("scdoc", "readelf")
    path = make("tar-all").splitlines()[-1]
    local = unpack(path, options.folder)
    check_contents(path, local)
    tool = os.path.join(local, "sbin/tcpclose")
    true("it needs no library", "(NEEDED)" not in output("readelf", "-d", tool))
    version = re.fullmatch(r"tcpclose-(\S+)-linux-\w+\.tar\.gz", os.path.basename(path))[1]
    same("version", output(tool, "--version"), f"tcpclose {version}\n")
    sample = os.path.join(ROOT, "tools/sample.rec")
    same("what it replays", output(tool, "json", "-q", "--replay", sample),
         output(options.tool, "json", "-q", "--replay", sample))
    with open(tool, "rb") as f:
        true("no path of this tree", ROOT.encode() not in f.read())


def test_tar_of_arm64(long, options):
    """What is in it; tools/matrix --arch arm64 runs the binary."""
    need("aarch64-linux-gnu-gcc", "scdoc")
    done = subprocess.run(["tools/sysroot", "arm64"], cwd=ROOT, capture_output=True, text=True, check=False)
    same(f"tools/sysroot\n{done.stderr}", done.returncode, 0)
    path = make("tar-all", ARCH="arm64").splitlines()[-1]
    true("name", path.endswith("-linux-arm64.tar.gz"), path)
    local = unpack(path, options.folder)
    check_contents(path, local)
    header = output("readelf", "-h", "-d", os.path.join(local, "sbin/tcpclose"))
    true("machine", re.search(r"Machine: +AArch64", header), header)
    true("it needs no library", "(NEEDED)" not in header)
