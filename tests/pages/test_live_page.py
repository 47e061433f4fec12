# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The live page of serve in Chromium: the page of report, for the run so far; under churn it stays right and small."""

import os
import subprocess
import sys

from assertions import same, true
from churn import run, sums
from test_report_page import HOLDER, SECTIONS, TIMEOUT, check_axe, check_quiet

from fixture import TRAFFIC
from scrape import Serve, total

CONNECTIONS = 5


def test_reloading_it_shows_what_ended_meanwhile(options, browser, cli, root):
    with Serve(cli) as serve:
        for round_ in (1, 2):
            cli.inside(*TRAFFIC, str(CONNECTIONS))
            serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 2 * CONNECTIONS * round_, "the closes")
            browser.show(serve.where + "/", *((400, True) if round_ == 1 else (1400, False)))
            check_quiet(browser, serve.where + "/")
            text = browser.eval("document.documentElement.outerHTML")
            same("closes", sums(text.replace("</th>", "").replace("</td>", "")), {"clean": 2 * CONNECTIONS * round_})
            same("in the last minute", browser.eval("document.querySelector('.legend td:last-child').innerText"),
                 str(2 * CONNECTIONS * round_))
            check_axe(browser)
        headings = browser.eval("[...document.querySelectorAll('h2')].map(e => e.innerText)")
        same("sections", headings, ["Stuck sockets now" if "Stuck" in name else name for name in SECTIONS])


def test_it_is_loaded_again_if_asked_to(browser, cli, root):
    with Serve(cli) as serve:
        same("not unless asked", serve.get("/").headers["Refresh"], None)
        browser.show(serve.where + "/")
        browser.eval("document.querySelector('a[href=\"/?live\"]').focus()")
        browser.events.clear()
        browser.press("Enter", 13, text="\r")
        browser.wait_for("Page.loadEventFired")
        cli.inside(*TRAFFIC, str(CONNECTIONS))
        serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 2 * CONNECTIONS, "the closes")
        browser.events.clear()
        browser.wait_for("Page.loadEventFired")
        same("closes", browser.eval("document.querySelector('.legend td').innerText"), str(2 * CONNECTIONS))
        same("a way to stop it", browser.eval("document.querySelector('.when a').getAttribute('href')"), "/")


def test_it_names_the_holder_of_a_stuck_socket(options, browser, cli, root):
    script = os.path.join(options.folder, "hold.py")
    with open(script, "w", encoding="ascii") as f:
        f.write(HOLDER)
    held = subprocess.Popen(cli.enter(sys.executable, script, "</script>"), text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)
    try:
        same("the holder", held.stdout.readline(), "ready\n")
        with Serve(cli) as serve:
            serve.wait_for(lambda s: total(s, "tcpclose_walk_complete"), "a walk")
            browser.show(serve.where + "/")
            check_quiet(browser, serve.where + "/")
            rows = browser.eval("[...document.querySelectorAll('#stuck tbody tr')].map(e => e.innerText)")
    finally:
        held.communicate("", timeout=TIMEOUT)
    row = next(row for row in rows if "CLOSE_WAIT" in row)
    for text in ("</script>[%d]" % held.pid, script, "the program read to the end and forgot to close()"):
        true("%r in %r" % (text, row), text in row)


def test_churn_changes_neither_its_sums_nor_the_memory(cli, timed, root):
    run(cli, 4, 5000, lambda text: None)
