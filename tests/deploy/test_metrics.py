# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tcpclose serve exports is what its table, and so the manual, says. The witness is promtool, and the text."""

import os
import re
import shutil
import subprocess

from assertions import Skip, same, true
from promtool import ROOT, series

SAMPLE = os.path.join(ROOT, "tools/sample.rec")
# Those of a live run, those that need a sysctl, and that of something that the sample does not have. The name of the
# histogram itself is not that of a sample.
NOT_REPLAYED = re.compile("tcpclose_(sockets|oldest|stuck|ephemeral|walk|process|spool|bpf|phase_cut|phase_seconds$)")


def exported(options):
    path = os.path.join(options.folder, "metrics.prom")
    subprocess.run([options.tool, "serve", "--by-comm", "--textfile", path, "--replay", SAMPLE, "-q"], check=True,
                   stderr=subprocess.DEVNULL)
    with open(path, encoding="utf-8") as f:
        return f.read()


def test_what_is_exported_is_in_the_table(options):
    known = series(options.tool)
    found = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", exported(options), re.M):
        names = re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', labels)
        found.setdefault(name, set()).update(names)
    same("names", sorted(set(found) - set(known)), [])
    same("labels", {name: labels for name, labels in found.items() if labels != known[name]}, {})
    same("not exported", [name for name in known if name not in found and not NOT_REPLAYED.match(name)], [])


def test_types_and_help_are_those_of_the_table(options):
    text = exported(options)
    said = subprocess.run([options.tool, "--document", "metric-names"], capture_output=True, text=True, check=True)
    table = dict(line.split()[:2] for line in said.stdout.splitlines())
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        same(f"{name}: type", kind, "gauge" if table[name] == "info" else table[name])
        true(f"{name}: it has a help", f"# HELP {name} " in text)


def test_the_manual_has_every_metric(options):
    manual = os.path.join(options.build, "tcpclose.8")
    if not shutil.which("mandoc") or not os.path.exists(manual):
        raise Skip("needs mandoc and scdoc")
    shown = subprocess.run(["mandoc", "-T", "utf8", manual], capture_output=True, text=True, check=True).stdout
    text = " ".join(re.sub(".\b", "", shown).split())
    said = subprocess.run([options.tool, "--document", "metric-names"], capture_output=True, text=True, check=True)
    true("metrics were found", "tcpclose_closes_total" in said.stdout)
    for line in said.stdout.splitlines():
        name, kind, labels = line.split()
        given = "" if labels == "-" else " {%s}" % labels.replace(",", ", ")
        true(f"{name}: name, labels and type", f"{name}{given} ({kind}) " in text)
