# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One situation, watched by two tracers at once: one with hooks on calls (auto), one without (inline)."""

import contextlib
import os
import subprocess

import fixtures
import held_connections
import timing

MODES = ("auto", "inline")


class Where:
    """Equal to what passes a test; `text` says which values do."""

    def __init__(self, text, test):
        self.text, self.test = text, test

    def __eq__(self, other):
        return self.test(other)

    def __repr__(self):
        return self.text


def about_ns(value):
    """A time that this process measured too."""
    return Where(f"about {value}", lambda got: got is not None and abs(got - value) <= timing.SLACK_NS)


def _differences(got, want, path=""):
    """(key, got, want). want: a value, a Where, a set of values of which got is one, or a dict of some keys of got."""
    if isinstance(want, dict) and isinstance(got, dict):
        found = []
        for key, value in want.items():
            own = f"{path}.{key}"
            found += _differences(got[key], value, own) if key in got else [(own, "no such key", value)]
        return found
    if isinstance(want, set):
        fits = got in want
    else:
        fits = got == want and (isinstance(want, Where) or isinstance(got, bool) == isinstance(want, bool))
    return [] if fits else [(path, got, want)]


class Watch(contextlib.ExitStack):
    """`tcpclose json` twice, for these namespaces, until the situation is over."""

    def __init__(self, options, report, *namespaces):
        super().__init__()
        self.options, self.report = options, report
        self.where = [word for ns in namespaces for word in ("--netns", ns.name)]
        self.tools = {}

    def __enter__(self):
        super().__enter__()
        with contextlib.ExitStack() as started:
            for mode in MODES:
                tool = self.tools[mode] = started.enter_context(held_connections.Tool(self.options.tool))
                tool.start(*self.where, "--calls", mode, "--record", self._recording(mode), wait=False)
            for tool in self.tools.values():
                tool.await_ready()
            self.enter_context(started.pop_all())
        return self

    def _recording(self, mode):
        return os.path.join(self.options.folder, f"{mode}.rec")

    def stories(self, cookie):
        """(mode, the story of the socket with this cookie), once both have told it."""
        for mode, tool in self.tools.items():
            own = f'"cookie":"{cookie}"'
            fixtures.wait_for(f"story of {cookie} ({mode})",
                              lambda: any(o["cookie"] == cookie for o in tool.closes_all(own)), 2 * fixtures.WAIT_S)
            yield mode, next(o for o in tool.closes_all(own) if o["cookie"] == cookie)

    def check(self, what, cookie, /, hooked=None, **facts):
        """The facts of a story, in both modes; those in `hooked` where there are hooks on calls."""
        try:
            for mode, story in self.stories(cookie):
                differences = _differences(story, facts)
                if mode == "auto":
                    differences += _differences(story, hooked or {})
                for path, got, want in differences:
                    self.report.fail(f"{mode}: {what}: {path[1:]}: got {got!r}, want {want!r}")
                self.report.checks += 1
        except fixtures.Broken as e:
            self.report.fail(f"{what}: {e}")

    def finish(self):
        """Ends both; mode -> all lines. A story that is told twice is an error."""
        return {mode: tool.finish() for mode, tool in self.tools.items()}

    def timeline(self, mode, port):
        """The ladder of that port, its white space aside; after finish()."""
        command = [self.options.tool, "timeline", "--replay", self._recording(mode), "-P", str(port)]
        return " ".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
