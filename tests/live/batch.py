# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Several cases under one tool, each in a namespace of its own with witnesses of its own. For machines where the
start of the tool takes longer than a deed: the guests of tools/matrix, whose processor is emulated."""

import contextlib
import json
import os
import shlex

import lab

SIZE = 8            # as many --netns as the tool takes
LANES = 2           # deeds at a time
LIMIT_S = 4 * lab.TOOL_S


def batches(names, cases):
    """The names in portions that want the same options of the tool."""
    alike = {}
    for name in names:
        alike.setdefault(tuple(cases[name][1]), []).append(name)
    return [group[i:i + SIZE] for group in alike.values() for i in range(0, len(group), SIZE)]


def _script(scenes):
    """For bash: in each lane one deed after the other, all that they say into files."""
    lanes = []
    for first in range(min(LANES, len(scenes))):
        deeds = [f"{shlex.join(scene.command())} >{scene.path('said')} 2>{scene.path('complained')}; "
                 f"echo $? >{scene.path('status')}" for scene in scenes[first::LANES]]
        lanes.append("(" + "; ".join(deeds) + ") &")
    return "\n".join([*lanes, "wait"])


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def _own(lines, inode):
    """What the tool said of that namespace, or of all; and how many stories it told of the others."""
    closes = [line for line in lines if line.startswith('{"kind":"close"')]
    others = {line for line in closes if json.loads(line)["netns"] != inode}
    return [line for line in lines if line not in others], len(others)


def _evidence(scene, lines, done):
    own, others = _own(lines, scene.ns.inode)
    status = int(_read(scene.path("status")))
    evidence = scene.evidence((_read(scene.path("said")), _read(scene.path("complained"))), status,
                              (own, done.returncode))
    evidence.tool_stderr += done.stderr
    evidence.others = others
    return evidence


def run(cases, options, folders):
    """For each case its Evidence, or the exception that stands in its way. They want the same of the tool."""
    with contextlib.ExitStack() as stack:
        scenes = [stack.enter_context(lab.Scene(deed, options, folder))
                  for (deed, _), folder in zip(cases, folders)]
        story = os.path.join(folders[0], "tool.json")
        done = lab.call([*lab.tool_command(options, story, cases[0][1], [scene.ns for scene in scenes]),
                         "bash", "-c", _script(scenes)], LIMIT_S)
        lines, found = lab.read_lines(story), []
        for scene in scenes:
            try:
                found.append(_evidence(scene, lines, done))
            except (lab.Skip, lab.Broken, OSError, ValueError) as e:
                found.append(e)
        return found
