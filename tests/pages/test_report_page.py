# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The page of the view report in Chromium: no error, no request, keyboard, names, print, narrow and wide, dark."""

import os
import re
import subprocess
import sys

from assertions import Skip, same, true

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "cli"))

from two_hosts import recorded  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
TIMEOUT = 60
WIDTHS = (400, 1400)
SECTIONS = ["Endings over time", "Who ended them", "Where the time went", "The slowest closes",
            "Resets and timeouts, by process and reason", "Stuck sockets: not over when the run ended", "Losses",
            "The closes behind the figures"]
AXE = """(async () => { const r = await axe.run({resultTypes: ["violations"]});
  return r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html).join(" ")); })()"""
INJECT = """new Promise(done => {
  const seen = [];
  document.addEventListener("securitypolicyviolation", e => seen.push(e.effectiveDirective));
  const add = (tag, set) => document.body.appendChild(Object.assign(document.createElement(tag), set));
  add("script", {textContent: "window.ran = true"});
  add("img", {src: "http://127.0.0.1:9/x.png"});
  add("link", {rel: "stylesheet", href: "http://127.0.0.1:9/x.css"});
  fetch("http://127.0.0.1:9/").catch(() => 0);
  document.body.insertAdjacentHTML("beforeend", '<p onclick="window.ran = true" id="hit">x</p>');
  document.getElementById("hit").click();
  const wait = n => seen.length < 5 && n ? setTimeout(wait, 20, n - 1) : done([seen.sort(), window.ran === undefined]);
  wait(100);
})"""
# Where the focus is: its place among all that can have it, whether an outline shows it, and what it is
FOCUS = """(() => { const e = document.activeElement, s = getComputedStyle(e);
  const all = [...document.querySelectorAll('a[href], [tabindex="0"]')];
  const hit = e.querySelector(':scope > .hit');
  const shown = hit ? getComputedStyle(hit).strokeWidth !== '1px' : s.outlineStyle !== 'none';
  return [all.indexOf(e), all.length, shown]; })()"""
# Takes the name, and holds a socket whose peer has closed, until its input ends
HOLDER = """
import ctypes, os, socket, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.shutdown(socket.SHUT_WR); s.recv(1)
print("ready", flush=True)
sys.stdin.read()
"""


def make_page(options, folder, *args):
    path = os.path.join(folder, "page.html")
    subprocess.run([options.tool, "report", "-q", "-o", path, *args], stdin=subprocess.DEVNULL, check=True,
                   timeout=TIMEOUT)
    return path


def show_sample(options, browser, **how):
    browser.show("file://" + make_page(options, options.folder, "--replay", SAMPLE), **how)


def check_quiet(browser, address):
    """No console message, no error, no request but that for the page."""
    same("console", browser.of("Runtime.consoleAPICalled") + browser.of("Runtime.exceptionThrown"), [])
    same("log", [e["entry"]["text"] for e in browser.of("Log.entryAdded")], [])
    same("requests", [e["request"]["url"] for e in browser.of("Network.requestWillBeSent")], [address])


def load_axe(browser):
    script = subprocess.run([os.path.join(ROOT, "tools/axe-core")], capture_output=True, text=True, check=False,
                            stdin=subprocess.DEVNULL, timeout=TIMEOUT)
    if script.returncode:
        raise Skip("needs axe-core, which npm fetches")
    with open(script.stdout.strip(), encoding="utf-8") as f:
        browser.eval(f.read() + "; 0")


def check_axe(browser):
    load_axe(browser)
    same("what axe-core finds", browser.eval(AXE), [])


def test_no_error_and_no_request_in_any_width_and_color(options, browser):
    path = make_page(options, options.folder, "--replay", SAMPLE)
    backgrounds = []
    for width in WIDTHS:
        for dark in (False, True):
            browser.show("file://" + path, width, dark)
            check_quiet(browser, "file://" + path)
            same("width of the page", browser.eval("document.documentElement.scrollWidth"), width)
            backgrounds.append(browser.eval("getComputedStyle(document.body).backgroundColor"))
            if dark == (width == min(WIDTHS)):
                check_axe(browser)
    true("two backgrounds %s" % backgrounds, backgrounds[0] != backgrounds[1] and backgrounds[:2] == backgrounds[2:])


def test_the_policy_lets_nothing_run_or_be_fetched(options, browser):
    show_sample(options, browser)
    browser.events.clear()
    blocked, kept = browser.eval(INJECT)
    true("no script ran", kept)
    same("what the policy stopped", blocked,
         ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"])


def test_names_are_text(options, browser, cli, root):
    name, word = "</script><img o", "<img src=x onerror=document.title=1>"
    script = os.path.join(options.folder, "hold.py")
    with open(script, "w", encoding="ascii") as f:
        f.write(HOLDER)
    held = subprocess.Popen(cli.enter(sys.executable, script, name, word), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    recording = os.path.join(options.folder, "hostile.rec")
    try:
        same("the holder", held.stdout.readline(), "ready\n")
        same("recorded", cli.run("record", "-q", "-o", recording, "--cmdline", "--netns", cli.netns, "--",
                                 "true").returncode, 0)
    finally:
        held.communicate("")
    path = make_page(options, options.folder, "--replay", recording)
    browser.show("file://" + path)
    check_quiet(browser, "file://" + path)
    same("elements", browser.eval("document.querySelectorAll('script, img').length"), 0)
    row = browser.eval("document.querySelector('#stuck tbody tr').innerText")
    for text in (name, word, str(held.pid), "CLOSE_WAIT"):
        true("%r in %r" % (text, row), text in row)


def test_all_links_can_be_reached_and_followed_by_keyboard(options, browser):
    show_sample(options, browser)
    seen, hidden = [], []
    count = browser.eval(FOCUS)[1]
    for _ in range(count):
        browser.press("Tab", 9)
        place, _, shown = browser.eval(FOCUS)
        seen.append(place)
        if not shown:
            hidden.append(place)
    same("the order of the focus", seen, list(range(count)))
    same("without an outline", hidden, [])
    # the focus is on the last link now; a figure of the summary leads to its row, which is marked
    browser.eval("[...document.querySelectorAll('.summary a')].find(a => /#r[0-9]+$/.test(a.href)).focus()")
    browser.press("Enter", 13, text="\r")
    target = browser.eval("(e => [location.hash, e.tagName, getComputedStyle(e).backgroundColor, "
                          "e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().bottom <= innerHeight])"
                          "(document.querySelector(':target'))")
    true("%s is a row that is marked and in view" % target,
         re.fullmatch(r"#r\d+", target[0]) and target[1] == "TR" and target[2] != "rgba(0, 0, 0, 0)" and target[3])


def test_every_figure_links_to_its_rows(options, browser):
    show_sample(options, browser)
    plain = browser.eval("""[...document.querySelectorAll('#time td, #who td, #phases td, #resets td, #open .pair td')]
        .filter(e => /[1-9]/.test(e.innerText) && !/%/.test(e.innerText) && !e.classList.contains('word')
                     && !e.querySelector('a')).map(e => e.innerText)""")
    same("figures without a link", plain, [])
    lost = browser.eval("""[...document.querySelectorAll('a[href^="#"]')].map(e => e.getAttribute('href'))
        .filter(h => !document.querySelector(h))""")
    same("links without a target", lost, [])
    # in the table of processes each figure leads to a close of that process, and a count to its heading
    wrong = browser.eval("""[...document.querySelectorAll('#who tbody tr')].flatMap(row => {
        const name = row.querySelector('th').innerText;
        return [...row.querySelectorAll('td a')].filter(a => {
          const at = document.querySelector(a.getAttribute('href')), own = at.closest('tbody').querySelector('th');
          return !own.innerText.startsWith(name + ': ');
        }).map(a => name + ' ' + a.innerText); })""")
    same("figures that lead to another process", wrong, [])


def tree(browser):
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]


def test_the_accessibility_tree_names_what_is_drawn(options, browser):
    show_sample(options, browser)
    nodes = tree(browser)
    drawings = [name for role, name in nodes if role == "image"]
    figures = browser.eval("document.querySelectorAll('figure').length")
    ladders = [name for name in drawings if "began by" in name or "begun by" in name or "open:" in name or
               "reset" in name]
    same("ladders with the sentence of the timeline", len(ladders), figures)
    true("with its time", all(re.match(r">?\d", name) for name in ladders), ladders)
    bars = [name for role, name in nodes if role == "link" and re.match(r"\d\d:\d\d:\d\d\.\d{3}: \d+ \w+", name)]
    same("bars", len(bars), browser.eval("document.querySelectorAll('.chart a').length"))
    ended = sum(int(n) for name in bars for n in re.findall(r" (\d+) ", name))
    counts = browser.eval("[...document.querySelectorAll('.legend td:nth-child(2)')].map(e => e.innerText)")
    same("what the bars say in all", ended, sum(map(int, counts)))
    same("without a name", [role for role, name in nodes
                            if role in ("link", "image", "region", "navigation", "heading") and not name], [])
    headings = [name for role, name in nodes if role == "heading"]
    same("sections", [name for name in headings if name in SECTIONS], SECTIONS)


def test_printed_to_pdf_it_has_everything(options, browser):
    show_sample(options, browser)
    pdf = os.path.join(options.folder, "page.pdf")
    browser.print_pdf(pdf)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True,
                          timeout=TIMEOUT).stdout
    for heading in SECTIONS:
        true("%r in print" % heading, heading in text)
    words = browser.eval("[...document.querySelectorAll('table')].map(e => e.innerText).join(' ')").split()
    printed = text.split()
    same("words of the tables that are cut off", sorted(set(words) - set(printed) - set("".join(printed).split())), [])
    true("pages: %d" % text.count("\f"), text.count("\f") <= 10)


def test_the_ladders_of_two_hosts_show_both_ends(options, browser, cli, root):
    with recorded(cli, lambda name: os.path.join(options.folder, name + ".rec"), 4) as (paths, said):
        page = make_page(options, options.folder, *(word for path in paths for word in ("--replay", path)))
    browser.show("file://" + page)
    check_quiet(browser, "file://" + page)
    sides = browser.eval("[...document.querySelectorAll('figure .sides')].map(e => e.innerText)")
    same("ladders", len(sides), 4)
    for port, client in said["client"].items():
        text = next(text for text in sides if ":%d\n" % port in text)
        for word in ("[%d]" % client["pid"], "[%d]" % said["server"][port]["pid"], "host client", "host server"):
            true("%r in %r" % (word, text), word in text)
    check_axe(browser)
