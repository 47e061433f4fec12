# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The names of generated code. Witnesses: the program's word of its process id and of where its code is, the runtime's
own map, and the names of functions in the script that it runs."""

import json
import os
import shutil
import subprocess
import tempfile
import time

import jit_program
from assertions import Skip
from fixture import closes, same, true
from test_record import Folder

OTHER = 65533       # a user who is neither root nor nobody
UNNAMED = "stack: generated code without a name: "

# node's own words for a function: "JS:~f", "LazyCompile:*f"
NODE_SCRIPT = """
const net = require('net');
function releaseConnection(socket) { socket.destroy(); }
function retireIdleClient(socket) { releaseConnection(socket); }
const server = net.createServer({ allowHalfOpen: true }, socket => {
    process.stdin.once('data', function onIdleTimer() { retireIdleClient(socket); });
});
server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1', () => console.log(process.pid));
    client.on('end', () => client.end());
    client.resume();
});
process.stdin.on('end', () => process.exit());
"""
JAVA_PROGRAM = """
import java.io.*;
import java.net.*;
public class Server {
    static int calls;
    static void releaseConnection(Socket s) throws IOException { calls++; s.close(); }
    static void retireIdleClient(Socket s) throws IOException { calls++; releaseConnection(s); }
    static void onIdleTimer(Socket s) throws IOException { calls++; retireIdleClient(s); }
    public static void main(String[] args) throws Exception {
        ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        System.out.println(ProcessHandle.current().pid());
        do {
            Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
            onIdleTimer(listener.accept());
            client.close();
        } while (System.in.read() >= 0);
    }
}
"""
CALLS = ["releaseConnection", "retireIdleClient", "onIdleTimer"]
JAVA_OPTIONS = ["-Xcomp", "-XX:CompileCommand=quiet", "-XX:CompileCommand=compileonly,Server::*",
                "-XX:CompileCommand=dontinline,Server::*", "-XX:+PreserveFramePointer"]
JAVA_START = 60     # seconds, on a busy host


class Traced:
    """A program in the namespace, and the tool that looks at it."""

    def __init__(self, cli, *command, comm, args=(), cwd=None):
        self.tracer = cli.start("json", "--stack", "--netns", cli.netns, "-q", "-c", comm, *args)
        self.process = subprocess.Popen(cli.enter(*command), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        cwd=cwd)
        self.said = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def next_close(self):
        """The trigger of a connection's end that was closed first, and what is missing of its stack."""
        lines = []
        while len(closes(map(json.loads, lines))) < 2:
            lines.append(self.tracer.stdout.readline())
            true("the tool ended: %r" % lines, lines[-1])
        self.said += lines
        first = min(closes(map(json.loads, lines)), key=lambda o: o["start"])
        return first["trigger"], [m for m in first["missing"] if m.startswith("stack")]

    def stop_tracer(self):
        self.tracer.terminate()
        self.said.append(self.tracer.communicate(timeout=20)[0])
        return "".join(self.said)


class JitProgram(Traced):
    def __init__(self, cli, *enter, args=()):
        if os.uname().machine != "x86_64":
            raise Skip("the code is that of x86-64")
        with open(jit_program.__file__, encoding="utf-8") as f:     # its folder may not be there for it to read
            super().__init__(cli, *enter, "/usr/bin/python3", "-c", f.read(), comm="python3", args=args)
        words = self.process.stdout.readline().split()
        true("it has started", words)
        self.inner_pid = int(words[0])
        self.code = {words[i]: int(words[i + 1], 16) for i in range(1, len(words), 2)}

    def map_line(self, name, kind="anonymous"):
        return b"%x %x %s\n" % (self.code[kind], jit_program.AFTER_CALL + 2, name)

    def close(self, kind="anonymous"):
        """The frame that returns to the generated code, and what is missing."""
        self.tell(kind)
        trigger, missing = self.next_close()
        frame = trigger["stack"][1]
        same("the address that close() returns to", int(frame["address"], 16), self.code[kind] + jit_program.AFTER_CALL)
        return frame, [m for m in missing if UNNAMED in m], trigger["pid"]


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)
    return path


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)


def host_map(pid):
    return "/tmp/perf-%d.map" % pid


def test_generated_code_has_the_names_of_its_map(cli, root):
    """In anonymous memory, in a memfd and in a file that was removed; the name is as foreign as any."""
    name = b"JS:~r\xc3\xa9 \x1b[31m;\t\"x\" /srv/a b.js:2:27"
    with Folder() as at, JitProgram(cli, args=("--record", at("rec"))) as program:
        path = host_map(program.inner_pid)
        write(path, b"".join(program.map_line(name + kind.encode(), kind) for kind in program.code))
        try:
            for kind in program.code:
                frame, missing, _ = program.close(kind)
                same("frame", (frame["symbol"], frame["offset"]), (
                    name.decode().replace("\t", "?") + kind, jit_program.AFTER_CALL))
                same("module", (frame["module"] or "").split(":")[0].split(" ")[0].rsplit("/", 1)[0],
                     {"anonymous": "", "memfd": "", "deleted": "/tmp"}[kind])
                same("missing", missing, [])
        finally:
            remove(path)
        said = program.stop_tracer()
        same("replay", cli.run("json", "--replay", at("rec"), "--stack").stdout, said)
        lines = cli.run("--replay", at("rec"), "--stack", "-w").stdout.split("\n")
        true("%r" % lines, any(line.startswith("        JS:~r\xe9 \\x1b[31m;?\"x\" /srv/a b.js:2:27anonymous+0x6")
                               for line in lines))


def test_a_map_that_may_be_of_somebody_else_is_refused(cli, root):
    """One after the other, in the place of the map of one process; at last the map itself."""
    with Folder() as at, JitProgram(cli) as program:
        path, line = host_map(program.inner_pid), program.map_line(b"WRONG")
        good = write(at("good"), line)
        kinds = {
            "does not exist": lambda: None,
            "is a symbolic link": lambda: os.symlink(good, path),
            "is not a regular file": lambda: os.mkfifo(path),
            "is not a regular file (folder)": lambda: os.mkdir(path),
            "is not a regular file (device)": lambda: os.mknod(path, 0o20644, os.makedev(1, 5)),
            "belongs neither to the user of the process nor to root": lambda: os.chown(write(path, line), OTHER, 0),
            "can be written by other users": lambda: os.chmod(write(path, line), 0o666),
            "is older than the process": lambda: os.utime(write(path, line), (time.time(), time.time() - 600)),
            "is too large": lambda: os.truncate(write(path, line), (64 << 20) + 1),
        }
        try:
            for why, make in kinds.items():
                make()
                frame, missing, _ = program.close()
                same(why, (frame["symbol"], missing), (None, [UNNAMED + path + " " + why.split(" (")[0]]))
                remove(path)
            write(path, program.map_line(b"right"))
            same("the map", program.close()[0]["symbol"], "right")
        finally:
            remove(path)


def test_a_map_of_the_user_of_the_process_is_read_as_it_grows(cli, root):
    """A tracer that is root, a process of another user. What its runtime compiled a moment ago has a name at once, and
    another function at the same place has its own."""
    with JitProgram(cli, "setpriv", "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups") as program:
        path = host_map(program.inner_pid)
        try:
            os.chown(write(path, b""), OTHER, OTHER)
            os.chmod(path, 0o600)
            for name in ("first", "second", "third"):
                with open(path, "ab") as f:
                    f.write(program.map_line(name.encode()))
                frame, missing, _ = program.close()
                same("frame", (frame["symbol"], missing), (name, []))
        finally:
            remove(path)


def test_a_process_in_a_container_has_a_map_of_its_own(cli, root):
    """Its process id is 1 and its /tmp is its own. The host's /tmp/perf-1.map is not meant, the one with the process id
    that the host has is, if there is no other."""
    script = 'mount -t tmpfs tmp /tmp && exec "$@"'
    with JitProgram(cli, "unshare", "--pid", "--fork", "--mount", "sh", "-c", script, "sh") as program:
        same("its own process id", program.inner_pid, 1)
        line = program.map_line
        decoy = host_map(1)
        true("%s is somebody's" % decoy, not os.path.lexists(decoy))
        outer = None
        try:
            write(decoy, line(b"WRONG"))
            frame, missing, pid = program.close()
            same("without a map", (frame["symbol"], missing), (None, [UNNAMED + decoy + " does not exist"]))
            outer = write(host_map(pid), line(b"by_the_host"))
            same("the host's", program.close()[0]["symbol"], "by_the_host")
            write("/proc/%d/root%s" % (pid, decoy), line(b"own"))
            with open("/proc/%d/status" % pid) as f:
                same("NSpid", [words.split()[1:] for words in f if words.startswith("NSpid")], [[str(pid), "1"]])
            frame, missing, _ = program.close()
            while missing == [UNNAMED + decoy + " has changed and is soon read again"]:     # for a second
                frame, missing, _ = program.close()
            same("its own", (frame["symbol"], missing), ("own", []))
        finally:
            remove(decoy)
            if outer:
                remove(outer)


def test_links_on_the_way_stay_in_the_root_directory(cli, root):
    """/tmp is a link to a folder that the host has too, with another map in it."""
    script = ('mount -t tmpfs t "$1" && cd "$1" && mkdir -p usr proc "./$2" && mount --bind /usr usr && '
              'for d in bin lib lib64; do ln -s "usr/$d" $d; done && ln -s "$2" tmp && shift 2 && exec chroot . "$@"')
    with Folder() as at, tempfile.TemporaryDirectory(dir="/var/tmp") as maps:
        path = maps + "/perf-1.map"
        with JitProgram(cli, "unshare", "--pid", "--fork", "--mount", "sh", "-c", script, "sh", at("."),
                        maps) as program:
            write(path, program.map_line(b"WRONG"))
            frame, missing, pid = program.close()
            same("without a map", (frame["symbol"], missing), (None, [UNNAMED + "/tmp/perf-1.map does not exist"]))
            write("/proc/%d/root%s" % (pid, path), program.map_line(b"own"))
            same("its own", program.close()[0]["symbol"], "own")


def read_map(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        lines = [line.rstrip("\n").split(" ", 2) for line in f]
    return [(int(start, 16), int(size, 16), name) for start, size, name in lines]


def check_against_map(stack, path):
    """The frames in no file have the names of the last line of the runtime's map that covers them."""
    lines = read_map(path)
    generated = [frame for frame in stack if not frame["module"]]
    for frame in generated:
        call = int(frame["address"], 16) - 1
        start, name = [(s, n) for s, size, n in lines if s <= call < s + size][-1]
        same("name", (frame["symbol"], frame["offset"]), (name[:256], call + 1 - start))
    return [frame["symbol"] for frame in generated]


def check_calls(names):
    """The functions of the script, one after the other."""
    calls = [call for name in names for call in CALLS if call in name]
    same("the functions in %r" % names, calls, CALLS)


def has_frame_pointers(node):
    """The builds of nodejs.org have them; Debian's uses a shared libuv, which has none and calls close()."""
    return "libuv" not in subprocess.run(["ldd", shutil.which(node)], capture_output=True, text=True).stdout


def test_node_shows_the_functions_of_a_script(cli, root):
    """Where the code between them and close() keeps no frame pointer, their absence is reported."""
    if not shutil.which("node"):
        raise Skip("no node here: apt install nodejs")
    with Folder() as at:
        write(at("server.js"), NODE_SCRIPT.encode())
        with Traced(cli, "node", "--perf-basic-prof", "--interpreted-frames-native-stack", at("server.js"),
                    comm="node", cwd=at(".")) as node:      # where it writes a log
            path = host_map(int(node.process.stdout.readline()))
            try:
                node.tell("")
                trigger, missing = node.next_close()
                names = check_against_map(trigger["stack"], path)
                if has_frame_pointers("node"):
                    check_calls(names)
                    same("missing", [m for m in missing if UNNAMED in m], [])
                else:
                    true("%r in %r" % (names, missing), any("callers may be left out" in m for m in missing))
            finally:
                remove(path)


def java_tool(name):
    if not shutil.which(name):
        raise Skip("no %s here: tools/deps jit" % name)
    return name


def test_java_shows_the_methods_of_a_program(cli, root, long):
    """Before the map is written the reason is given, after jcmd has made the JVM write it the names are there."""
    with Folder() as at:
        write(at("Server.java"), JAVA_PROGRAM.encode())
        subprocess.run([java_tool("javac"), "-d", at("."), at("Server.java")], check=True)
        with Traced(cli, java_tool("java"), *JAVA_OPTIONS, "-cp", at("."), "Server", comm="java") as java:
            path = host_map(int(java.process.stdout.readline()))
            try:
                _, missing = java.next_close()
                same("before", [m for m in missing if UNNAMED in m], [UNNAMED + path + " does not exist"])
                subprocess.run([java_tool("jcmd"), str(java.process.pid), "Compiler.perfmap"], check=True,
                               stdout=subprocess.DEVNULL, timeout=JAVA_START)
                java.tell("")
                trigger, missing = java.next_close()
                check_calls(check_against_map(trigger["stack"], path))
                same("after", [m for m in missing if UNNAMED in m], [])
            finally:
                remove(path)
