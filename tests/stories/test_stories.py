# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Each .story file through story_test; and all of them once more, for the words that no story reads."""

import glob
import os
import subprocess

from assertions import same

STORIES = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.story")))


def pytest_generate_tests(metafunc):
    if "story" in metafunc.fixturenames:
        names = [os.path.basename(story).removesuffix(".story") for story in STORIES]
        metafunc.parametrize("story", STORIES, ids=names)


def story_test(options, *words):
    program = os.path.join(options.build, "story_test")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    same(f"exit status of story_test\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout.splitlines()


def test_story(story, options):
    same("closing line", story_test(options, story)[-1], "1 passed, 0 failed, 0 skipped")


def test_every_ending(options):
    same("closing line", story_test(options, "--every-ending", *STORIES)[-2:],
         ["ok every-ending", f"{len(STORIES) + 1} passed, 0 failed, 0 skipped"])
