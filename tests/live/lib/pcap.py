# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads what tcpdump wrote: the TCP segments of a capture, nothing else of it.

Small enough for a guest that has no tshark; `run.py --tshark` has tshark read the same file, and compares.
Formats: the pcap file (microseconds or nanoseconds), Linux "cooked" links of both versions, Ethernet and
raw IP; IPv4 and IPv6 without extension headers, which no case sends.
"""

import socket
import struct

# link type -> length of its header, where in it the EtherType is
LINKS = {276: (20, 0),      # LINKTYPE_LINUX_SLL2: tcpdump -i any
         113: (16, 14),     # LINKTYPE_LINUX_SLL: the same of an older tcpdump
         1: (14, 12),       # LINKTYPE_ETHERNET
         101: (0, None)}    # LINKTYPE_RAW
IPV4, IPV6, TCP = 0x0800, 0x86DD, 6


class PcapError(Exception):
    """The file is no capture, or of a link that we do not know."""


def _tcp(src, dst, body, length):
    """One segment: addresses, ports, flags, numbers, payload length. length is of the whole segment."""
    if len(body) < 20:
        return None
    sport, dport, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", body)
    flags |= (offset & 1) << 8      # AE, RFC 7560's NS
    return src, sport, dst, dport, flags, seq, ack, length - (offset >> 4) * 4


def _ipv4(packet):
    head = (packet[0] & 15) * 4
    total, = struct.unpack_from(">H", packet, 2)
    if packet[9] != TCP or struct.unpack_from(">H", packet, 6)[0] & 0x1FFF:
        return None     # another protocol, or not the first fragment
    src, dst = (socket.inet_ntop(socket.AF_INET, packet[at:at + 4]) for at in (12, 16))
    return _tcp(src, dst, packet[head:], total - head)


def _ipv6(packet):
    total, = struct.unpack_from(">H", packet, 4)
    if packet[6] != TCP:
        return None
    src, dst = (socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24))
    return _tcp(src, dst, packet[40:], total)


def _segment(frame, link):
    head, at = LINKS[link]
    packet = frame[head:]
    if len(packet) < 20:
        return None
    kind = struct.unpack_from(">H", frame, at)[0] if at is not None else None
    version = packet[0] >> 4
    if version == 4 and kind in (IPV4, None):
        return _ipv4(packet)
    return _ipv6(packet) if version == 6 and kind in (IPV6, None) and len(packet) >= 40 else None


def segments(path):
    """(ns since 1970, src, sport, dst, dport, flags, seq, ack, payload length) of each, in order."""
    with open(path, "rb") as f:
        data = f.read()
    order = {b"\xa1\xb2": ">", b"\xd4\xc3": "<", b"\x4d\x3c": "<"}.get(data[:2])
    if order is None or len(data) < 24:
        raise PcapError(f"{path}: no capture")
    magic, = struct.unpack_from(order + "I", data)
    unit = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}.get(magic)
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    if unit is None or link not in LINKS:
        raise PcapError(f"{path}: magic {magic:#x}, link type {link}")
    at = 24
    while at + 16 <= len(data):
        seconds, part, kept, _ = struct.unpack_from(order + "4I", data, at)
        found = _segment(data[at + 16:at + 16 + kept], link)
        at += 16 + kept
        if found:
            yield (seconds * 10**9 + part * unit, *found)
