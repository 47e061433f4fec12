# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The manual: whole, well-formed, and saying what the tool says."""

import os
import re
import shutil
import subprocess

from assertions import Skip
from fixture import same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEY = re.compile(r'\b(?:json_(?:kv_\w+|key|lost_events|counts|hold)|COUNT)\([^"();]*"(\w+)"')


def built(cli, name):
    path = os.path.join(os.path.dirname(cli.tool), name)
    true(name + " is built", os.path.exists(path))
    return path


def need(program):
    if not shutil.which(program):
        raise Skip(f"needs {program}")


def manual(cli):
    need("mandoc")
    need("scdoc")
    shown = subprocess.run(["mandoc", "-T", "utf8", built(cli, "tcpclose.8")], capture_output=True, check=True)
    return re.sub(".\b", "", shown.stdout.decode())


def keys():
    """Every key that a view writes in JSON. Those of otlp are OpenTelemetry's."""
    found = set()
    views = os.path.join(ROOT, "src", "view")
    for name in os.listdir(views):
        if name.endswith(".c") and not name.startswith("otlp"):
            with open(os.path.join(views, name), encoding="utf-8") as source:
                found.update(KEY.findall(source.read()))
    return found


def test_the_manual_is_well_formed(cli):
    need("mandoc")
    need("scdoc")
    for page in ("tcpclose.8", "tcpclose-fleet.7"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "error", built(cli, page)],
                              capture_output=True, text=True, check=False)
        same("mandoc's complaints about " + page, done.stdout + done.stderr, "")
    true("nothing is left to fill in", not re.search("@[A-Z]+@", manual(cli)))


def test_the_manual_has_every_json_key(cli):
    words = set(re.findall(r"\w+", manual(cli).replace("-\n", "")))
    found = keys()
    true("keys were found", {"blame", "age_at_least_ns", "ring_full"} <= found)
    same("keys that it lacks", sorted(found - words), [])


def test_the_manual_has_every_option(cli):
    text = manual(cli)
    options = set(re.findall(r" (--[a-z][a-z0-9-]+)", cli.run("--help").stdout))
    true("options were found", {"--replay", "--calls"} <= options)
    same("options that it lacks", sorted(o for o in options if o not in text), [])
