# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view report: one page that is well-formed, fetches nothing, and has the figures of the view json."""

import collections
import html.parser
import json
import os
import re
import subprocess

from fixture import TIMEOUT, same, true
from test_record import Folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
PAGE_MAX = 1 << 20
EVENTS = 1000000
OPTIONAL_END = {"li", "td", "th", "tr"}     # HTML lets a page leave their end tags out
VOID = {"meta", "br", "rect", "line", "path"}


class Page(html.parser.HTMLParser):
    """Collects the rows of the tables of each section, the texts, the tags and their attributes."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes = [], collections.Counter(), []
        self.section, self.cell = "", None
        self.rows, self.texts = collections.defaultdict(list), collections.defaultdict(list)
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs
        if tag == "section":
            self.section = dict(attrs)["id"]
        if tag == "tr":
            self.rows[self.section].append([])
        if tag in ("td", "th"):
            self.rows[self.section][-1].append("")
            self.cell = self.rows[self.section][-1]
        if tag not in VOID | OPTIONAL_END:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag):
        if tag in ("thead", "tbody"):
            self.cell = None
        same("the element that ends", self.open.pop(), tag)

    def handle_data(self, data):
        self.texts[self.section].append(data)
        if self.cell and self.open[-1] != "style":
            self.cell[-1] += data.strip()


def report(tool, *args):
    done = subprocess.run([tool, "report", "-q", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=TIMEOUT)
    same("exit status: " + done.stderr.decode(), done.returncode, 0)
    return done.stdout


def closes(tool, *args):
    done = subprocess.run([tool, "json", "-q", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=TIMEOUT, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if line["kind"] == "close"]


def number(text):
    return int(text.replace(",", ""))


def test_the_page_is_one_file_that_fetches_nothing(options):
    text = report(os.path.join(options.build, "tcpclose"), "--replay", SAMPLE).decode()
    page = Page(text)
    same("elements left open", page.open, [])
    same("elements that fetch or run", [t for t in page.tags if t in ("script", "link", "img", "iframe", "object")], [])
    same("addresses", [v for k, v in page.attributes if k in ("href", "src", "action") and not v.startswith("#")], [])
    same("handlers", [k for k, _ in page.attributes if k.startswith("on") or k == "style"], [])
    policy = [v for k, v in page.attributes if k == "content" and "default-src" in v]
    true("policy %r" % policy, policy and policy[0].startswith("default-src 'none';"))
    true("no address in the style", not re.search(r"url\((?!#)|@import", text))
    ids = [v for k, v in page.attributes if k == "id"]
    same("ids that occur twice", [i for i, n in collections.Counter(ids).items() if n > 1], [])
    links = [v[1:] for k, v in page.attributes if k == "href"]
    names = [i for k, v in page.attributes if k in ("aria-labelledby", "aria-describedby") for i in v.split()]
    same("references without a target", [n for n in links + names if n not in ids], [])


def test_the_same_recording_makes_the_same_bytes(options):
    tool = os.path.join(options.build, "tcpclose")
    with Folder() as folder:
        path = folder("a.html")
        report(tool, "--replay", SAMPLE, "-o", path)
        with open(path, "rb") as f:
            first = f.read()
    done = subprocess.run([tool, "report", "-q", "--replay", SAMPLE], capture_output=True, check=True, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "COLUMNS": "40"})
    true("the pages are equal", done.stdout == first)


def test_the_figures_are_those_of_json(options):
    tool = os.path.join(options.build, "tcpclose")
    stories = closes(tool, "--replay", SAMPLE)
    page = Page(report(tool, "--replay", SAMPLE).decode())
    ended = [s for s in stories if s["ending"] != "open"]
    true("the summary has the number of sockets",
         "".join(page.texts[""]).find("%d sockets of " % len(ended)) >= 0)
    same("classes", {row[0]: number(row[1]) for row in page.rows["time"][1:]},
         dict(collections.Counter(s["class"] for s in ended)))
    partial = sum(s["partial"] for s in stories)
    true("the partial sockets are counted", ("not seen: %d." % partial in "".join(page.texts[""])) == (partial > 0))
    head, *rows = page.rows["who"]
    same("columns of who", {len(row) for row in rows}, {len(head)})
    for column, n in (("Closes", len(ended)), ("Not over", len(stories) - len(ended)),
                      ("RST sent", sum(s["ending"] == "reset-sent" for s in stories)),
                      ("Began here", sum(s["initiator"] == "local" for s in ended)),
                      ("Lost data", sum(s["data_lost"] is not None and any(s["data_lost"].values()) for s in ended))):
        same(column, sum(number(row[head.index(column)]) for row in rows), n)
    same("resets", sorted((row[1], row[2], number(row[3])) for row in page.rows["resets"][1:]),
         sorted((e, r, n) for (e, r), n in
                collections.Counter((s["ending"], s["reason"]) for s in ended if s["class"] == "reset").items()))
    tables = [i for i, row in enumerate(page.rows["open"]) if row[1] == "Sockets"]
    for first, end in zip(tables, tables[1:] + [len(page.rows["open"])]):
        same("not over by " + page.rows["open"][first][0],
             sum(number(row[1]) for row in page.rows["open"][first + 1:end]), len(stories) - len(ended))
    states = {row[0]: number(row[1]) for row in page.rows["open"][1:tables[1]]}
    same("states", states, dict(collections.Counter(s["states"][-1] for s in stories if s["ending"] == "open")))


def test_the_slowest_close_comes_first_with_both_ends(options):
    tool = os.path.join(options.build, "tcpclose")
    args = ("-c", "panel", "--replay", SAMPLE)
    page = Page(report(tool, *args).decode())
    same("ladders", page.tags["figure"], 1)
    text = " ".join("".join(page.texts["slowest"]).split())
    waves = re.findall(r"[1-4] (?:FIN|ACK) seq \+\d+ ack \+\d+", text)
    same("waves", [w[0] for w in waves], ["1", "2", "3", "4"])
    sentence = subprocess.run([tool, "timeline", "-q", "-w", *args], capture_output=True, check=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=TIMEOUT).stdout
    sentence = " ".join(sentence[sentence.rindex("four-way"):].split())
    true("the sentence of the timeline %r in %r" % (sentence, text), sentence in text)
    true("no raw sequence number", not re.search(r"\d{8,}", text))


def test_a_million_events_make_a_page_of_one_mebibyte_at_most(options, timed):
    tool = os.path.join(options.build, "tcpclose")
    with Folder() as folder:
        path = folder("big.rec")
        subprocess.run([os.path.join(options.build, "bench_replay"), "generate", "-o", path, "-n", str(EVENTS)],
                       check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
        text = report(tool, "--replay", path)
        true("%d bytes" % len(text), len(text) <= PAGE_MAX)
        page = Page(text.decode())
        same("elements left open", page.open, [])
        true("it reports what it left out", "left out" in "".join(page.texts["slowest"]))
