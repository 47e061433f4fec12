# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view report: one page that is well-formed, fetches nothing, and has the figures of the view json."""

import collections
import html.parser
import json
import os
import re
import subprocess
import sys

from fixture import TIMEOUT, same, true
from test_record import Folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
PAGE_MAX = 1 << 20
EVENTS = 1000000
# Holds a socket with four bytes unread whose peer has closed; prints its descriptor and the peer
HOLDER = """import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, peer = l.accept(); c.send(b"data"); c.shutdown(socket.SHUT_WR)
print(s.fileno(), "%s:%d" % peer, flush=True)
sys.stdin.read()
"""
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
    summary = "".join(page.texts[""])
    true("the summary has the number of sockets: " + summary, " %d sockets" % len(ended) in summary)
    resets = sum(s["class"] == "reset" for s in ended)
    true("and the share of resets", "%.1f %% by reset" % (100 * resets / len(ended)) in summary)
    same("classes", {row[0]: number(row[1]) for row in page.rows["time"][1:]},
         dict(collections.Counter(s["class"] for s in ended)))
    partial = sum(s["partial"] for s in stories)
    true("the partial sockets are counted", (" %d sockets are partial" % partial in summary) == (partial > 0))
    _, head, *rows = page.rows["who"]
    same("columns of who", {len(row) for row in rows}, {len(head)})
    for column, n in (("Closes", len(ended)), ("Not over", len(stories) - len(ended)),
                      ("RST sent", sum(s["ending"] == "reset-sent" for s in stories)),
                      ("Here", sum(s["initiator"] == "local" for s in ended)),
                      ("Lost data", sum(s["data_lost"] is not None and any(s["data_lost"].values()) for s in ended))):
        same(column, sum(number(row[head.index(column)]) for row in rows), n)
    same("resets", sorted((row[1], row[2], number(row[3])) for row in page.rows["resets"][1:]),
         sorted((e, r, n) for (e, r), n in
                collections.Counter((s["ending"], s["reason"]) for s in ended if s["class"] == "reset").items()))
    check_stuck(page.rows["open"], [s for s in stories if s["ending"] == "open"], tool)
    check_closes(page, stories)


def check_stuck(rows, stories, tool):
    """By state, by advice, one by one: what the view stuck and the stories have."""
    second, third = (i for i, row in enumerate(rows) if row[0] in ("Advice", "Holder"))
    same("states", {row[0]: number(row[1]) for row in rows[1:second]},
         dict(collections.Counter(s["states"][-1] for s in stories)))
    done = subprocess.run([tool, "stuck", "-j", "-q", "--replay", SAMPLE], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=TIMEOUT, check=True)
    stuck = [s for s in map(json.loads, done.stdout.splitlines()) if s["kind"] == "stuck"]
    same("number by advice", sorted(number(row[1]) for row in rows[second + 1:third]),
         sorted(collections.Counter(s["advice"] for s in stuck).values()))
    held = {(h["process"] or h["comm"]) + "[%d]" % h["pid"]: h for s in stuck for h in s["holders"]}
    for s in stuck:
        row = next(row for row in rows[third + 1:] if row[6].endswith(":%d" % s["peer_port"]) and
                   row[5].endswith(":%d" % s["local_port"]))
        holder = s["holders"][0] if s["holders"] else None
        same("state, descriptor, unread bytes", row[1:3] + row[7:],
             [str(holder["fd"]) if holder else "-", s["state"], "-" if s["unread"] is None else str(s["unread"])])
        if holder:
            same("holder", held[row[0]]["fd"] >= 0, True)
            true("command line %r" % row[4], row[4].endswith(holder["cmdline"]))


def check_closes(page, stories):
    """The rows behind the figures are stories, and each says how many there are of its kind."""
    endpoints = {("%s:%d" % (s["local_addr"], s["local_port"]), "%s:%d" % (s["peer_addr"], s["peer_port"])): s
                 for s in stories}
    groups = collections.Counter()
    for row in page.rows["closes"][1:]:
        if len(row) == 1:
            name, of, all_ = re.fullmatch(r"(.*?)(\d+) of ([\d,]+)", row[0]).groups()
            groups[name.split(": ")[1]] += number(all_)
            continue
        story = endpoints[row[2], row[3]]
        same("who began, and the call", (row[4], row[5].split("(")[0].split(" ")[0]),
             (story["initiator"], story["trigger"]["call"] if story["trigger"] else "-"))
    same("closes of each kind", groups, collections.Counter(
        ", ".join(filter(None, (s["ending"], s["reason"]))) for s in stories))


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


def test_a_live_run_names_the_holder_of_a_stuck_socket(options, cli, root):
    """The witness is the program that holds it."""
    command = [sys.executable, "-c", HOLDER, "--secret=</td>"]
    held = subprocess.Popen(cli.enter(*command), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        fd, peer = held.stdout.readline().split()
        page = Page(report(cli.tool, "--netns", cli.netns, "--", "true").decode())
    finally:
        held.communicate("", timeout=TIMEOUT)
    row = next(row for row in page.rows["open"] if len(row) == 8 and row[6] == peer)
    same("holder, descriptor, state, unread bytes", (row[0].split("[")[1], row[1], row[2], row[7]),
         ("%d]" % held.pid, fd, "CLOSE_WAIT", "4"))
    true("advice and command line: %r" % row[4],
         row[4].startswith("the program does not read") and "import socket" in row[4])


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
