# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tool must have said, given the truth and the witnesses. A difference is a line."""

import json
import os

import endings
import timing
import observers
from assertions import Report

KEYS = """kind schema start time family netns cookie local_addr local_port peer_addr peer_port
opened age_ns initiator ending class reason trigger calls waves states phase_ns blame bytes
fin_retransmits peer_fin_retransmits srtt_us twin partial missing""".split()

# Deltas that are compared even where workload does not name them: then they must be 0.
COUNTERS = """TW EstabResets OutRsts AttemptFails TCPAbortOnData TCPAbortOnClose TCPAbortOnLinger
TCPAbortOnTimeout TCPAbortOnMemory TCPTimeWaitOverflow TWKilled""".split()


def name_of(said):
    return said["local_addr"], said["local_port"], said["peer_addr"], said["peer_port"]


def reverse(name):
    return name[2:] + name[:2]


def _kernel():
    return tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])


def check_observers(evidence, report):
    """Did workload do what it says? If not, nothing said about the tool counts."""
    wires = observers.connections(evidence.packets)
    for truth in evidence.truth:
        wire = wires.get(observers.names(truth))
        who = f"workload {truth['side']} :{truth['local_port']}"
        if wire is None:
            report.fail(f"{who}: not in the capture")
        elif truth["class"] == "clean":
            if truth["ending"] == "three-way" and wire.acked_before_close():
                truth["ending"] = "four-way"
            report.same(f"{who}: RSTs in the capture", len(wire.resets), truth["resets"])
            report.true(f"{who}: ending in the capture", wire.ending() in truth["ending"].split("|"),
                        f"said {wire.ending()!r}, is {truth['ending']!r}")
            if wire.ending() in ("four-way", "three-way"):
                report.same(f"{who}: closes first in the capture",
                            wire.first() == truth["local_port"], truth["closes_first"])
        else:
            endings.check_wire(who, truth, wire, report)
    for name in COUNTERS:
        # Until 6.1 TW counts when the timer of the minisock fires, a minute later.
        if name in evidence.counters and not (name == "TW" and _kernel() < (6, 1)):
            report.same(f"counter {name}", evidence.counters[name],
                        evidence.counters_want.get(name, 0))
    names = {name_of(truth) for truth in evidence.truth}
    report.same("sockets destroyed (ss -E) that workload did not name", evidence.destroyed - names,
                set())


def _biggest(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return max(map(_biggest, value), default=0)
    return abs(value) if isinstance(value, int) else 0


def _parse(evidence, report):
    objects = []
    for nr, line in enumerate(evidence.tool_lines, 1):
        try:
            objects.append(json.loads(line))
        except json.JSONDecodeError as e:
            report.fail(f"line {nr} is not JSON: {e}: {line[:200]!r}")
    report.true("integers below 2^53", _biggest(objects) < 2**53, _biggest(objects))
    kinds = [o.get("kind") for o in objects]
    report.same("kind of the first object", kinds[0] if kinds else None, "meta")
    report.same("kind of the last object", kinds[-1] if kinds else None, "summary")
    for kind in ("meta", "summary"):
        report.same(f"objects of kind {kind}", kinds.count(kind), 1)
    report.same("other kinds", set(kinds) - {"meta", "close", "lost", "summary"}, set())
    return objects


def _check_summary(objects, told, report):
    summary = next((o for o in objects if o.get("kind") == "summary"), None)
    if summary is None:
        return
    try:
        lost = sum(summary["lost"].values())
        report.same("summary: seen = told + filtered + open + lost", summary["seen"],
                    summary["told"] + summary["filtered"] + summary["open"] + lost)
        report.same("summary: told", summary["told"], told)
        report.same("summary: open", summary["open"], 0)
        report.same("summary: lost", lost, 0)
        report.same("summary: events lost", sum(summary["events_lost"].values()), 0)
    except (KeyError, TypeError, AttributeError) as e:
        report.fail(f"summary: {e!r} in {summary}")


def _check_hooks(objects, calls, report):
    meta = next((o for o in objects if o.get("kind") == "meta"), {})
    attached = (meta.get("hooks") or {}).get("calls")
    if calls != "auto":
        report.same("meta: hooks.calls", attached, calls)
    return attached


def _reason(truth):
    """Before 6.10 the kernel gives none for a RST, and an MPTCP subflow shows none: its data is in another queue."""
    if truth["reason"] == "unread-data" and not truth["unread"] and _kernel() < (6, 10):
        return "other"
    return truth["reason"]


def _check_identity(story, truth, twin, wire, netns, report):
    for key in KEYS:
        report.true(f"key {key}", key in story, "missing")
    for key, want in (("schema", 1), ("netns", netns), ("family", truth["family"]),
                      ("cookie", truth.get("cookie", story.get("cookie"))),
                      ("opened", truth["opened"]),
                      ("initiator", truth["initiator"]), ("class", truth["class"]),
                      ("reason", _reason(truth)), ("states", truth["states"]),
                      ("partial", False)):
        report.same(key, story.get(key), want)
    for key, port in (("fin_retransmits", truth["local_port"]),
                      ("peer_fin_retransmits", truth["peer_port"])):
        if story.get(key) is not None:      # null: nobody looked
            report.same(key, story[key], wire.repeated(port))
    report.same("v4_mapped", bool(story.get("v4_mapped")), truth["v4_mapped"])
    said = story.get("bytes") or {}
    for key in ("sent", "received", "unread", "unsent"):
        report.same(f"bytes.{key}", said.get(key), truth[key])
    if truth["lost"]:
        report.same("data_lost.unread", (story.get("data_lost") or {}).get("unread"), truth["lost"])
    # Whether the ACK of data sent just before was there yet is between the kernel and its timers.
    report.true("bytes.unacked", 0 <= said.get("unacked", -1) <= truth["sent"], said.get("unacked"))
    _check_twin(story, twin, report)


def _check_twin(story, twin, report):
    """Who ended the other end, as far as that was known when the story was told."""
    if twin is None:
        report.same("twin", story.get("twin"), None)
        return
    said = story.get("twin") or {}
    by = twin["trigger"] or twin
    # Until 5.12 no program may have a cookie made: then it shows only after somebody asked for it.
    if "cookie" in twin and not (_kernel() < (5, 12) and said.get("cookie", 0) is None):
        report.same("twin.cookie", said.get("cookie"), twin["cookie"])
    told_ns = timing.stamp_ns(story["time"])
    later = min((call["begin_us"] for call in twin["calls"]), default=0) * 1000 > told_ns
    if said.get("pid", 0) is None and (later or twin["trigger"] is None or by["maybe"]):
        report.same("twin.comm", said.get("comm"), None)    # nobody had acted on it yet
        return
    _check_task("twin", said, by, report)


def _check_task(what, said, by, report):
    """The workload leaves out what it cannot know; then it must at least be none of its own."""
    if "pid" in by:
        report.same(f"{what}.pid", said.get("pid", "missing"), by["pid"])
        if "process" in by:
            report.same(f"{what}.process", said.get("process", "missing"), by["process"])
    else:
        report.true(f"{what}.pid", said.get("pid") not in by["not_pids"],
                    f"said {said.get('pid')}, which is workload's")
    if by.get("comm", "").endswith("*"):
        report.true(f"{what}.comm", str(said.get("comm")).startswith(by["comm"][:-1]),
                    f"{said.get('comm')}, want {by['comm']}")
    elif "comm" in by:
        report.same(f"{what}.comm", said.get("comm", "missing"), by["comm"])


def _in_window(story, at_ns, begin_us, end_us):
    when = timing.start_ns(story) + at_ns
    return (begin_us * 1000 - timing.TOLERANCE_NS <= when
            <= end_us * 1000 + timing.TOLERANCE_NS)


def _check_trigger(story, truth, attached, report):
    want, got = truth["trigger"], story.get("trigger")
    if want is None or got is None:
        if not (want and want["maybe"]):
            report.same("trigger", got, want)
        return
    report.true("trigger.call", got.get("call") in want["call"].split("|"),
                f"said {got.get('call')!r}, is {want['call']!r}")
    for key in ("how", "fd", "tid", "uid", "exit_code", "signal", "deferred"):
        if key in want:
            report.same(f"trigger.{key}", got.get(key, "missing"), want[key])
    _check_task("trigger", got, want, report)
    if attached == "inline" or want["ret"] is None:
        report.same("trigger.ret", got.get("ret"), None)
        report.same("trigger.call_ns", got.get("call_ns"), None)
        return
    report.same("trigger.ret", got.get("ret"), want["ret"])
    call = next((c for c in truth["calls"] if c["effect"] in ("fin", "reset")),
                truth["calls"][0])
    longest = (call["end_us"] - call["begin_us"] + 1) * 1000
    shortest = max(want["blocked_ms"] * 1_000_000, 1)
    took = got.get("call_ns")
    report.true("trigger.call_ns", took is not None and shortest <= took <= longest,
                f"{took}, want {shortest}..{longest}")


def _is_call(said, want):
    return (said.get("call") in want["call"].split("|") and
            all(said.get(key) == want[key] for key in ("how", "fd", "pid", "tid") if key in want))


def _check_inline_calls(truth, said, report):
    """Without a hook on calls only those that changed the state show, never what they returned."""
    wants = iter(truth["calls"])
    for call in said:
        report.true("calls: one that workload made, in order", any(_is_call(call, w) for w in wants),
                    call)
        report.same("calls: ret", call.get("ret"), None)
    for want in truth["calls"]:
        if want["effect"] in ("fin", "reset"):
            shows = any(_is_call(c, want) and c["effect"] == want["effect"] for c in said)
            report.true("calls", shows, f"no {want} in {said}")


def _check_call(what, got, want, report):
    report.true(f"{what}.call", got.get("call") in want["call"].split("|"),
                f"said {got.get('call')!r}, is {want['call']!r}")
    for key in ("how", "fd", "tid"):
        if key in want:
            report.same(f"{what}.{key}", got.get(key, "missing"), want[key])
    _check_task(what, got, want, report)
    report.same(f"{what}.ret", got.get("ret", "missing"), want["ret"] if want["hooked"] else None)
    if want["effect"]:
        report.same(f"{what}.effect", got.get("effect"), want["effect"])


def _check_calls(story, truth, attached, report):
    # What is no call on this socket (an exit, a call on another descriptor) may be among them; then
    # it is the trigger.
    trigger = truth["trigger"] or {"call": "none"}
    said = story.get("calls") or []
    if story["ending"] == "never-open":     # who tried: workload does not list connect()
        for call in [c for c in said if c["call"] == "connect"]:
            report.same("connect: pid", call["pid"], truth["pid"])
            said = [c for c in said if c is not call]
        if story["reason"] != "closed":
            report.true("connect: in calls", len(said) < len(story["calls"]), story["calls"])
    if not any(c["effect"] in ("fin", "reset") for c in truth["calls"]):
        for act in said:
            if act.get("effect") in ("fin", "reset"):
                report.true("calls: what ended it", _is_call(act, trigger), act)
        said = [c for c in said if c.get("effect") not in ("fin", "reset")]
    if attached == "inline":
        _check_inline_calls(truth, said, report)
        return
    # After a RST the story is over; whether it waits for close() the contract leaves open.
    wants = [c for c in truth["calls"] if c["effect"] or len(said) == len(truth["calls"])]
    report.same("calls: how many", len(said), len(wants))
    for i, (got, want) in enumerate(zip(said, wants)):
        _check_call(f"calls[{i}]", got, want, report)
        report.true(f"calls[{i}].at_ns",
                    _in_window(story, got["at_ns"], want["begin_us"], want["end_us"]),
                    f"{got['at_ns']} from {story['start']} is not within the call "
                    f"{want['begin_us']}..{want['end_us']} us")


def _something_took_longer(story, truth):
    """On a slow machine an application may hold the connection for longer than what workload made it wait for."""
    spent = {"local-app": story["phase_ns"]["app_hold"], "peer-app": story["phase_ns"]["peer_hold"]}
    longest = max(spent, key=lambda name: spent[name] or 0)
    return timing.SLOW > 1 and story["blame"] == longest and 2 * (spent[longest] or 0) > story["phase_ns"]["total"]


def _check_story(story, truth, twin, wire, evidence, attached, report):
    _check_identity(story, truth, twin, wire, evidence.netns, report)
    _check_trigger(story, truth, attached, report)
    _check_calls(story, truth, attached, report)
    timing.check_times(story, truth, wire, report)
    if truth["blame"] and not _something_took_longer(story, truth):
        report.same("blame", story.get("blame"), truth["blame"])
    if truth["class"] != "clean":
        report.same("ending", story.get("ending"), truth["ending"])
        endings.check_story(story, truth, wire, report)
        return
    report.same("ending", story.get("ending"), wire.ending())
    timing.check_waves(story, truth, wire, report)
    timing.check_phases(story, truth, wire, report)


def _name_strangers(truths):
    """Where workload cannot know who acts, it must be none of its processes."""
    pids = {truth["pid"] for truth in truths} | {call["pid"] for truth in truths
                                                 for call in truth["calls"] if "pid" in call}
    for truth in truths:
        for act in [truth["trigger"] or truth, *truth["calls"]]:
            act["not_pids"] = pids


def _twin_of(name, truths):
    """The other end has the names the other way round; or the ports only, where a translator stood between."""
    translated = [truth for other, truth in truths.items() if (name[1], name[3]) == (other[3], other[1])]
    return truths.get(reverse(name)) or next(iter(translated), None)


def check_tool(evidence, calls, report):
    _name_strangers(evidence.truth)
    report.same("exit status of the tool", evidence.tool_status, 0)
    objects = _parse(evidence, report)
    closes = [o for o in objects if o.get("kind") == "close"]
    _check_summary(objects, len(closes) + evidence.others, report)
    attached = _check_hooks(objects, calls, report)
    stories = {}
    for story in closes:
        if name_of(story) in stories:
            report.fail(f"told twice: {name_of(story)}")
        stories[name_of(story)] = story
    truths = {name_of(truth): truth for truth in evidence.truth}
    for name in stories.keys() - truths.keys():
        report.fail(f"told, but nobody did it: {name}: {stories[name].get('ending')}")
    hidden = {name for name, truth in truths.items() if not truth["ending"]}
    report.same("destroyed (ss -E), but not told", evidence.destroyed - stories.keys() - hidden,
                set())
    wires = observers.connections(evidence.packets)
    for name in hidden & stories.keys():
        report.fail(f"told, but it is not to be: {name}: {stories[name].get('ending')}")
    for name in truths.keys() - hidden:
        truth = truths[name]
        if name not in stories:
            report.fail(f"not told: {truth['side']} {name}")
            continue
        wire = wires[observers.names(truth)]
        part = Report(f"{truth['side']} :{truth['local_port']}")
        try:
            _check_story(stories[name], truth, _twin_of(name, truths), wire, evidence, attached, part)
        except (KeyError, TypeError, AttributeError, ValueError) as e:
            part.fail(f"cannot be checked: {e!r} in {json.dumps(stories[name])}")
        report.take(part)
