# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads the answer to its end and closes."""

from server import Server


def test_answer():
    with Server() as server, server.ask() as client:
        assert client.makefile("rb").read() == b"answer"
