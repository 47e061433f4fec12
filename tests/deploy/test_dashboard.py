# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The dashboard of tools/deploy/grafana. There is no Grafana here: its expressions are checked with promtool."""

import json
import os

from assertions import same, true
from promtool import METRIC, check_names, promtool, read, series

# What Grafana puts in the place of its variables
VARIABLES = {"$__rate_interval": "5m", "$__range": "6h", "$instance": ".*"}
# By hand or by some hosts only: not of a dashboard for all
NOT_SHOWN = ["bpf_runs_total", "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
             "process_start_time_seconds", "label_overflow_total", "walk_timestamp_seconds"]


def dashboard():
    return json.loads(read("grafana", "tcpclose.json"))


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions():
    """(where, expression) with the variables filled in."""
    found = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    found += [(note["name"], note["expr"]) for note in dashboard()["annotations"]["list"]]
    for where, expr in found:
        for variable, value in VARIABLES.items():
            expr = expr.replace(variable, value)
        true(f"{where}: no variable is left in {expr}", "$" not in expr)
        yield where, expr


def test_every_expression_parses(options):
    """As a rule each, so that one run of promtool checks them all."""
    rules = [{"record": f"panel:{i}", "expr": expr} for i, (_, expr) in enumerate(expressions())]
    path = os.path.join(options.folder, "rules.yml")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, f)      # JSON is YAML
    said = promtool("expressions of the dashboard", "check", "rules", path)
    true(f"all were seen: {said}", f"SUCCESS: {len(rules)} rules found" in said)


def test_expressions_name_what_exists(options):
    known = series(options.tool)
    for where, expr in expressions():
        own = [{"alertname", "alertstate"}] if "ALERTS{" in expr else []
        check_names(where, expr, known, own)


def test_every_metric_is_shown(options):
    """The histogram's series count as one metric."""
    shown = set(METRIC.findall(" ".join(expr for _, expr in expressions())))
    missing = {name for name in series(options.tool) if not name.endswith(("_sum", "_count"))} - shown
    same("not shown", sorted(missing), sorted("tcpclose_" + name for name in NOT_SHOWN))


def test_panels_are_complete():
    board = dashboard()
    same("schema", board["schemaVersion"], 39)
    same("variables", [v["name"] for v in board["templating"]["list"]], ["datasource", "instance"])
    ids = [panel["id"] for panel in board["panels"]]
    same("ids are unique", len(ids), len(set(ids)))
    taken = {}
    for panel in board["panels"]:
        at = panel["gridPos"]
        true(f"{panel['title']}: within 24 columns", at["x"] + at["w"] <= 24)
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                same(f"{panel['title']}: its place is free", taken.setdefault((x, y), panel["title"]), panel["title"])
    for panel in panels():
        true(f"{panel['title']}: it has a description and a unit",
             panel["description"] and panel["fieldConfig"]["defaults"]["unit"])
        for part in [panel, *panel["targets"]]:
            same(f"{panel['title']}: data source", part["datasource"]["uid"], "${datasource}")
        for target in panel["targets"]:
            true(f"{panel['title']}: the host variable selects", 'instance=~"$instance"' in target["expr"])
