# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The rules and scrape configurations of tools/deploy/prometheus; promtool is the judge."""

import re
import subprocess

from assertions import same, true
from promtool import check_names, promtool, read, series

RULES, RULE_TESTS = "tcpclose.rules.yml", "tcpclose.rules.test.yml"
NATIVE = ["convert_classic_histograms_to_nhcb: true", "always_scrape_classic_histograms: true"]


def rules():
    """(kind, name, expression, all text) of each rule."""
    for text in re.split(r"\n(?=      - (?:alert|record): )", read("prometheus", RULES))[1:]:
        kind, name = re.match(r"\s+- (alert|record): (\S+)", text).groups()
        expr = re.search(r"^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)", text, re.M)
        yield kind, name, expr[1] or expr[2], text


def settings(name):
    """The lines of a configuration without comments."""
    return [line.strip() for line in read("prometheus", name).splitlines() if line.strip() and "#" not in line]


def test_rules_are_valid():
    promtool("rules", "check", "rules", RULES)


def test_rules_pass_their_tests():
    promtool("tests of the rules", "test", "rules", RULE_TESTS)


def test_each_alert_is_tested_both_ways():
    """In the tests it fires, with all labels that its texts use, and in another moment it does not."""
    tests = read("prometheus", RULE_TESTS)
    silent = " ".join(re.findall(r"- expr: (.*)\n\s+eval_time: .*\n\s+exp_samples: \[\]", tests))
    for kind, name, _, text in rules():
        if kind != "alert":
            continue
        fires = re.findall(r'labels: ALERTS\{alertname="%s",(.*)\}' % name, tests)
        true(f"{name} fires in a test", fires)
        true(f"{name} is silent in a test", any(re.fullmatch(p, name) for p in
                                                re.findall(r'alertname=~?"([^"]*)"', silent)))
        labels = set(re.findall(r"(\w+)=", fires[0]))
        same(f"{name}: labels that it does not have", set(re.findall(r"\$labels\.(\w+)", text)) - labels, set())
        true(f"{name}: it has a severity", "severity: " in text)


def test_rules_name_what_exists(options):
    known = series(options.tool)
    for kind, name, expr, _ in rules():
        own = [{"phase", "ending", "reason"}] if ":" in expr else []
        check_names(name, expr, known, own)
        if kind == "record":
            true(f"{name} is used by an alert", any(name in e for k, _, e, _ in rules() if k == "alert"))


def test_commands_in_the_texts_are_valid(options):
    """--help ends the parsing after the other options."""
    for kind, name, _, text in rules():
        lines = " ".join(text.replace("{{ $labels.ending }}", "reset-sent").split())
        for command in re.findall(r'"tcpclose ([^"]*)"', lines):
            done = subprocess.run([options.tool, *command.split(), "--help"], capture_output=True, text=True,
                                  check=False)
            same(f"{name}: tcpclose {command}: {done.stderr}", done.returncode, 0)
        true(f"{name}: it has a description", kind == "record" or "description: " in text)


def test_scrape_configuration_is_valid():
    promtool("scrape.yml", "check", "config", "scrape.yml")


def test_scrape_configurations_differ_in_the_histograms_only():
    """An old promtool refuses these lines, so the rest is compared with what promtool accepts."""
    same("scrape-native.yml without them", [line for line in settings("scrape-native.yml") if line not in NATIVE],
         settings("scrape.yml"))
    same("those lines", [line for line in settings("scrape-native.yml") if line in NATIVE], NATIVE)
