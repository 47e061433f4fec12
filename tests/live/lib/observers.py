# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the witnesses say: the capture, the SNMP counters, ss. Plain facts, no judgement."""

import collections
import subprocess

import pcap

FIN, RST, ACK = 0x01, 0x04, 0x10
DELAYED_ACK_NS = 39_000_000     # TCP_DELACK_MIN, 40 ms, less a tick's rounding

Packet = collections.namedtuple("Packet", "nr ns src sport dst dport flags seq ack len")

# One of the four segments that end a connection, as it was on the wire. `nr` is the packet's
# place in the capture: two waves with the same number travelled together. seq of a FIN is the
# FIN's own number.
Wave = collections.namedtuple("Wave", "flag sport nr ns seq ack")


def read_capture(path):
    return [Packet(nr, *segment) for nr, segment in enumerate(pcap.segments(path))]


def _ns(text):
    whole, _, part = text.partition(".")
    return int(whole) * 10**9 + int((part + "0" * 9)[:9])


def read_with_tshark(path):
    """The same, by somebody else's reader."""
    fields = ["frame.time_epoch", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst",
              "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.len"]
    command = ["tshark", "-n", "-r", path, "-Y", "tcp && !icmp", "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    packets = []
    for nr, line in enumerate(text.splitlines()):
        when, src4, src6, sport, dst4, dst6, dport, *rest = line.split("\t")
        packets.append(Packet(nr, _ns(when), src4 or src6, int(sport), dst4 or dst6, int(dport),
                              *(int(word, 0) for word in rest)))
    return packets


def read_counters(text):
    """Both files go in pairs of lines: names, then values."""
    counters = {}
    lines = text.splitlines()
    for names, values in zip(lines[::2], lines[1::2]):
        group = names.split(":")[0]
        if group in ("Tcp", "TcpExt"):
            counters.update(zip(names.split()[1:], map(int, values.split()[1:])))
    return counters


def diag_listens(text):
    """Does somebody listen to a group of NETLINK_SOCK_DIAG (4), says /proc/net/netlink?"""
    rows = [line.split() for line in text.splitlines()[1:]]
    return any(row[1] == "4" and int(row[3], 16) for row in rows)


def _name(word):
    addr, _, port = word.rpartition(":")
    return addr.strip("[]").removeprefix("::ffff:"), int(port)


def read_ss(text):
    """The connections among the sockets that were destroyed: who has no peer listened."""
    found = set()
    for line in text.splitlines(keepends=True):
        words = line.split()
        if not line.endswith("\n") or line[0].isspace() or len(words) < 5 or words[0] == "State":
            continue
        if not words[3].endswith(":*") and not words[4].endswith(":*"):
            found.add((*_name(words[3]), *_name(words[4])))
    return found


def _covers(ack, seq):
    return (ack - seq - 1) % 2**32 < 2**31


def _fins(flow, sport):
    return [Wave("FIN", sport, p.nr, p.ns, (p.seq + p.len) % 2**32, p.ack)
            for p in flow if p.sport == sport and p.flags & FIN]


def _acks(flow, fin):
    return [Wave("ACK", p.sport, p.nr, p.ns, p.seq, p.ack) for p in flow
            if p.nr > fin.nr and p.sport != fin.sport and p.flags & ACK and not p.flags & RST
            and _covers(p.ack, fin.seq)]


class Connection:
    """The end of one connection on the wire."""

    def __init__(self, flow):
        self.resets = [p for p in flow if p.flags & RST]
        self.sent_ns = collections.defaultdict(list)
        for p in flow:
            self.sent_ns[p.sport].append(p.ns)
        self.opened_ns = flow[min(2, len(flow) - 1)].ns     # the third of the handshake
        self.fins, self.acks = {}, {}   # port of who sent the FIN -> it and its repetitions; ACKs
        for sport in {p.sport for p in flow}:
            fins = _fins(flow, sport)
            if fins:
                self.fins[sport] = fins
                self.acks[sport] = _acks(flow, fins[0])
        self.halves = {port: (fins[0], next(iter(self.acks[port]), None))
                       for port, fins in self.fins.items()}

    def repeated(self, port):
        """How often the FIN from there was sent again."""
        return max(0, len(self.fins.get(port, ())) - 1)

    def nearest(self, wave, when_ns):
        """The one that was meant, where a FIN was sent more than once."""
        port = wave.sport
        if wave.flag == "ACK":
            port = next(other for other, acks in self.acks.items() if wave in acks)
        if not self.repeated(port):
            return wave
        choice = self.fins[port] if wave.flag == "FIN" else self.acks[port]
        return min(choice, key=lambda w: abs(w.ns - when_ns))

    def first(self):
        """The port of who sent the first FIN."""
        return min(self.halves, key=lambda port: self.halves[port][0].nr)

    def waves(self, local_port, both=False):
        """Four of them, in the order of the contract: the first FIN and its ACK, the other FIN and
        its ACK; in a simultaneous close one's own come first."""
        ports = sorted(self.halves, key=lambda port: self.halves[port][0].nr)
        if both:
            ports.sort(key=lambda port: port != local_port)
        return [wave for port in ports for wave in self.halves[port]]

    def ending(self):
        """three-way if the ACK of the first FIN is on the other FIN."""
        if len(self.halves) != 2:
            return None
        waves = self.waves(0)
        if None in waves:
            return None
        if not _covers(waves[2].ack, waves[0].seq) and waves[1].nr > waves[2].nr:
            return "simultaneous"
        return "three-way" if waves[1].nr == waves[2].nr else "four-way"


    def acked_before_close(self):
        """The ACK of the first FIN waited as long as the kernel lets it, and the other side had not closed yet: it was
        meant to, but the machine stood still."""
        if self.ending() != "four-way":
            return False
        fin, ack, other, _ = self.waves(0)
        return min(ack.ns, other.ns) - fin.ns >= DELAYED_ACK_NS


def names(said):
    """Which connection workload's or the tool's endpoint is of."""
    return frozenset(((said["local_addr"], said["local_port"]),
                      (said["peer_addr"], said["peer_port"])))


def connections(packets):
    flows = collections.defaultdict(list)
    for p in packets:
        flows[frozenset(((p.src, p.sport), (p.dst, p.dport)))].append(p)
    return {ends: Connection(flow) for ends, flow in flows.items()}
