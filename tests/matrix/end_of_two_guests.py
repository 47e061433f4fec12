#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One of two guests with a link between them: closes connections with the other one and records them.

    end_of_two_guests.py client|server

The guest's clock is its own. The connections are those of soak, whose clients are on one guest and whose servers on
the other. clock_witness brackets the distance of the two clocks meanwhile. Each line on stdout is a word and what it
names, for judge_two_guests.py: "truth" and a line of soak, "witness" and a line of clock_witness, "recording" and a
part of the recording in base64, "end" and a process with its exit status.
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import time

CLIENT, SERVER = "10.9.0.1", "10.9.0.2"
CLIENT_6, SERVER_6 = "fd09::1", "fd09::2"
PORT = 20999            # of the words between the two guests, which are datagrams: only soak makes connections
SEED, SECONDS, RATE = "7", "6", "20"
WAIT_S = 120
UNFINISHED = {"04", "09", "0B"}     # FIN_WAIT1, LAST_ACK, CLOSING: a segment of the other guest will end them
RECORDING = "/tmp/end.rec"
LINE_BYTES = 3000


def wait_for(what, is_true):
    end = time.monotonic() + WAIT_S
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def set_up_link(role):
    subprocess.run(["modprobe", "-a", "virtio_pci", "virtio_net"], check=True)
    wait_for("a network device", lambda: len(os.listdir("/sys/class/net")) > 1)
    device, = set(os.listdir("/sys/class/net")) - {"lo"}
    for address in (f"{CLIENT}/24", f"{CLIENT_6}/64") if role == "client" else (f"{SERVER}/24", f"{SERVER_6}/64"):
        nodad = ["nodad"] if ":" in address else []
        subprocess.run(["ip", "addr", "add", address, "dev", device, *nodad], check=True)
    subprocess.run(["ip", "link", "set", device, "up"], check=True)


class Words:
    """Words to and from the other guest. A word is repeated until it is answered; the answer to a word that was
    answered before is the same."""

    def __init__(self, role):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((CLIENT if role == "client" else SERVER, PORT))

    def ask(self, word):
        self.socket.settimeout(0.2)
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            try:
                self.socket.sendto(word, (SERVER, PORT))
                if self.socket.recv(100) == word:
                    return
            except OSError:     # nothing came, or the other guest has no network yet
                pass
        raise TimeoutError(f"no answer to {word}")

    def await_word(self, wanted):
        self.socket.settimeout(WAIT_S)
        while True:
            word, sender = self.socket.recvfrom(100)
            if word == wanted:
                return lambda: self.socket.sendto(word, sender)
            self.socket.sendto(word, sender)


class Recorder:
    def __init__(self, role):
        self.child = subprocess.Popen(["/matrix/tcpclose", "record", "-o", RECORDING, "--host", role],
                                      stderr=subprocess.PIPE, text=True)
        for line in self.child.stderr:
            print(f"# {role}: {line.rstrip()}", flush=True)
            if "ready" in line:
                return
        raise RuntimeError("the recorder did not start")

    def finish(self):
        """Wait until no close is under way, and end the recorder."""
        wait_for("the end of all closes", lambda: not states() & UNFINISHED)
        self.child.send_signal(signal.SIGINT)
        print(f"# {self.child.communicate(timeout=WAIT_S)[1].strip()}")
        with open(RECORDING, "rb") as f:
            while part := f.read(LINE_BYTES):
                print("recording", base64.b64encode(part).decode())
        print("end record", self.child.returncode, flush=True)


def states():
    found = set()
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(path, encoding="ascii") as f:
            found |= {line.split()[3] for line in f.readlines()[1:]}
    return found


def start(name, *words):
    out = open(f"/tmp/{name}", "ab+", buffering=0)
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=out), out


def content(started):
    started[1].seek(0)
    return started[1].read()


def finish(name, word, started):
    started[0].stdin.close()
    print("end", name, started[0].wait(WAIT_S))
    for line in content(started).decode().splitlines():
        print(word, line)


def soak(role):
    return start("soak", "/matrix/soak-static", "--seed", SEED, "--seconds", SECONDS, "--rate", RATE, "--side", role,
                 "--ipv4", SERVER, "--ipv6", SERVER_6)


def be_server():
    words = Words("server")
    recorder = Recorder("server")
    witness, servers = start("witness", "/matrix/clock_witness-static", "answer", SERVER), soak("server")
    words.await_word(b"begin")()
    answer = words.await_word(b"end")
    finish("soak", "truth", servers)
    answer()
    recorder.finish()
    finish("witness", "witness", witness)


def be_client():
    words = Words("client")
    recorder = Recorder("client")
    words.ask(b"begin")
    witness = start("witness", "/matrix/clock_witness-static", "ask", SERVER)
    wait_for("the first exchange", lambda: os.path.getsize("/tmp/witness"))
    clients = soak("client")
    clients[0].wait(WAIT_S)
    witness[0].stdin.write(b"\n")       # closes no more connections
    witness[0].stdin.flush()
    wait_for("the last FIN of the witness", lambda: b'"fins":[]' in content(witness))
    words.ask(b"end")
    finish("soak", "truth", clients)
    recorder.finish()
    finish("witness", "witness", witness)     # the server's ends then, which ends the other guest


def main():
    role, = sys.argv[1:]
    set_up_link(role)
    {"client": be_client, "server": be_server}[role]()
    print("end all 0")


if __name__ == "__main__":
    main()
