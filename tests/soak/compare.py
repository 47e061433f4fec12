# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tool must have said, given the truth of every soak. A difference is a line."""

import collections
import json

PARTS = ("fin_queued", "ack_wait", "peer_hold", "app_hold", "last_ack_wait")
NAMES = "family v4_mapped local_addr local_port peer_addr peer_port opened".split()
CLEAN = ("four-way", "three-way", "simultaneous")
OVERTAKEN_ONE_IN = 4000     # endpoints; more would be a mistake of the tool's
UNSEEN = "ending: whether waves 2 and 3 shared a segment was not seen"


class Truths:
    """By (netns, cookie): ports are used again, cookies never are."""

    def __init__(self):
        self.ends = {}
        self.twins = {}     # key -> key of the other end

    def add(self, netns, lines):
        halves = {}
        for line in lines:
            truth = json.loads(line)
            key = netns, truth["cookie"]
            if key in self.ends:
                raise ValueError(f"two truths of {key}: {truth} and {self.ends[key]}")
            self.ends[key] = truth
            other = halves.pop(truth["conn"], None)
            if other is None:
                halves[truth["conn"]] = key
            else:
                self.twins[key], self.twins[other] = other, key
        if halves:
            raise ValueError(f"connections of which one end said nothing: {sorted(halves)[:5]}")


class Comparison:
    def __init__(self, truths):
        self.truths = truths
        self.netns = {key[0] for key in truths.ends}
        self.failures = []
        self.kinds = collections.Counter()      # of differences
        self.stories = {}
        self.strangers = 0      # stories of other namespaces
        self.overtaken = 0      # ACKs that came after the FIN that they were sent before

    def fail(self, text, kind=None):
        self.kinds[kind or text.split(":")[0]] += 1
        self.failures.append(text)

    def same(self, who, what, said, wants):
        if said not in wants:
            wants = wants[0] if len(wants) == 1 else " or ".join(map(repr, wants))
            self.fail(f"{who}: {what}: said {said!r}, is {wants!r}", what)

    def read(self, lines):
        """Sorts out the tool's output; returns its summary and its meta."""
        closes, others = 0, {}
        for nr, line in enumerate(lines, 1):
            try:
                said = json.loads(line)
            except json.JSONDecodeError as e:
                self.fail(f"line {nr} is not JSON: {e}: {line[:200]!r}", "JSON")
                continue
            if said["kind"] != "close":
                others[said["kind"]] = said
                continue
            closes += 1
            self._take(said)
        self._check_summary(others.get("summary"), closes)
        return others.get("meta") or {}

    def _take(self, said):
        netns = said["netns"]
        if netns not in self.netns:
            self.strangers += 1
            return
        key = netns, said["cookie"]
        if key not in self.truths.ends:
            self.fail(f"told, but nobody did it: {brief(said)}", "nobody's")
        elif key in self.stories:
            self.fail(f"told twice: {brief(said)} and {brief(self.stories[key])}", "twice")
        else:
            self.stories[key] = said

    def _check_summary(self, said, closes):
        if said is None:
            self.fail("no summary", "summary")
            return
        parts = said["told"] + said["filtered"] + said["open"] + sum(said["lost"].values())
        if said["seen"] != parts:
            self.fail(f"summary: seen {said['seen']}, told + filtered + open + lost {parts}: "
                      f"{said}", "summary")
        if said["told"] != closes:
            self.fail(f"summary: told {said['told']}, there are {closes}", "summary")
        if any(said["events_lost"].values()) or any(said["lost"].values()):
            self.fail(f"summary: lost {said['lost']}, events {said['events_lost']}", "summary")

    def check_all(self, attached):
        for key, truth in self.truths.ends.items():
            if key in self.stories:
                self._check(key, truth, self.stories[key], attached)
            else:
                self.fail(f"not told: {title(truth)}", "not told")

    def _check(self, key, truth, said, attached):
        who = title(truth)
        for name in NAMES:
            self.same(who, name, said[name], [truth[name]])
        for name in ("ending", "initiator", "reason"):
            self.same(who, name, said[name], (truth[name] or "").split("|")
                      if truth[name] else [None])
        for name in ("sent", "received"):
            self.same(who, f"bytes.{name}", said["bytes"][name], [truth[name]])
        self.same(who, "partial", said["partial"], [False])
        self._check_trigger(who, truth["trigger"], said["trigger"], attached)
        self._check_phases(who, said)
        self._check_reset(who, said)
        self._check_twin(who, key, said)

    def _check_trigger(self, who, truth, said, attached):
        if truth is None or said is None:
            self.same(who, "trigger", said, [truth])
            return
        for name in truth:
            self.same(who, f"trigger.{name}", said[name], [truth[name]])
        self.same(who, "trigger.deferred", said["deferred"], [False])
        hooked = attached != "inline" and truth["call"] in ("close", "shutdown")
        self.same(who, "trigger.ret", said["ret"], [0 if hooked else None])

    def _check_phases(self, who, said):
        phases = said["phase_ns"]
        cut = said["cut"]
        parts = sum(phases[name] or 0 for name in PARTS) + (cut["ns"] if cut else 0)
        if cut and phases[cut["phase"]] is not None:
            self.fail(f"{who}: {cut} beside {phases}", "cut")
        if said["ending"] in CLEAN:
            self.same(who, "cut", cut, [None])
        if any(value is not None and value < 0 for value in phases.values()):
            self.fail(f"{who}: phases below 0: {phases}", "phases")
        if phases["total"] is None or parts > phases["total"]:
            self.fail(f"{who}: parts of {parts} ns: {phases}", "phases")
        numbers = [wave["wave"] for wave in said["waves"]]
        if said["ending"] in CLEAN:
            self.same(who, "waves", numbers, [[1, 2, 3, 4]])

    def _check_reset(self, who, said):
        """Nothing is between the ends: each RST that came is the other end's. Unread data is lost."""
        known = [False, None] if said["ending"] == "reset-received" else [None]
        self.same(who, "middlebox", said["middlebox"], known)
        lost = said["data_lost"] or {"unread": 0}
        if (said["reason"] == "unread-data") > (lost["unread"] > 0):
            self.fail(f"{who}: unread-data, lost {lost}", "data_lost")
        if said["reset_by"] and said["ending"] != "reset-sent":
            self.fail(f"{who}: {said['ending']} with reset_by", "reset_by")

    def _overtaken(self, said, twin):
        """The ACK and the FIN left on two processors, and the FIN came first: each end is right. Rare."""
        first, second = (said, twin) if said["initiator"] == "local" else (twin, said)
        if (first["ending"], second["ending"]) != ("three-way", "four-way"):
            return False
        self.overtaken += 1
        return self.overtaken <= 1 + len(self.truths.ends) // OVERTAKEN_ONE_IN

    def _check_twin(self, who, key, said):
        """The other end's name; and both must agree on what nobody could know beforehand."""
        other = self.truths.twins[key]
        self.same(who, "twin.cookie", (said["twin"] or {}).get("cookie"), [other[1]])
        if other not in self.stories or key > other:
            return
        twin = self.stories[other]
        if {"local": "peer", "peer": "local"}.get(said["initiator"],
                                                  said["initiator"]) != twin["initiator"]:
            self.fail(f"{who}: initiator {said['initiator']}, the twin's {twin['initiator']}",
                      "twin's initiator")
        if said["ending"] in CLEAN and said["ending"] != twin["ending"] and not (
                UNSEEN in said["missing"] or UNSEEN in twin["missing"]) and not self._overtaken(said, twin):
            self.fail(f"{who}: {said['ending']}, the twin {twin['ending']}", "twin's ending")


def title(truth):
    acts = "" if truth["first"] == "both" else f"{truth['first']} first: "
    return (f"{truth['conn']} {truth['side']} {truth['local_addr']} {truth['local_port']} > "
            f"{truth['peer_port']} {truth['cookie']} ({acts}{' | '.join(truth['acts'])})")


def brief(said):
    return (f"netns {said['netns']} {said['cookie']} {said['local_addr']} {said['local_port']} > "
            f"{said['peer_addr']} {said['peer_port']} {said['ending']} at {said['start']}")
