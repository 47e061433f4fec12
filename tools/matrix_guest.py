# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The guests of tools/matrix: builds their initramfs and boots them."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = ("bash", "ip", "ss", "tcpdump", "nft", "stdbuf", "cat", "true", "kmod")
PYTHON = "/usr/bin/python3"
SCRIPTS = ("test_cases", "test_preexisting", "test_stuck", "stuck_workload", "test_twins",   # of tests/live/families
           "test_reuse", "end_of_two_guests", "test_preempt_rt")
TREE_SCRIPTS = ("tree_workload.py", "tree_bystander.py")    # of tests/cli
MODULES = ("tun", "nf_tables", "nft_quota", "nft_counter", "nft_nat", "nft_chain_nat", "nf_nat", "veth", "tcp_diag",
           "unix_diag", "inet_diag", "nfnetlink", "tls", "rtc-cmos", "rtc-pl031", "virtio_pci", "virtio_net")
BOOT = ["-m", "1024", "-smp", "2", "-display", "none", "-monitor", "none", "-no-reboot", "-nodefaults", "-nic", "none"]
# no_timer_check: on a busy machine the kernel counts too few ticks of the emulated timer and panics
COMMAND_LINE = "mitigations=off no_timer_check quiet panic=-1 rdinit=/init"


STILL_S = 300       # much longer than any test takes without a line, also emulated
STOOD_STILL = "the guest stood still"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_together():
    """Called in the process of a guest: if its parent is killed, the kernel kills the guest too."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Arch:
    """The architecture of a guest. root is the folder with its programs. The guest writes its
    results to the serial line `results`, which the host reads."""

    def __init__(self, name, qemu, machine, console, results, accels, root=""):
        self.name, self.qemu, self.machine, self.accels, self.root = name, qemu, machine, accels, root
        self.append = f"console={console} results={results} {COMMAND_LINE}"

    def find(self, program):
        """Return the path on this machine of a program for the guest."""
        if not self.root:
            path = shutil.which(program)
            return path and os.path.realpath(path)
        for folder in ("bin", "sbin"):
            path = os.path.join(self.root, "usr", folder, program)
            if os.path.lexists(path):
                return self.real(path)
        return None

    def real(self, path):
        """Follow symbolic links; an absolute one starts at the root of the guest."""
        while os.path.islink(path):
            target = os.readlink(path)
            path = self.root + target if target.startswith("/") else os.path.join(os.path.dirname(path), target)
        return os.path.normpath(path)

    def libraries(self, path):
        """Return the files that the loader will look for, as paths within the guest."""
        if not self.root:
            said = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
            return re.findall(r"(/\S+) \(0x", said)
        said = subprocess.run(["readelf", "-dlW", path], capture_output=True, text=True, check=False).stdout
        found = re.findall(r"interpreter: (\S+)\]", said)
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", said):
            folders = (folder + name for folder in ("/lib/aarch64-linux-gnu/", "/lib/"))
            found += [path for path in folders if os.path.exists(self.root + path)][:1]
        return found


# One thread for all processors. With one thread each, qemu 7.2 can keep running the old version of
# code that the kernel has patched (tests/matrix/README.md).
EMULATED = ["-accel", "tcg,thread=single", "-cpu", "max"]


def arch(name):
    if name == "amd64":
        return Arch(name, "qemu-system-x86_64", [], "ttyS0", "ttyS1",
                    {"kvm": ["-accel", "kvm", "-cpu", "host"], "tcg": EMULATED})
    root = subprocess.run([os.path.join(ROOT, "tools/sysroot"), name], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    return Arch(name, "qemu-system-aarch64", ["-M", "virt"], "ttyAMA0", "ttyS0",
                {"tcg": EMULATED}, root)


class Tree:
    """A folder that becomes an initramfs."""

    def __init__(self, path):
        self.path = path

    def add(self, source, inside):
        target = self.path + inside
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, target)

    def write(self, inside, text):
        target = self.path + inside
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(text)

    def add_with_libraries(self, of, source, inside):
        """Add a program or library and the libraries that it needs, each at its usual path."""
        self.add(source, inside)
        for path in of.libraries(source):
            if not os.path.exists(self.path + path):
                self.add_with_libraries(of, of.real(of.root + path), path)

    def pack(self, archive):
        names = "\n".join(sorted(os.path.relpath(os.path.join(folder, name), self.path)
                                 for folder, folders, files in os.walk(self.path) for name in folders + files))
        with open(archive, "wb") as out:
            subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], check=True, cwd=self.path,
                           input=names.encode(), stdout=out)


def _python_files(of):
    """Return the files of the standard library that the tests load. For another architecture,
    return the whole library."""
    if of.root:
        top = os.path.join(of.root, "usr/lib")
        return [os.path.join(folder, name).removeprefix(of.root)
                for version in os.listdir(top) if version.startswith("python3")
                for folder, _, names in os.walk(os.path.join(top, version)) for name in names
                if name.endswith((".py", ".so")) and "/test/" not in folder]
    ask = ("import sys, importlib, encodings.idna, encodings.ascii, encodings.latin_1\n"
           "sys.path[:0] = sys.argv[1:3]\n"
           "for name in sys.argv[3:]: importlib.import_module(name)\n"
           "print('\\n'.join(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)))")
    done = subprocess.run([PYTHON, "-S", "-B", "-c", ask, os.path.join(ROOT, "tests/live/families"),
                           os.path.join(ROOT, "tests/matrix"), *SCRIPTS],
                          check=True, capture_output=True, text=True)
    return [path for path in done.stdout.split() if not path.startswith(ROOT)]


def _add_python(tree, of):
    """Add python3 and its library, compiled: a guest would need seconds to compile it each time."""
    tree.add_with_libraries(of, of.real(of.root + PYTHON), PYTHON)
    for path in _python_files(of):
        if path.endswith(".so"):
            tree.add_with_libraries(of, of.root + path, path)
        else:
            tree.add(of.root + path, path)
    subprocess.run([PYTHON, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s",
                    tree.path, tree.path], check=False, stdout=subprocess.DEVNULL)


def make_machine(folder, of, programs):
    """Pack the files that all guests share. programs: those that were built, by their names in the
    guest. Return the path of the archive."""
    tree = Tree(os.path.join(folder, "machine"))
    tree.add(of.find("busybox"), "/bin/busybox")
    tree.add(os.path.join(ROOT, "tests/matrix/init"), "/init")
    for name in PROGRAMS:
        path = of.find(name)
        if not path:
            sys.exit(f"matrix: needs {name}: run tools/deps matrix")
        tree.add_with_libraries(of, path, "/usr/bin/" + name)
    stdbuf = "/usr/libexec/coreutils/libstdbuf.so"
    tree.add(of.root + stdbuf, stdbuf)
    tree.add(of.find("kmod"), "/sbin/modprobe")
    tree.add(os.path.join(ROOT, "tests/assertions.py"), "/matrix/assertions.py")
    for place in ("live/families", "live/lib", "matrix", "soak"):
        for name in os.listdir(os.path.join(ROOT, "tests", place)):
            if name.endswith(".py"):
                tree.add(os.path.join(ROOT, "tests", place, name), f"/matrix/{place}/{name}")
    for name in TREE_SCRIPTS:
        tree.add(os.path.join(ROOT, "tests/cli", name), f"/matrix/cli/{name}")
    _add_python(tree, of)
    for name, path in programs.items():
        tree.add_with_libraries(of, path, "/matrix/" + name)
    for name in ("proc", "sys", "dev", "run", "tmp", "root"):
        os.makedirs(os.path.join(tree.path, name), exist_ok=True)
    # tcpdump switches to a user of its own. In the guest root is safe.
    tree.write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntcpdump:x:0:0:tcpdump:/:/bin/sh\n")
    tree.write("/etc/group", "root:x:0:\ntcpdump:x:0:\n")
    archive = os.path.join(folder, "machine.cpio")
    tree.pack(archive)
    return archive


def make_modules(folder, kernel):
    """Pack the kernel modules that the cases need, as a second archive. Return its path."""
    suite, release, where = kernel
    tree = Tree(os.path.join(folder, "modules-" + suite))
    base = f"/lib/modules/{release}"
    for name in MODULES:
        said = subprocess.run(["modprobe", "-S", release, "-d", where, "--show-depends", name],
                              capture_output=True, text=True, check=False).stdout
        for path in re.findall(r"^insmod (\S+)", said, re.M):
            tree.add(path, path.removeprefix(where))
    for name in os.listdir(where + base):
        if name.startswith("modules."):
            tree.add(f"{where}{base}/{name}", f"{base}/{name}")
    archive = os.path.join(folder, f"modules-{suite}.cpio")
    tree.pack(archive)
    return archive


def _size(paths):
    return sum(os.path.getsize(path) for path in paths if os.path.exists(path))


def _run(command, outputs, limit_s):
    """Run qemu to its end. Return why it failed, or None. A guest that writes nothing more to its outputs is given
    up early: on a busy machine an emulated processor may lose its timer, and the guest then idles for ever."""
    began = moved = time.monotonic()
    size = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, preexec_fn=die_together) as qemu:
        while True:
            try:
                _, said = qemu.communicate(timeout=1)
                return f"qemu: status {qemu.returncode}: {said.strip()[-300:]}" if qemu.returncode else None
            except subprocess.TimeoutExpired:
                pass
            now = time.monotonic()
            if _size(outputs) != size:
                size, moved = _size(outputs), now
            if now - began > limit_s or now - moved > STILL_S:
                qemu.kill()
                return f"{STOOD_STILL} for {STILL_S} s" if now - began <= limit_s else f"not finished after {limit_s} s"


def boot(of, archives, kernel, accel, folder, limit_s, devices=()):
    """Run a guest to its end, with more devices as options of qemu. Return its results, and the
    reason if they are incomplete (or None)."""
    initrd, results = os.path.join(folder, "initrd"), os.path.join(folder, "results")
    with open(initrd, "wb") as out:
        for archive in archives:
            with open(archive, "rb") as f:
                shutil.copyfileobj(f, out)
            out.write(b"\0" * (-out.tell() % 512))
    lines = ["-serial", "file:" + os.path.join(folder, "console")]
    lines += ["-serial", "file:" + results] if of.name == "amd64" else [
        "-chardev", "file,id=results,path=" + results, "-device", "pci-serial,chardev=results"]
    command = [of.qemu, *of.machine, *of.accels[accel], *BOOT, "-kernel", os.path.join(kernel[2], "vmlinuz"),
               "-initrd", initrd, "-append", of.append, *lines, *devices]
    why = _run(command, (os.path.join(folder, "console"), results), limit_s)
    os.unlink(initrd)
    text = ""
    if os.path.exists(results):
        with open(results, encoding="utf-8", errors="replace") as f:
            text = f.read().replace("\r", "")
    if why is None and "matrix: end" not in text:
        why = "the guest ended before its tests did"
    return text, why


def find_accel(of, asked, archive, kernel, folder):
    """Return "kvm" if a guest boots under it, else "tcg". The device alone is not sufficient."""
    if asked != "auto":
        return asked
    if "kvm" not in of.accels or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    probe = Tree(os.path.join(folder, "probe"))
    probe.write("/matrix/job", "echo up\n")
    probe.pack(os.path.join(folder, "probe.cpio"))
    os.makedirs(os.path.join(folder, "kvm"))
    _, why = boot(of, [archive, os.path.join(folder, "probe.cpio")], kernel, "kvm", os.path.join(folder, "kvm"), 15)
    return "tcg" if why else "kvm"
