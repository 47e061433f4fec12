# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view doctor, and --btf: what they say, against what /proc, /sys and the benchmark's page say."""

import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys

from fixture import HERE, closes, one_line, same, true
from unprivileged import BITS, User, sets_of

BTF = "/sys/kernel/btf/vmlinux"
TOOLS = os.path.join(HERE, "..", "..", "tools")
BENCH_PAGE = os.path.join(HERE, "..", "..", "tools", "bench", "README.md")
NO_BTF = "mount -t tmpfs none /sys/kernel/btf && exec "
GROUPS = ["hook", "kernel", "privilege", "host"]
KEYS = {"kind", "schema", "group", "name", "status", "value", "about", "without", "cost", "cost_source",
        "mend"}


def objects_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def findings(done):
    """By name; with meta first and the summary last, which counts them."""
    objects = objects_of(done)
    same("first and last", (objects[0]["kind"], objects[-1]["kind"]), ("meta", "summary"))
    found = {o["name"]: o for o in objects[1:-1]}
    same("kinds", {o["kind"] for o in objects[1:-1]}, {"doctor"})
    for o in objects[1:-1]:
        same("keys of " + o["name"], set(o), KEYS)
    for status in ("ok", "limited", "missing", "unknown"):
        same(status, objects[-1][status], sum(o["status"] == status for o in found.values()))
    return found


def unshare(cli, script, *flags):
    return subprocess.run(["unshare", "-m", *flags, "sh", "-c", script], capture_output=True, text=True,
                          timeout=60)


def values(found, *names):
    return [found[name]["value"] for name in names]


def yes(held):
    return "yes" if held else "no"


def test_doctor_finds_what_is_there(cli, root):
    done = cli.run("doctor", "-j")
    same("exit status", (done.returncode, done.stderr), (0, ""))
    found = findings(done)
    same("groups", sorted({f["group"] for f in found.values()}, key=GROUPS.index), GROUPS)
    same("can trace", objects_of(done)[-1]["can_trace"], True)
    same("essential hooks", values(found, "state", "destroy", "walk"), ["tp_btf", "tp_btf", "iter"])
    same("btf", found["btf"]["value"], yes(os.path.exists(BTF)))
    same("kprobes", found["kprobes"]["value"],
         yes(os.path.exists("/sys/bus/event_source/devices/kprobe/type")))
    effective = sets_of("self")["CapEff"]
    for cap in ("bpf", "perfmon", "sys_admin", "sys_ptrace", "dac_read_search"):
        same(cap, found["CAP_" + cap.upper()]["value"], yes(effective >> BITS[cap] & 1))
    soft = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    same("memlock", found["RLIMIT_MEMLOCK"]["value"],
         "no limit" if soft == resource.RLIM_INFINITY else "%d KiB" % (soft >> 10))
    with open("/proc/sys/kernel/unprivileged_bpf_disabled") as f:
        same("unprivileged", found["unprivileged_bpf"]["value"], f.read().strip())
    with open("/proc/mounts") as f:
        types = {line.split()[2] for line in f}
    same("cgroups", found["cgroups"]["value"],
         {(True, True): "v1 and v2", (False, True): "v2", (True, False): "v1"}.get(
             ("cgroup" in types, "cgroup2" in types), "none"))
    same("tracefs", found["tracefs"]["value"], "mounted" if "tracefs" in types else "not mounted")


def test_hooks_are_those_of_a_run(cli, root):
    """How the tracer attached them when it did."""
    for calls in ("auto", "inline"):
        hooks = cli.trace("--tree", "--calls", calls)[0]["hooks"]
        done = cli.run("doctor", "-j", "--calls", calls)
        found = findings(done)
        same(calls, {n: f["value"] for n, f in found.items() if f["group"] == "hook"}, hooks)


def test_no_cost_is_invented(cli, root):
    """Each is in the benchmark's page, to the digit, or was measured: then the numbers are of now."""
    with open(BENCH_PAGE) as f:
        page = f.read()
    same("figures of the page", bool(re.search(r"`on_state` \d+ ns", page)), True)
    found = findings(cli.run("doctor", "-j"))
    sources = set()
    for name, f in found.items():
        same(name + ": a cost has a source", f["cost"] is None, f["cost_source"] is None)
        sources.add(f["cost_source"])
        if f["cost_source"] == "benchmark":
            for ns in re.findall(r"(\d+) ns", f["cost"]):
                true("%s: %s ns is not in %s" % (name, ns, BENCH_PAGE),
                     re.search(r"`[a-z_]+` %s\b" % ns, page))
    same("sources", sources, {None, "benchmark", "here"})
    here = found["calls"]["cost"]
    numbers = list(map(int, re.findall(r"(\d+) -> (\d+) ns", here)[0]))
    true("a system call takes %r ns" % numbers, all(10 < n < 100000 for n in numbers))


def test_its_text_fits_80_columns(cli, root):
    for args in ((), ("-o", "-")):
        done = cli.run("doctor", *args)
        lines = done.stdout.splitlines()
        same("exit status", (done.returncode, done.stderr), (0, ""))
        true("wide: %r" % max(lines, key=len), max(map(len, lines)) <= 80)
        for title in ("HOOKS", "KERNEL", "PRIVILEGES", "HOST"):
            true(title, any(line.startswith(title) for line in lines))
    wide = cli.run("doctor", "-w").stdout.splitlines()
    true("-w: one line each", max(map(len, wide)) > 80)


def test_doctor_without_privilege(cli, root):
    """It is told what is missing, and all that can be found out without."""
    with User(cli) as user:
        done = user.run((), "doctor", "-j")
        text = user.run((), "doctor")
    same("exit status", (done.returncode, done.stderr, text.returncode), (77, "", 77))
    found = findings(done)
    same("btf", found["btf"]["value"], yes(os.access(BTF, os.R_OK)))
    for cap in ("CAP_BPF", "CAP_PERFMON"):
        same(cap, (found[cap]["status"], found[cap]["value"]), ("missing", "no"))
        true("how to mend it: %r" % found[cap]["mend"], "setcap" in found[cap]["mend"])
    for name, f in found.items():
        if f["group"] == "hook":
            same(name, (f["status"], f["value"], f["cost"]), ("unknown", None, None))
    true("text %r" % text.stdout[:200], "cannot trace here" in text.stdout and "sudo" in text.stdout)
    true("not as if attached: %r" % text.stdout[:400], "\nHOOKS: none was tried, since" in text.stdout)
    true("what works without: %r" % text.stdout[:400], "--replay" in text.stdout and "make tour" in text.stdout)
    true("80 columns", max(map(len, text.stdout.splitlines())) <= 80)


def test_doctor_with_what_it_takes(cli, root):
    with User(cli) as user:
        found = findings(user.run(("bpf", "perfmon"), "doctor", "-j"))
        half = user.run(("bpf",), "doctor", "-j")
    same("state", (found["state"]["status"], found["CAP_BPF"]["status"]), ("ok", "ok"))
    same("admin", (found["CAP_SYS_ADMIN"]["status"], found["CAP_SYS_ADMIN"]["value"]), ("limited", "no"))
    same("half of it", half.returncode, 77)
    found = findings(half)
    same("which", (found["CAP_BPF"]["status"], found["CAP_PERFMON"]["status"]), ("ok", "missing"))
    true("why", "CAP_PERFMON is missing" in objects_of(half)[-1]["why"])


def test_doctor_on_a_kernel_without_btf(cli, root):
    done = unshare(cli, NO_BTF + cli.tool + " doctor -j")
    same("exit status", (done.returncode, done.stderr), (69, ""))
    found = findings(done)
    same("state", (found["state"]["status"], found["state"]["value"]), ("missing", "none"))
    same("btf", (found["btf"]["status"], found["btf"]["value"]), ("missing", "no"))
    true("mended by", "CONFIG_DEBUG_INFO_BTF" in found["btf"]["mend"])
    true("why", "/sys/kernel/btf" in objects_of(done)[-1]["why"])


def test_doctor_knows_a_container(cli, root):
    done = unshare(cli, "mount -t proc -o hidepid=2 proc /proc && exec %s doctor -j" % cli.tool,
                   "--pid", "--fork")
    found = findings(done)
    same("pid namespace", (found["pid namespace"]["status"], found["pid namespace"]["value"]),
         ("limited", "own"))
    same("hidepid", (found["hidepid"]["status"], found["hidepid"]["value"]), ("limited", "on"))
    plain = findings(cli.run("doctor", "-j"))
    same("here", values(plain, "pid namespace", "hidepid"),
         ["the host's" if os.readlink("/proc/self/ns/pid") == "pid:[4026531836]" else "own", "off"])
    done = unshare(cli, "exec %s doctor -j" % cli.tool, "--user", "--map-root-user")
    same("its own root", (done.returncode, findings(done)["user namespace"]["status"]), (77, "missing"))


def test_doctor_takes_no_more_than_it_uses(cli):
    for args, word in ((("-d", "1"), "--duration"), (("-n", "1"), "--count"), (("-L", "80"), "--local-port"),
                       (("--replay", "x"), "--replay"), (("--", "true"), "--")):
        one_line(word, cli.run("doctor", *args), 64, "doctor", word)
    one_line("two views", cli.run("doctor", "stuck"), 64, "'stuck'")
    one_line("a replay of types", cli.run("--btf", BTF, "--replay", "x"), 64, "--btf")
    one_line("no name", cli.run("--btf", ""), 64, "''")


def test_types_from_a_file(cli, root):
    """A copy of the kernel's own does as well; one in which a field has another name does not: it is used."""
    with User(cli) as user:
        copy = shutil.copyfile(BTF, os.path.join(user.folder, "copy"))
        objects = cli.trace("--btf", copy, traffic=("2",))
        same("endings", [o["class"] for o in closes(objects)], ["clean"] * 4)
        same("hooks", objects[0]["hooks"], cli.trace()[0]["hooks"])
        same("doctor", findings(cli.run("doctor", "-j", "--btf", copy))["btf"]["value"], "--btf")
        same("stuck", cli.run("stuck", "--btf", copy, "-q").returncode, 0)
        other = os.path.join(user.folder, "other")
        with open(copy, "rb") as source, open(other, "wb") as target:
            types = source.read()
            true("a field of the kernel", b"\0skc_dport\0" in types)
            target.write(types.replace(b"\0skc_dport\0", b"\0skc_dporx\0"))
        for view in ("trace", "stuck"):
            one_line(view, cli.run(view, "--btf", other), 69, "rejects")


class Types:
    """The kernel's types in a file, to be changed: tools/btf.py finds the places."""

    def __init__(self, folder):
        sys.path.append(TOOLS)
        import btf
        self.btf, self.types = btf, btf.Btf(BTF)
        self.path = os.path.join(folder, "changed")
        with open(BTF, "rb") as f:
            self.data = bytearray(f.read())
        head, at = struct.unpack_from("<2I", self.data, 4)
        self.start = head + at

    def place(self, name):
        """Of a struct, and its members' names."""
        number, = self.types.find(self.btf.STRUCT, name)
        return self.start + self.types.at[number], [m.name for m in self.types.members(number)]

    def of_another_kernel(self):
        """struct tcp_sock gets another size."""
        place, _ = self.place("tcp_sock")
        size, = struct.unpack_from("<I", self.data, place + 8)
        struct.pack_into("<I", self.data, place + 8, size + 64)

    def narrow(self, name, member):
        """A member of a struct gets another type: the first integer of one byte."""
        place, members = self.place(name)
        byte = next(i for i in range(1, len(self.types.at))
                    if self.types.kind(i) == self.btf.INT and self.types.size(i) == 1)
        struct.pack_into("<I", self.data, place + 12 + 12 * members.index(member) + 4, byte)

    def rename(self, name, to):
        assert b"\0%s\0" % name in self.data and len(name) == len(to)
        self.data = self.data.replace(b"\0%s\0" % name, b"\0%s\0" % to)

    def write(self):
        with open(self.path, "wb") as f:
            f.write(self.data)
        return self.path


def fields_of(done):
    f = findings(done)["fields"]
    same("as many as it says", bool(re.fullmatch(r"\d+ of \d+", f["value"])), True)
    return f


def test_doctor_finds_each_field(cli, root):
    """In the types of this kernel and of another one: those that are missing or narrower are named."""
    own = fields_of(cli.run("doctor", "-j"))
    same("own types", own["status"], "ok")
    with User(cli) as user:
        types = Types(user.folder)
        types.of_another_kernel()
        done = cli.run("doctor", "-j", "--btf", types.write())
        other = fields_of(done)
        same("of another kernel", (done.returncode, other["status"], other["value"]), (0, "ok", own["value"]))
        true("says so", "another kernel" in other["about"])
        one_line("trace", cli.run("trace", "--btf", types.path), 66, "another kernel")
        types.rename(b"skc_dport", b"skc_dporx")
        types.narrow("sock", "sk_err")
        done = cli.run("doctor", "-j", "--btf", types.write())
        bad = fields_of(done)
        same("status", (done.returncode, bad["status"]), (69, "missing"))
        for text in ("struct sock: sk_err has 1 bytes, not 4", ": __sk_common.skc_dport is missing"):
            true("%s: %s" % (text, bad["without"]), text in bad["without"])
        true("text", "sk_err" in cli.run("doctor", "--btf", types.path).stdout)


def test_bad_files_of_types(cli, root):
    with User(cli) as user:
        empty, junk, cut = (os.path.join(user.folder, name) for name in ("empty", "junk", "cut"))
        with open(BTF, "rb") as f:
            types = f.read()
        for path, content in ((empty, b""), (junk, b"no BTF at all\n" * 99), (cut, types[:len(types) // 2])):
            with open(path, "wb") as f:
                f.write(content)
        for view in ("trace", "stuck", "doctor"):
            for path in (empty, junk, cut, user.folder, cli.tool):
                one_line(path, cli.run(view, "--btf", path), 66, "'%s'" % path, "no BTF"
                         if path != cli.tool else "types")
            one_line("absent", cli.run(view, "--btf", "/no/such"), 66, "'/no/such'", "No such file")


def test_types_do_not_stand_in_for_the_kernels(cli, root):
    """Where the kernel shows none of its own, no tracepoint can be attached to: that is said."""
    with User(cli) as user:
        copy = shutil.copyfile(BTF, os.path.join(user.folder, "copy"))
        one_line("no BTF", unshare(cli, "%s%s --btf %s" % (NO_BTF, cli.tool, copy)), 69,
                 "CONFIG_DEBUG_INFO_BTF", "--btf cannot stand in")
