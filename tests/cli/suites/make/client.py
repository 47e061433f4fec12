# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A program that a suite starts: asks the server, and ends as its argument says."""

import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "pytest"))
from server import Server  # noqa: E402

with Server() as server:
    client = server.ask()
    if sys.argv[1] == "unread":
        client.recv(64, socket.MSG_PEEK)
        client.close()
    elif client.makefile("rb").read() != b"answer":
        sys.exit("the server did not answer")
    elif sys.argv[1] == "leak":
        client.detach()
    else:
        client.close()
print("passed")
