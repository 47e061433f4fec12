# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The units of tools/deploy/systemd as make install-units puts them; systemd-analyze is the judge. tools/check-units
runs them."""

import os
import re
import shutil
import subprocess

from assertions import Skip, same, true
from promtool import ROOT

UNITS = ("tcpclose-serve.service", "tcpclose-record.service")
EXPOSURE = 2.2      # at most, as shipped
EXPOSURE_ALL = 4.9  # with the capabilities of all-namespaces.conf: "OK" ends at 5.0


def install(folder, prefix="/usr"):
    """As a package does; returns the folder of the units."""
    done = subprocess.run(["make", "-s", "install-units", f"DESTDIR={folder}", f"PREFIX={prefix}"], capture_output=True,
                          text=True, check=False, cwd=ROOT)
    same(f"make install-units\n{done.stderr}", done.returncode, 0)
    return f"{folder}{prefix}/lib/systemd/system"


def analyze(*arguments):
    if not shutil.which("systemd-analyze"):
        raise Skip("needs systemd-analyze, of the package systemd")
    env = dict(os.environ, SYSTEMD_LOG_LEVEL="notice", SYSTEMD_COLORS="0")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, env=env)


def exposure(path):
    done = analyze("security", "--offline=true", "--no-pager", path)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    true(f"systemd-analyze security {path}\n{done.stdout}{done.stderr}", found)
    return float(found[1])


def settings(path):
    """name -> values, in order"""
    found = {}
    with open(path, encoding="utf-8") as f:
        for name, value in re.findall(r"^(\w+)=(.*)$", f.read(), re.M):
            found.setdefault(name, []).append(value)
    return found


def test_units_are_valid(options):
    """systemd finds the binary only where this build has it."""
    folder = install(options.folder, "/usr")
    for unit in UNITS:
        path = os.path.join(folder, unit)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        true(f"{unit}: its binary", "ExecStart=/usr/sbin/tcpclose " in text)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("/usr/sbin/tcpclose", options.tool))
        done = analyze("verify", "--man=no", path)
        same(f"{unit}: exit status and complaints", (done.returncode, done.stdout + done.stderr), (0, ""))


def test_units_are_not_exposed(options):
    folder = install(options.folder)
    for unit in UNITS:
        level = exposure(os.path.join(folder, unit))
        true(f"{unit}: exposure of {level}, want {EXPOSURE} at most", level <= EXPOSURE)


def test_drop_ins_add_what_they_say(options):
    """A drop-in is appended to the unit, as systemd reads them."""
    folder = install(options.folder)
    unit = os.path.join(folder, UNITS[0])
    before = exposure(unit)
    for name, most in (("all-namespaces.conf", EXPOSURE_ALL), ("serve-remote.conf", EXPOSURE)):
        path = os.path.join(options.folder, name.replace(".conf", ".service"))
        with open(path, "w", encoding="utf-8") as out:
            for part in (unit, os.path.join(options.folder, "usr/share/doc/tcpclose/examples", name)):
                with open(part, encoding="utf-8") as f:
                    out.write(f.read() + "\n")
        level = exposure(path)
        true(f"{name}: exposure of {level} after {before}", before <= level <= most)


def test_units_are_services_that_recover(options):
    folder = install(options.folder)
    for unit in UNITS:
        found = settings(os.path.join(folder, unit))
        wanted = {"Type": "notify", "Restart": "on-failure", "User": "tcpclose",
                  "EnvironmentFile": "-/etc/default/tcpclose",
                  "AmbientCapabilities": "CAP_BPF CAP_PERFMON", "CapabilityBoundingSet": "CAP_BPF CAP_PERFMON"}
        same(unit, {name: found.get(name) for name in wanted}, {name: [value] for name, value in wanted.items()})
        true(f"{unit}: it has a watchdog", "WatchdogSec" in found)


def test_the_ring_of_files_fits(options):
    """One day, and 1 GiB with the file that is being written."""
    found = settings(os.path.join(install(options.folder), UNITS[1]))
    ring = dict(re.findall(r"--(rotate|keep) (\d+)(?=[M\" ]|$)[M]?(?![h\d])", found["Environment"][0]))
    true(f"{ring}", (int(ring["keep"]) + 1) * int(ring["rotate"]) <= 1024)
    true("a day", "--rotate 1h " in found["Environment"][0] and "--keep 24h " in found["Environment"][0]
         and ring["keep"] == "24")


def test_the_tool_takes_the_options_of_the_units(options):
    """Those of the unit, and those that /etc/default/tcpclose shows; --help ends the parsing after them."""
    folder = install(options.folder)
    with open(os.path.join(options.folder, "etc/default/tcpclose"), encoding="utf-8") as f:
        shown = dict(re.findall(r'^#(TCPCLOSE\w*_OPTS)="(.*)"$', f.read(), re.M))
    for unit in UNITS:
        found = settings(os.path.join(folder, unit))
        name, given = re.fullmatch(r'"(\w+)=(.*)"', found["Environment"][0]).groups()
        command = found["ExecStart"][0]
        true(f"{unit}: {command}", command.startswith("/usr/sbin/tcpclose ") and command.endswith(f" ${name}"))
        words = command.split()[1:-1]
        for more in (given, shown[name]):
            done = subprocess.run([options.tool, *words, *more.split(), "--help"], capture_output=True, text=True,
                                  check=False, env=dict(os.environ, TCPCLOSE_OPTS=shown["TCPCLOSE_OPTS"]))
            same(f"{unit}: {more}: {done.stderr}", done.returncode, 0)


def test_the_prefix_is_that_of_the_binary(options):
    """And an /etc/default/tcpclose that is there stays as it is."""
    folder = install(options.folder, "/opt/tcpclose")
    same("binaries", [settings(os.path.join(folder, unit))["ExecStart"][0].split()[0] for unit in UNITS],
         ["/opt/tcpclose/sbin/tcpclose"] * len(UNITS))
    defaults = os.path.join(options.folder, "etc/default/tcpclose")
    with open(defaults, encoding="utf-8") as f:
        named = re.search(r"/\S+/serve-remote\.conf", f.read())[0]
    true(f"{named} is there", os.path.exists(options.folder + named))
    with open(defaults, "w", encoding="utf-8") as f:
        f.write("mine\n")
    install(options.folder, "/opt/tcpclose")
    with open(defaults, encoding="utf-8") as f:
        same("defaults", f.read(), "mine\n")
