# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""promtool, and the metrics that exist: what tools/deploy may refer to."""

import os
import re
import shutil
import subprocess

from assertions import Skip, same

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, "tools/deploy")
METRIC = re.compile(r"\btcpclose_\w+")

COUNTERS = """closes closes_by_comm phase_cut blame endpoints lost_events label_overflow bpf_run_seconds bpf_runs
    process_cpu_seconds"""
GAUGES = """sockets oldest_socket_age_seconds stuck_sockets endpoints_open ephemeral_ports_ratio walk_seconds
    walk_complete walk_timestamp_seconds process_resident_memory_bytes process_virtual_memory_bytes process_open_fds
    process_max_fds process_start_time_seconds build_info"""
LABELS = {"closes_total": "initiator ending reason call", "closes_by_comm_total": "comm class",
          "phase_seconds": "phase", "phase_seconds_bucket": "phase le", "phase_cut_total": "phase",
          "blame_total": "blame", "endpoints_total": "result", "lost_events_total": "cause",
          "label_overflow_total": "label", "bpf_run_seconds_total": "program", "bpf_runs_total": "program",
          "sockets": "state", "oldest_socket_age_seconds": "state", "stuck_sockets": "advice", "build_info": "version"}
# The labels that Prometheus itself adds
OF_PROMETHEUS = {"instance", "job"}


def series(_tool):
    """The name of each series, as in a query, and its labels."""
    names = [name + "_total" for name in COUNTERS.split()] + GAUGES.split()
    names += ["phase_seconds" + end for end in ("", "_bucket", "_sum", "_count")]
    return {"tcpclose_" + name: set(LABELS.get(name, "").split()) for name in names}


def read(*path):
    with open(os.path.join(DEPLOY, *path), encoding="utf-8") as f:
        return f.read()


def promtool(what, *arguments):
    """Run it in tools/deploy/prometheus, to a success."""
    if not shutil.which("promtool"):
        raise Skip("needs promtool, of the package prometheus")
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False,
                          cwd=os.path.join(DEPLOY, "prometheus"))
    same(f"{what}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def check_names(what, expr, known, own=()):
    """All metrics of an expression exist. So do the labels of tcpclose's that it asks for or groups by."""
    text = re.sub(r'"[^"]*"', '""', expr)
    names = [name for name in METRIC.findall(re.sub(r"[\w:]*:[\w:]*", "", text))]
    same(f"{what}: unknown metrics in {expr}", [name for name in names if name not in known], [])
    labels = set().union(OF_PROMETHEUS, *(known[name] for name in names), *own)
    asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", text))
    for group in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", text):
        asked.update(re.findall(r"\w+", group))
    same(f"{what}: unknown labels in {expr}", sorted(asked - labels), [])
