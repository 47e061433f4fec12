# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The self-test of tools/check-tree: a small repository in which each rule is broken once."""
import os
import subprocess
import tempfile

# A file, its content, and the breach that must be reported (None: the file is fine)
FILES = [
    ("src/core/story.h", '#pragma once\n#include "event.h"\n#include "buf.h"\n', None),
    ("src/util/buf.h", "#include <stdio.h>\n", None),
    ("src/live/live.c", '#include <bpf/libbpf.h>\n#include "tcpclose.skel.h"\n#include "live.h"\n', None),
    ("bpf/abi/event.h", "#include <linux/types.h>\n", None),
    ("bpf/a.bpf.c", '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n', None),
    ("tests/x.story", "no licence here\n", None),
    ("src/core/verdict.c", "\n#  include <time.h>\n", "src/core/verdict.c:3: <time.h>: the core is pure"),
    ("src/host/host.c", '#include "bpf/libbpf.h"\n', "src/host/host.c:2: bpf/libbpf.h: only src/live/"),
    ("src/view/top.c", '#include "tcpclose.skel.h"\n', "src/view/top.c:2: tcpclose.skel.h: only src/live/"),
    ("src/view/term.c", '#include "../vmlinux.h"\n', "src/view/term.c:2: only bpf/ may include vmlinux.h"),
    ("src/core/conn.c", '#include "../live/live.h"\n', 'src/core/conn.c:2: "../live/live.h": name the header alone'),
    ("bpf/abi/filter.h", '#include "vmlinux.h"\n', "bpf/abi/filter.h:2: only bpf/ may include vmlinux.h"),
    ("tests/t.c", '#include "../vmlinux.h"\n', "tests/t.c:2: only bpf/ may include vmlinux.h"),
    ("NOTES.md", "", "NOTES.md: not in the plan of the top level"),
    ("tools/long.sh", "x\n" * 500, "tools/long.sh: 501 lines, want 500 at most"),
]
UNLICENSED = "tests/bare.py"

# A source of the core, and the breach that must be reported for its object (None: pure)
OBJECTS = [
    ("story", "void *memcpy(void *, const void *, unsigned long);\n"
     "int conn_x(int);\nint story_x(void *a, void *b, int n) { memcpy(a, b, n); return conn_x(n); }\n", None),
    ("conn", "int conn_x(int n);\nint conn_x(int n) { return n; }\n", None),
    ("decode", "int printf(const char *, ...);\nvoid decode_x(int n);\nvoid decode_x(int n) "
     '{ printf("%d", n); }\n', "decode.o: needs printf()"),
    ("names", "extern int *__errno_location(void);\nint names_x(void);\n"
     "int names_x(void) { return *__errno_location(); }\n", "names.o: needs __errno_location()"),
    ("select", "void __asan_load(void);\nvoid select_x(void);\nvoid select_x(void) { __asan_load(); }\n",
     "select.o: needs __asan_load()"),
]


def write(root, name, text):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def tell(name, good, got):
    print(f"{'ok' if good else 'not ok'} - {name}")
    if not good:
        print(f"# got {got!r}")
    return good


def judge(name, wanted, lines, about):
    """Check that the wanted breach is reported or, if wanted is None, no breach in this file."""
    if wanted is None:
        got = [line for line in lines if line.startswith(about)]
        return tell(f"{name} is fine", not got, got)
    return tell(f"{name} is caught", any(wanted in line for line in lines), lines)


def sources(tool, root):
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    for name, text, _ in FILES:
        mark = "" if name.endswith(".story") else f"/* {tool.SPDX} */\n"
        write(root, name, mark + text)
    write(root, UNLICENSED, "print(1)\n")
    files = tool.list_files(root)
    lines = list(tool.check_includes(root, files)) + list(tool.check_top_level(files))
    lines += list(tool.check_texts(root, files))
    results = [judge(name, wanted, lines, name) for name, _, wanted in FILES]
    results.append(judge(UNLICENSED, f"{UNLICENSED}:1: no line 'SPDX", lines, UNLICENSED))
    results.append(judge("a missing Makefile", "Makefile: missing from the top level", lines, "Makefile"))
    return results


def objects(tool, root):
    paths = []
    for stem, text, _ in OBJECTS:
        write(root, f"{stem}.c", text)
        paths.append(os.path.join(root, f"{stem}.o"))
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-fno-builtin", "-c", f"{root}/{stem}.c",
                        "-o", paths[-1]], check=True)
    absent = os.path.join(root, "absent.o")
    lines = list(tool.check_purity(paths + [absent], False))
    results = [judge(path, wanted, lines, path) for path, (_, _, wanted) in zip(paths, OBJECTS)]
    results.append(judge("an object that was not built", "absent.o: not built", lines, absent))
    lines = list(tool.check_purity(paths, True))
    results.append(judge("select.o with SAN=1", None, lines, paths[-1]))
    return results


def run(tool):
    """Return 0 if every breach was caught and nothing else was."""
    with tempfile.TemporaryDirectory() as root:
        results = sources(tool, root)
    with tempfile.TemporaryDirectory() as root:
        results += objects(tool, root)
    print(f"1..{len(results)}")
    return 0 if all(results) else 1
