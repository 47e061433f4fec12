# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads the answer, and loses the descriptor: nothing closes it before the process exits."""

import socket

from server import Server


def test_answer():
    with Server() as server:
        descriptor = server.ask().detach()
        client = socket.socket(fileno=descriptor)
        assert client.recv(64) == b"answer"
        assert client.recv(64) == b""
        client.detach()
