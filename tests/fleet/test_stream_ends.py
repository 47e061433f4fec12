# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""connections with a fleet: why the other end of a connection is not known. The heartbeats say which hosts are traced,
what addresses they have, and what they lost; the witnesses are the two recordings, of which one is left out."""

import json
import os
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from frames import CONFIG, SECOND, disguised, frame, header_lines, heartbeat, in_order, segments, value  # noqa: E402
from frames import write_frames  # noqa: E402
from stream_fixture import CONNECTIONS, Reader, Stream, recordings, same, true  # noqa: E402
from two_hosts import CLIENT, SERVER  # noqa: E402

BOOT = "99999999-2222-4333-8444-555555555555"
ELSEWHERE = "10.99.0.1"


def shift_to(path, target, ns):
    cut = list(segments(path))
    return disguised(path, target, value(header_lines(path), "host"), None, ns - cut[-1].broker_ns, shift=0)


def reasons(text):
    found = [one for one in map(json.loads, text.splitlines()) if one["kind"] == "connection"]
    return [one["one_sided"] for one in found]


def alone(stream, frames):
    """The reasons of the connections of which one end is in the stream, at the end of it."""
    write_frames(stream.path, frames)
    return set(reasons(stream.show("connections -j")))


def test_the_reasons_at_the_end(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    cut = list(segments(paths[0]))
    end = cut[-1].broker_ns
    here = heartbeat(paths[0], end, addresses=[CLIENT])

    def there(ns=end, **facts):
        return heartbeat(paths[1], ns, addresses=[SERVER], **facts)

    same("no heartbeats", alone(stream, cut), {"not-found"})
    same("the address of nobody", alone(stream, [here, *cut]), {"peer-not-traced"})
    same("its list is incomplete", alone(stream, [heartbeat(paths[1], end, complete=False), here, *cut]), {"not-found"})
    same("traced", alone(stream, [here, there(), *cut]), {"not-found"})
    same("silent", alone(stream, [here, there(end - 40 * SECOND), *cut]), {"peer-silent"})
    same("stopped", alone(stream, [here, there(end - 2 * SECOND, more=["ended"]), *cut]), {"peer-silent"})
    lossy = [there(end - 5 * SECOND), there(more=["lost ring_full 7"])]
    same("losses", alone(stream, [here, *lossy, *cut]), {"peer-lost"})
    config = frame(CONFIG, b"tcpclose config\npartitions 1\nhash_key 00112233445566778899aabbccddeeff\n")
    sampled = there(more=["rate 0.000001"])
    same("left out", alone(stream, [config, here, sampled, *cut]), {"sampled-out"})
    joined = alone(stream, [here, there(), *in_order(cut, segments(paths[1]))])
    same("joined", joined, {None})


def test_a_peer_that_is_not_traced_is_reported_at_once(cli, root, options, timed):
    """And while its window goes on, one that is traced is not."""
    paths, stream = recordings(cli), Stream(options)
    now = shift_to(paths[0], os.path.join(options.folder, "now"), time.time_ns())
    for address, expected in ((ELSEWHERE, CONNECTIONS), (SERVER, 0)):
        cut = list(segments(now))
        beats = [heartbeat(now, cut[-1].broker_ns, addresses=[CLIENT]),
                 heartbeat(paths[1], cut[-1].broker_ns, addresses=[address])]
        write_frames(stream.path, beats)
        with Reader(stream, "connections", "-j", "-q") as reader, open(stream.path, "ab", buffering=0) as f:
            reader.read_until(lambda text: True)
            for one in cut:
                f.write(one.frame())
            later = list(segments(disguised(now, os.path.join(options.folder, "other"), "other", BOOT, SECOND)))
            for one in later:
                one.broker_ns += 5 * SECOND
                f.write(one.frame())
            reader.read_until(lambda text: '"host":"other"' in text and text.count('"kind":"connection"') >= expected)
            _, out, _ = reader.stop()
        before_the_end = out[:out.index('"kind":"pairs"')]
        at_once = [why for why in reasons(reader.out.decode().rpartition("\n")[0]) if why == "peer-not-traced"]
        true("%s: %d at once" % (address, len(at_once)), (len(at_once) >= CONNECTIONS) == bool(expected))
        true("output", before_the_end)


def test_an_end_that_comes_after_the_other_was_reported_is_late(cli, root, options):
    """The second end of a connection comes three minutes later: the first one was reported alone by then. The two hosts
    that have nothing to do with it show that time passes."""
    paths, stream = recordings(cli), Stream(options)
    first, second = list(segments(paths[0])), list(segments(paths[1]))
    others = [list(segments(disguised(paths[0], os.path.join(options.folder, "o%d" % i), "o%d" % i,
                                      str(i) + BOOT[1:], i * 60 * SECOND, shift=1000 * i))) for i in (1, 2, 3, 4)]
    for one in second:
        one.broker_ns += 200 * SECOND
    write_frames(stream.path, in_order(first, second, *others))
    found = [one for one in map(json.loads, stream.show("connections -j").splitlines()) if one["kind"] == "connection"]
    hosts = {"client": set(), "server": set()}
    for one in found:
        end = one["client"] or one["server"]
        if end["host"] in hosts:
            hosts[end["host"]].add(one["one_sided"])
    same("reasons", hosts, {"client": {"not-found"}, "server": {"late"}})
