# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Closes while the answer, which has arrived, is unread."""

import socket

from server import Server


def test_answer():
    with Server() as server, server.ask() as client:
        assert client.recv(64, socket.MSG_PEEK) == b"answer"
