# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The self-test of tools/check-fields: one header stands for the kernel, others differ from it."""
import os
import subprocess
import tempfile

HEAD = """
typedef unsigned char __u8;
typedef unsigned int __u32;
typedef unsigned long long __u64;
"""

KERNEL = HEAD + """
enum map_type { MAP_HASH = 1, MAP_RING = 27, };
typedef struct { long counter; } count_t;
struct lock { union { struct { int owned; }; __u64 both; }; };
struct inner { int a; };
struct sock {
	volatile __u32 err;
	__u8 kern : 1;
	__u8 plain;
	struct lock lock;
	count_t count;
	struct inner *inner;
	__u32 words[4];
	__u64 regs[];
};
struct file { count_t f_ref; };
"""

RIGHT = HEAD + """
enum map_type {
	MAP_RING = 27,
};

typedef struct {
	long counter;
} count_t;

struct lock {
	int owned;
};

struct sock {
	count_t count;
	__u32 err;
	__u8 kern : 3;
	struct lock lock;
	void *inner;
	__u32 words[2];
	unsigned long regs[6];
	int maybe;
};

struct file {
	long f_count;
};

struct file___ref {
	count_t f_ref;
};
"""

OPTIONAL = [("struct sock", ["maybe"], "CONFIG_MAYBE")]
GROUPS = {"the count": [("struct file", ["f_count"], "old"), ("struct file___ref", ["*"], "new")]}

# A change to the right header, and the line that it must cause (None: no line)
CASES = [
    ("nothing is wrong", "", "", None),
    ("too wide", "__u32 err;", "__u64 err;", "struct sock: err: kernel has 4 bytes, vmlinux.h 8"),
    ("too narrow", "long counter;", "int counter;",
     "typedef count_t: counter: kernel has 8 bytes, vmlinux.h 4"),
    ("a missing field", "int maybe;", "int maybe, gone;", "struct sock: gone: not in this kernel"),
    ("a missing struct", "struct file {", "struct gone {\n\tint x;\n};\n\nstruct file {",
     "struct gone: not in this kernel"),
    ("within an anonymous struct in a union", "int owned;", "short owned;",
     "struct lock: owned: kernel has 4 bytes, vmlinux.h 2"),
    ("a bitfield there alone", "__u32 err;", "__u32 err;\n\t__u8 plain : 1;",
     "struct sock: plain: kernel has no bitfield, vmlinux.h a bitfield"),
    ("a bitfield here alone", "__u8 kern : 3;", "__u8 kern;",
     "struct sock: kern: kernel has a bitfield, vmlinux.h no bitfield"),
    ("no pointer", "void *inner;", "__u64 inner;",
     "struct sock: inner: kernel has a pointer, vmlinux.h 8 bytes"),
    ("a narrow element", "unsigned long regs", "unsigned int regs",
     "struct sock: regs[]: kernel has 8 bytes, vmlinux.h 4"),
    ("too many elements", "words[2]", "words[5]",
     "struct sock: words: kernel has 4 elements, vmlinux.h 5"),
    ("a wrong enumerator", "MAP_RING = 27", "MAP_RING = 26",
     "enum: MAP_RING: kernel has 27, vmlinux.h 26"),
    ("no enumerator", "MAP_RING = 27", "MAP_TREE = 27", "enum: MAP_TREE: not in this kernel"),
    ("none of a group", "f_ref;", "f_raf;", "vmlinux.h: the count: this kernel has none of"),
    ("half of an alternative", "count_t f_ref;", "count_t f_ref;\n\tint f_half;",
     "struct file___ref: f_half: not in this kernel, which has the rest of it"),
    ("a stale row", "int maybe;", "", "its table names struct sock maybe"),
]


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def play_kernel(folder):
    """Compile KERNEL to an object with BTF, and return its path."""
    source, obj = os.path.join(folder, "kernel.c"), os.path.join(folder, "kernel.o")
    write(source, KERNEL + "enum map_type e;\nstruct sock s;\nstruct inner i;\nstruct file f;\n")
    clang = os.environ.get("CLANG", "clang")
    subprocess.run([clang, "-g", "-target", "bpf", "-c", source, "-o", obj], check=True)
    return obj


def run_case(check, folder, kernel, case):
    name, old, new, wanted = case
    header = os.path.join(folder, "header.h")
    assert old in RIGHT, name
    write(header, RIGHT.replace(old, new, 1))
    lines, good = check(header, [kernel], OPTIONAL, GROUPS)
    errors = lines[:-1]
    caught = good and not errors if wanted is None else not good and any(wanted in e for e in errors)
    print(f"{'ok' if caught else 'not ok'} - {name}")
    if not caught:
        print(f"# want {wanted!r}\n# got {lines!r}")
    return caught


def run(check):
    """Return 0 if every wrong header was caught."""
    with tempfile.TemporaryDirectory() as folder:
        kernel = play_kernel(folder)
        results = [run_case(check, folder, kernel, case) for case in CASES]
    print(f"1..{len(results)}")
    return 0 if all(results) else 1
