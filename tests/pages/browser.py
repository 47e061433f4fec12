# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Headless Chromium without a network, driven with the DevTools protocol over two pipes."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from assertions import Failure, Skip

NAMES = ("chromium", "chromium-browser", "google-chrome")
ANSWER_S = 90      # on a busy machine
OPTIONS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--no-first-run", "--disable-gpu", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--disable-component-update", "--disable-extensions", "--disable-background-networking",
    "--force-color-profile=srgb", "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


class Browser:
    """One Chromium with one tab. send() calls a method; what the browser reports meanwhile is in `events`."""

    def __init__(self):
        name = next(filter(None, map(shutil.which, NAMES)), None)
        if not name:
            raise Skip("needs Chromium (tools/deps check installs it)")
        self.profile = tempfile.mkdtemp(prefix="tcpclose-chromium-")
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        # the browser reads commands from its descriptor 3 and writes answers to 4
        command = 'exec 3<&%d 4>&%d; exec "$0" "$@"' % (theirs_in, theirs_out)
        self.process = subprocess.Popen(
            ["bash", "-c", command, name, *OPTIONS, "--user-data-dir=" + self.profile, "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.profile})
        os.close(theirs_in)
        os.close(theirs_out)
        self.unread, self.nr, self.session, self.events = b"", 0, None, []
        page = next(t for t in self._poll_targets() if t["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.send(domain + ".enable")

    def _poll_targets(self):
        """The tab may open a moment after the browser answers."""
        end = time.monotonic() + ANSWER_S
        while time.monotonic() < end:
            targets = self.send("Target.getTargets")["targetInfos"]
            if any(t["type"] == "page" for t in targets):
                return targets
        raise Failure("Chromium opened no page")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self.to)
        os.close(self.back)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read_message(self, end):
        while b"\0" not in self.unread:
            if not select.select([self.back], [], [], max(0, end - time.monotonic()))[0]:
                raise Failure("Chromium does not answer")
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise Failure("Chromium ended")
            self.unread += piece
        text, self.unread = self.unread.split(b"\0", 1)
        return json.loads(text)

    def send(self, method, **params):
        self.nr += 1
        message = {"id": self.nr, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + ANSWER_S
        while True:
            got = self._read_message(end)
            if got.get("id") == self.nr:
                break
            self.events.append(got)
        if "error" in got:
            raise Failure("%s: %s" % (method, got["error"]))
        return got["result"]

    def wait_for(self, method):
        """The next event of that name, which may have come already."""
        end = time.monotonic() + ANSWER_S
        at = 0
        while True:
            for event in self.events[at:]:
                if event["method"] == method:
                    return event["params"]
            at = len(self.events)
            self.events.append(self._read_message(end))

    def of(self, method):
        return [e["params"] for e in self.events if e.get("method") == method]

    def show(self, address, width=1400, dark=False, height=900):
        """Loads a page. Its events are those of this load."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", media="",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events.clear()
        self.send("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def eval(self, expression):
        got = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise Failure("%s: %s" % (expression[:200], got["exceptionDetails"]))
        return got["result"].get("value")

    def press(self, key, code=0, **more):
        """A key, down and up: press("Tab", 9)."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def screenshot(self, path, whole=True):
        image = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(image["data"]))

    def print_pdf(self, path):
        done = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        with open(path, "wb") as f:
            f.write(base64.b64decode(done["data"]))
