# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A real Prometheus scrapes serve."""

import json
import socket
import subprocess
import time
import urllib.request

import pytest
from fixture import TIMEOUT, TRAFFIC, same
from scrape import Serve, has_promtool
from test_record import Folder


def query(port, expression):
    """The value of an expression in Prometheus; None if it has no result yet."""
    url = "http://127.0.0.1:%d/api/v1/query?query=%s" % (port, urllib.request.quote(expression))
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as f:
            result = json.load(f)["data"]["result"]
    except OSError:
        return None
    return float(result[0]["value"][1]) if result else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_prometheus_has_what_was_traced(cli, root):
    """The real one, which reads OpenMetrics; the traffic goes on meanwhile."""
    if not has_promtool():
        pytest.skip("needs prometheus")
    port = free_port()
    with Folder() as folder, Serve(cli, "--by-comm") as serve:
        with open(folder("p.yml"), "w", encoding="ascii") as f:
            f.write("global: {scrape_interval: 2s}\nscrape_configs:\n- job_name: t\n  static_configs:\n"
                    "  - targets: ['%s:%d']\n" % serve.address)
        with open(folder("log"), "wb") as log:
            prometheus = subprocess.Popen(["prometheus", "--config.file=" + folder("p.yml"), "--storage.tsdb.path=" +
                                           folder("db"), "--web.listen-address=127.0.0.1:%d" % port],
                                          stdout=log, stderr=log)
        try:
            end = time.monotonic() + TIMEOUT
            while query(port, "count_over_time(up[1m])") is None and time.monotonic() < end:
                time.sleep(0.1)
            for _ in range(5):
                cli.inside(*TRAFFIC, "20", "0.01")
            while query(port, "sum(tcpclose_closes_total)") != 200 and time.monotonic() < end:
                time.sleep(0.1)
            same("closes", query(port, "sum(tcpclose_closes_total)"), 200)
            same("by name", query(port, "sum(tcpclose_closes_by_comm_total)"), 200)
            same("each scrape was accepted", query(port, "min_over_time(up[5m])"), 1)
            same("each sample was", query(port, "max_over_time((scrape_samples_scraped - "
                                               "scrape_samples_post_metric_relabeling)[5m:1s])"), 0)
            same("no counter decreased", query(port, "sum(resets(tcpclose_closes_total[5m]))"), 0)
        finally:
            prometheus.terminate()
            prometheus.wait(TIMEOUT)
        with open(folder("log"), encoding="utf-8") as f:
            same("complaints", [line for line in f if ("level=warn" in line or "level=error" in line) and
                                "SIGTERM" not in line], [])
