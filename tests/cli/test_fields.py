# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--fields: what is printed is what the whole objects have at these keys; the whole ones are the second witness."""

import json
import os
import re
import sys

from fixture import TRAFFIC, one_line, same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = ["--replay", os.path.join(ROOT, "tools", "sample.rec")]
VIEWS = (["json"], ["connections", "-j"],
         ["who", "-j"], ["who", "-j", "--by", "pid,peer:port", "--top", "3"], ["hist", "-j"], ["stuck", "-j"])


def objects(cli, *args):
    done = cli.run(*args)
    same("exit status of %r: %s" % (args, done.stderr), done.returncode, 0)
    return [json.loads(line) for line in done.stdout.splitlines()]


def paths(value, above=""):
    """Every key in it, as a.b."""
    if isinstance(value, list):
        return {path for item in value for path in paths(item, above)}
    if not isinstance(value, dict):
        return set()
    return {path for key, item in value.items() for path in {above + key} | paths(item, above + key + ".")}


def selected(value, keys):
    """What these keys select of an object, here or below."""
    if isinstance(value, list):
        return [selected(item, keys) for item in value]
    if not isinstance(value, dict):
        return value
    rest = {key: {path.partition(".")[2] for path in keys if path.partition(".")[0] == key} for key in value}
    return {key: item if "" in rest[key] else selected(item, rest[key]) for key, item in value.items() if rest[key]}


def check(cli, view, keys, whole):
    some = objects(cli, *view, "--fields", ",".join(keys), *SAMPLE)
    want = [{"kind": o["kind"], **selected(o, set(keys))} for o in whole]
    same("%r of %s" % (keys, view[0]), [json.dumps(o) for o in some], [json.dumps(o) for o in want])


def test_each_key_alone_is_what_the_whole_object_has(cli):
    for view in VIEWS:
        whole = objects(cli, *view, *SAMPLE)
        there = sorted(set().union(*map(paths, whole)))
        true("keys of %r: %d" % (view, len(there)), len(there) > 30)
        for key in there:
            check(cli, view, [key], whole)


def test_keys_combine_in_the_order_of_the_object(cli):
    whole = objects(cli, "json", *SAMPLE)
    for keys in (["ending", "time"], ["calls.pid", "calls.call", "trigger.comm", "twin"], ["trigger.pid", "trigger"],
                 ["told", "hooks", "calls.effect", "schema"], sorted(set().union(*map(paths, whole)))):
        check(cli, ["json"], keys, whole)
    check(cli, ["json", "--fields", "start"], ["time", "start"], whole)


def test_on_the_live_host(cli, root):
    """Every key that these views print is accepted, and only those are printed."""
    for args in (["json", "--netns", cli.netns, "--", *cli.enter(*TRAFFIC, "2")], ["stuck", "-j"], ["doctor", "-j"]):
        known = set().union(*map(paths, objects(cli, *args)))
        keys = ",".join(sorted(known))
        some = objects(cli, args[0], "-j", "--fields", keys, *args[1:])
        same("other keys of %s" % args[0], set().union(*map(paths, some)) - known, set())
        one = objects(cli, args[0], "-j", "--fields", "kind", *args[1:])
        same("keys of %s" % args[0], set().union(*map(paths, one)), {"kind"})


def test_an_unknown_key_is_a_usage_error(cli):
    for args, words in ((["json", "--fields", "time,endng"], ["'endng'", "did you mean ending?"]),
                        (["json", "--fields", "trigger.pidd"], ["'trigger.pidd'", "did you mean trigger.pid?"]),
                        (["json", "--fields", "pid.trigger"], ["'pid.trigger'", "see JSON in tcpclose(8)"]),
                        (["json", "--fields", ""], ["unknown key ''"]),
                        (["json", "--fields", "time,"], ["unknown key 'time,'"]),
                        (["who", "-j", "--fields", "trigger"], ["--fields trigger does not apply to who, only"]),
                        (["who", "--fields", "closes"], ["--fields requires -j"]),
                        (["who", "--csv", "--fields", "closes"], ["--fields requires -j"]),
                        (["trace", "--fields", "time"], ["--fields does not apply to trace"])):
        one_line(" ".join(args), cli.run(*args, *SAMPLE), 64, *words)


def test_in_the_environment(cli):
    """Keys that the view lacks, and views without JSON, are no errors there; the command line replaces them."""
    whole = objects(cli, "who", "-j", *SAMPLE)
    for args, keys in ((["json"], {"kind", "time", "trigger"}), (["who", "-j"], set(whole[1])),
                       (["json", "--fields", "ending"], {"kind", "ending"})):
        done = cli.run(*args, *SAMPLE, env=dict(os.environ, TCPCLOSE_OPTS="--fields time,trigger"))
        same("keys of %r" % args, set(json.loads(done.stdout.splitlines()[1])), keys)
    done = cli.run("who", *SAMPLE, env=dict(os.environ, TCPCLOSE_OPTS="--fields time"))
    same("text", (done.returncode, done.stdout), (0, cli.run("who", *SAMPLE).stdout))


def test_the_words_that_are_completed_are_keys_of_the_manual(cli):
    with open(os.path.join(ROOT, "src", "man", "tcpclose.8.scd"), encoding="utf-8") as page:
        text = page.read().split("# JSON\n")[1].split("# PRIVILEGES")[0]
    with open(os.path.join(ROOT, "src", "man", "tcpclose-fleet.7.scd"), encoding="utf-8") as page:
        text += re.search(r"^JSON of \*stream info\*.*?\n\n", page.read(), re.M | re.S)[0]
    manual = set(re.findall(r"\w+", re.sub(r"\b_|_\b", " ", text.replace("\\_", "_"))))
    script = cli.run("--document", "bash").stdout
    words = re.search(r"--fields\)\n.*-W '([^']*)'", script)[1].split()
    true("words %r" % words, len(words) > 60 and len(words) == len(set(words)) and "." not in "".join(words))
    same("words that the manual lacks", [word for word in words if word not in manual], [])


def test_names_of_any_bytes(cli, root):
    """A selection does not change how a value is written."""
    script = ("import ctypes,socket;ctypes.CDLL(None).prctl(15,b'\\xff\"\\n',0,0,0)\n"
              "l=socket.socket();l.bind(('127.0.0.1',0));l.listen();c=socket.create_connection(l.getsockname())\n"
              "s,_=l.accept();c.close();s.close()")
    some = objects(cli, "json", "--fields", "trigger.comm", "--netns", cli.netns, "--",
                   *cli.enter(sys.executable, "-c", script))
    same("names", {o["trigger"]["comm"] for o in some if o["kind"] == "close"}, {'\\xff"\n'})
