# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The image for containers: the same bytes each time, and a tcpclose that runs in it. make check-image: arm64 too."""

import filecmp
import json
import os
import platform
import re
import subprocess

from assertions import same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KUBERNETES = os.path.join(ROOT, "tools/deploy/kubernetes")
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **more)


def version_of(tool):
    return re.fullmatch(r"tcpclose (\S+)", run(tool, "--version").stdout.splitlines()[0])[1]


def build(options, name):
    out = os.path.join(options.folder, name)
    done = run(os.path.join(KUBERNETES, "build-image"), out, version_of(options.tool), f"{ARCH}={options.tool}",
               env=dict(os.environ, SOURCE_DATE_EPOCH="1700000000"))
    same(f"build-image\n{done.stderr}", done.returncode, 0)
    return out


def read_blob(layout, descriptor):
    with open(os.path.join(layout, "blobs", descriptor["digest"].replace(":", "/")), encoding="utf-8") as f:
        return json.load(f)


def test_it_has_the_same_bytes_each_time(options):
    a, b = build(options, "a"), build(options, "b")
    same("blobs", sorted(os.listdir(os.path.join(b, "blobs/sha256"))),
         sorted(os.listdir(os.path.join(a, "blobs/sha256"))))
    true("index", filecmp.cmp(os.path.join(a, "index.json"), os.path.join(b, "index.json"), shallow=False))


def test_it_says_what_it_is_and_runs(options, root):
    layout = build(options, "image")
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as f:
        entry, = json.load(f)["manifests"]
    same("tag", entry["annotations"]["org.opencontainers.image.ref.name"], version_of(options.tool))
    manifest, = read_blob(layout, entry)["manifests"]
    same("platform", manifest["platform"], {"architecture": ARCH, "os": "linux"})
    config = read_blob(layout, read_blob(layout, manifest)["config"])
    same("entry point", config["config"]["Entrypoint"], ["/usr/bin/tcpclose"])
    same("architecture", config["architecture"], ARCH)
    same("created", config["created"], "2023-11-14T22:13:20Z")
    done = run(os.path.join(KUBERNETES, "check-image"), layout, version_of(options.tool), ARCH)
    same(f"check-image\n{done.stdout}{done.stderr}", done.returncode, 0)


def test_what_is_missing_is_said(options):
    script = os.path.join(KUBERNETES, "build-image")
    done = run(script, os.path.join(options.folder, "x"), "1", f"{ARCH}={script}")
    same("no binary", (done.returncode, "build-image: " in done.stderr), (69, True))
    done = run(script, os.path.join(options.folder, "y"), "1", f"{ARCH}={options.tool}@{options.folder}")
    same("no libraries", (done.returncode, "no library" in done.stderr), (69, True))
    same("usage", run(script, os.path.join(options.folder, "z"), "1", f"mips={options.tool}").returncode, 64)
