# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The COMMAND of --tree: closes sockets in processes that it starts in many ways.

tree_workload.py PORT WAY...   PORT: of tree_bystander.py. Each process prints "socket LOCAL-PORT PEER-PORT"
of each of its sockets, and the parent waits until the last one has.
"""

import os
import signal
import socket
import sys
import threading

PORT = int(sys.argv[1])
ME = [sys.executable, os.path.abspath(__file__), str(PORT)]


def say(s):
    os.write(1, b"socket %d %d\n" % (s.getsockname()[1], s.getpeername()[1]))


def ask(line):
    s = socket.create_connection(("127.0.0.1", PORT))
    say(s)
    s.sendall(line.encode() + b"\n")
    return s


def own():
    ask("close").close()


def in_child(run):
    pid = os.fork()
    if not pid:
        run()
        os._exit(0)
    return pid


def fork():
    os.waitpid(in_child(own), 0)


def execute():
    os.waitpid(in_child(lambda: os.execv(ME[0], [*ME, "own"])), 0)


def execute_in_thread():
    """The thread that executes becomes the leader of its process."""
    def run():
        threading.Thread(target=os.execv, args=(ME[0], [*ME, "own"])).start()
        signal.pause()
    os.waitpid(in_child(run), 0)


def thread():
    t = threading.Thread(target=own)
    t.start()
    t.join()


def daemon():
    """Its parent has exited, and it is in a session of its own."""
    def be_daemon():
        os.setsid()
        in_child(lambda: (own(), os.write(done, b".")))
    wait, done = os.pipe()
    os.waitpid(in_child(be_daemon), 0)
    os.read(wait, 1)


def killed():
    def run():
        s = ask("close")
        os.write(ready, b".")
        signal.pause()
        s.close()
    wait, ready = os.pipe()
    pid = in_child(run)
    os.read(wait, 1)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def accept(word):
    listener = socket.create_server(("127.0.0.1", 0))
    control = ask("%s %d" % (word, listener.getsockname()[1]))
    s = listener.accept()[0]
    say(s)
    s.sendall(b"x")
    try:
        s.recv(1)  # until the bystander has closed or reset it
    except ConnectionResetError:
        pass
    s.close()
    control.close()


def reset():
    accept("reset")


def quit():
    accept("quit")


def inherited():
    """Descriptor 3 was connected by a process outside the tree, and the tool holds it too."""
    s = socket.socket(fileno=3)
    say(s)
    s.shutdown(socket.SHUT_RDWR)
    s.recv(1)
    s.close()


def refused():
    """A port on which nothing listens."""
    s, other = socket.socket(), socket.socket()
    for each in s, other:
        each.bind(("127.0.0.1", 0))
    os.write(1, b"socket %d %d\n" % (s.getsockname()[1], other.getsockname()[1]))
    try:
        s.connect(other.getsockname())
    except ConnectionRefusedError:
        pass
    s.close()


def outlive():
    """It ends after COMMAND, which is seen as the end of standard input."""
    def run():
        s = ask("close")
        os.write(ready, b".")
        while os.getppid() == parent:
            pass
        s.close()
    parent = os.getpid()
    wait, ready = os.pipe()
    in_child(run)
    os.read(wait, 1)


for way in sys.argv[2:]:
    globals()[way]()
