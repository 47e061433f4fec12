# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the suites test: a server that answers one request and closes. A client says its port in $PORT_FILE."""

import os
import socket
import threading


class Server:
    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()

    def answer(self):
        connection = self.listener.accept()[0]
        with connection:
            connection.recv(64)
            connection.sendall(b"answer")

    def ask(self):
        """A client that has sent its request."""
        client = socket.create_connection(self.listener.getsockname())
        with open(os.environ["PORT_FILE"], "w", encoding="ascii") as said:
            said.write(str(client.getsockname()[1]))
        client.sendall(b"request")
        return client
