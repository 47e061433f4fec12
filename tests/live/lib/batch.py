# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Several cases under one tool, each in a namespace of its own with witnesses of its own. For machines where the
start of the tool takes longer than a workload: the guests of tools/matrix, whose processor is emulated."""

import contextlib
import json
import os
import shlex

import fixtures
import timing
from assertions import Skip

SIZE = 8            # as many --netns as the tool takes
SIZE_EMULATED = 16  # without --netns: nothing else is at work in a guest
LANES = 2           # workloads at a time
LIMIT_S = 4 * fixtures.TOOL_S


def batches(names, cases):
    """The names in portions that want the same options of the tool."""
    alike, size = {}, SIZE if timing.SLOW == 1 else SIZE_EMULATED
    for name in names:
        alike.setdefault(tuple(cases[name][1]), []).append(name)
    return [group[i:i + size] for group in alike.values() for i in range(0, len(group), size)]


def _script(namespaces):
    """For bash: in each lane one workload after the other, all that they say into files."""
    lanes = []
    for first in range(min(LANES, len(namespaces))):
        workloads = [f"{shlex.join(observed.command())} >{observed.path('said')} 2>{observed.path('complained')}; "
                 f"echo $? >{observed.path('status')}" for observed in namespaces[first::LANES]]
        lanes.append("(" + "; ".join(workloads) + ") &")
    return "\n".join([*lanes, "wait"])


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def _own(lines, inode):
    """What the tool said of that namespace, or of all; and how many stories it told of the others."""
    closes = [line for line in lines if line.startswith('{"kind":"close"')]
    others = {line for line in closes if json.loads(line)["netns"] != inode}
    return [line for line in lines if line not in others], len(others)


def _evidence(observed, lines, done):
    own, others = _own(lines, observed.ns.inode)
    status = int(_read(observed.path("status")))
    evidence = observed.evidence((_read(observed.path("said")), _read(observed.path("complained"))), status,
                              (own, done.returncode))
    evidence.tool_stderr += done.stderr
    evidence.others = others
    return evidence


def run(cases, options, folders):
    """For each case its Evidence, or the exception that stands in its way. They want the same of the tool."""
    with contextlib.ExitStack() as stack:
        namespaces = [stack.enter_context(fixtures.ObservedNamespace(workload, options, folder))
                  for (workload, _), folder in zip(cases, folders)]
        story = os.path.join(folders[0], "tool.json")
        of = [observed.ns for observed in namespaces] if len(namespaces) <= SIZE else []
        tool = fixtures.tool_command(options, story, cases[0][1], of)
        done = fixtures.call([*tool, "bash", "-c", _script(namespaces)], LIMIT_S)
        lines, found = fixtures.read_lines(story), []
        for observed in namespaces:
            try:
                found.append(_evidence(observed, lines, done))
            except (Skip, fixtures.Broken, OSError, ValueError) as e:
                found.append(e)
        return found
