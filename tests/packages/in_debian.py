# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The package of Debian in a clean system, in the root of tools/check-packages: what an administrator does to it, and
what a newcomer does with the tool.

The functions test_* run in this order, and each goes on where the one before ended. The witnesses are apt and dpkg, the
files, the programs that read them (man, the shells, systemd), and the ports of the connections that are made here.
"""

import glob
import json
import os
import pwd
import re
import subprocess
import sys
import time
import traceback

from assertions import same, true

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = "/usr/sbin/tcpclose"
DEFAULTS = "/etc/default/tcpclose"
UNITS = ("tcpclose-record.service", "tcpclose-serve.service")
# What people have who use the tool, and a minimal system has not
COMFORT = "man-db bash-completion zsh fish systemd iproute2".split()
# What dpkg and apt write of every package, and what sysusers writes of every user
NOT_OURS = r"^/(dev|proc|sys|run|tmp|packages|root|var/(cache|lib/(apt|dpkg)|log/(apt|dpkg\.log|alternatives\.log)))\b"
IN_OWN_NETWORK = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# Two connections: the client closes each. Prints the client's ports.
CLIENT = """
import socket
l = socket.create_server(("127.0.0.1", 0))
for _ in range(2):
    c = socket.create_connection(l.getsockname())
    s = l.accept()[0]
    print(c.getsockname()[1], flush=True)
    c.close()
    assert s.recv(1) == b""
    s.close()
"""
state = {}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def output(*command):
    done = run(*command)
    same(f"{' '.join(command)}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def apt(*arguments):
    """What it prints must not contain a warning of dpkg or of a script of the package."""
    done = run("apt-get", "-q", "-y", "--no-install-recommends", *arguments)
    text = done.stdout + done.stderr
    same(f"apt-get {' '.join(arguments)}: exit status\n{text}", done.returncode, 0)
    complaints = [line for line in text.splitlines() if re.search(r"(?i)\b(warning|error|failed|cannot)\b", line)
                  and not line.startswith(("Preparing", "Selecting", "Unpacking", "Setting", "Get:", "debconf:"))]
    if any("tcpclose" in line for line in complaints):
        same(f"complaints of {' '.join(arguments)}", complaints, [])


def install(name, *options):
    apt("install", *options, f"{HERE}/{name}.deb")


def state_of_package():
    return run("dpkg-query", "-W", "-f", "${Status}", "tcpclose").stdout


def version_of_deb(name):
    return output("dpkg-deb", "-f", f"{HERE}/{name}.deb", "Version").strip()


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def all_files():
    found = set()
    for folder, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if not re.match(NOT_OURS, os.path.join(folder, f))]
        found |= {os.path.join(folder, name) for name in folders + files}
    return {path for path in found if not re.match(NOT_OURS, path)}


def left_behind(before):
    """What was not there before, without the files of packages: a library stays if another package recommends it."""
    names = output("dpkg-query", "-W", "-f", "${binary:Package}\n").split()
    same("tcpclose among the packages", "tcpclose" in names, False)
    of_packages = set(output("dpkg", "-L", *names).splitlines())
    return sorted(all_files() - before - of_packages)


def is_installed_and_whole(version):
    same("state", state_of_package(), "install ok installed")
    same("files that differ", output("dpkg", "-V", "tcpclose"), "")
    same("its version", output(TOOL, "--version"), f"tcpclose {version}\n")
    user = pwd.getpwnam("tcpclose")
    true("the user is no user who logs in", user.pw_shell.endswith("nologin") and 0 < user.pw_uid < 1000, user)


def test_a_minimal_system_gets_a_tool_and_a_user():
    apt("update")
    true("there is no systemd", not os.path.exists("/usr/bin/systemctl"))
    before = all_files()
    install("package")
    is_installed_and_whole(version_of_deb("package"))
    true("systemd is not drawn in for it", not os.path.exists("/usr/bin/systemctl"))
    apt("purge", "--autoremove", "tcpclose")
    backups = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow")}     # of the files with the user
    same("what is left", sorted(set(left_behind(before)) - backups), [])


def test_an_older_version_is_installed():
    apt("install", *COMFORT)
    state["before"] = all_files()
    install("older")
    is_installed_and_whole(version_of_deb("older"))
    same("no service is enabled", glob.glob("/etc/systemd/system/*/tcpclose*"), [])


def test_it_is_upgraded_and_the_options_stay():
    """As the user wrote them, though nobody was there to ask."""
    mine = read(DEFAULTS) + 'TCPCLOSE_OPTS="--buffer 16M"\n'
    write(DEFAULTS, mine)
    output("systemctl", "enable", *UNITS)
    install("package")
    version = version_of_deb("package")
    same("state", state_of_package(), "install ok installed")
    same("its version", output(TOOL, "--version"), f"tcpclose {version}\n")
    same("options", read(DEFAULTS), mine)
    same("nothing lies beside them", glob.glob(f"{DEFAULTS}.*"), [])
    same("both services are still enabled", sorted(map(os.path.basename, glob.glob("/etc/systemd/system/*/tcpclose*"))),
         sorted(UNITS))


def test_the_manual_is_there():
    for path in glob.glob("/usr/share/man/man?/tcpclose*"):
        name, section = re.fullmatch(r".*/([\w-]+)\.(\d)\.gz", path).groups()
        done = run("man", "-P", "cat", section, name)
        same(f"man {name}: status, complaints", (done.returncode, done.stderr), (0, ""))
        true(f"man {name}: its title", f"{name}({section})" in done.stdout.splitlines()[0], done.stdout[:200])
        true(f"whatis {name}", output("whatis", name).startswith(f"{name} ({section})"))
    true("its section about services", "RUNNING IT AS A SERVICE" in output("man", "-P", "cat", "tcpclose"))


def test_the_shells_complete():
    loader = ". /usr/share/bash-completion/bash_completion; _comp_load tcpclose 2>/dev/null || " \
        "_completion_loader tcpclose; complete -p tcpclose"
    same("bash", output("bash", "--norc", "-c", loader), "complete -F _tcpclose tcpclose\n")
    completer = output("zsh", "-fc", "autoload -Uz compinit; compinit -D; print -r -- $_comps[tcpclose]")
    same("zsh", completer, "_tcpclose\n")
    offered = output("fish", "-c", "complete -C 'tcpclose --repl'")
    true("fish", offered.startswith("--replay"), offered)


def test_systemd_accepts_the_units():
    for unit in UNITS:
        done = run("systemd-analyze", "verify", unit)
        same(f"{unit}: complaints", done.stdout + done.stderr, "")


def test_a_newcomer_asks_the_doctor():
    done = run(TOOL, "doctor")
    same(f"exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    true("the first line names the kernel", f" {os.uname().release} " in done.stdout.splitlines()[0], done.stdout)


def test_a_newcomer_traces_a_command():
    done = run(*IN_OWN_NETWORK, TOOL, "--color=never", "--", sys.executable, "-c", CLIENT)
    same(f"exit status\n{done.stderr}", done.returncode, 0)
    ports = re.findall(r"^\d+$", done.stdout, re.M)
    same("the client's ports", len(ports), 2)
    for port in ports:
        lines = re.findall(rf"^\d+ .* 127\.0\.0\.1:{port} +-> .*$", done.stdout, re.M)
        true(f"one line says that the client of port {port} closed first\n{done.stdout}", len(lines) == 1)


def test_a_newcomer_records_and_replays():
    """With --tree, since other connections of the host end meanwhile."""
    os.makedirs("/var/log/tcpclose", exist_ok=True)
    recording = "/var/log/tcpclose/ends.rec"
    done = run(*IN_OWN_NETWORK, TOOL, "record", "-q", "--tree", "-o", recording, "--", sys.executable, "-c", CLIENT)
    same(f"record: exit status\n{done.stderr}", done.returncode, 0)
    ports = sorted(map(int, done.stdout.split()))
    stories = [json.loads(line) for line in output(TOOL, "json", "-q", "--replay", recording).splitlines()]
    same("the client's ports", sorted(o["local_port"] for o in stories
                                      if o["kind"] == "close" and o["initiator"] == "local"), ports)


def test_it_is_removed_and_what_is_the_users_stays():
    apt("remove", "tcpclose")
    true("no tool", not os.path.exists(TOOL))
    true("the options", os.path.exists(DEFAULTS))
    true("the recording", os.path.exists("/var/log/tcpclose/ends.rec"))


def test_it_is_purged_and_nothing_stays():
    """Nothing but the user, whose number is not given to another one."""
    apt("purge", "--autoremove", "tcpclose")
    same("state", state_of_package(), "")
    same("files", left_behind(state["before"]), [])
    same("files of the user", output("find", "/", "-xdev", "-user", "tcpclose"), "")
    pwd.getpwnam("tcpclose")


def test_the_options_stay_if_the_new_version_has_others():
    """dpkg would ask; nobody is there, and apt was given the usual answer."""
    install("other-defaults")
    mine = "# mine\n" + read(DEFAULTS)
    write(DEFAULTS, mine)
    install("package", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
    same("options", read(DEFAULTS), mine)
    true("those of the new version lie beside them", "# mine" not in read(f"{DEFAULTS}.dpkg-dist"))
    apt("purge", "--autoremove", "tcpclose")
    same("what is left", left_behind(state["before"]), [])


def main():
    words = []
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        began = time.monotonic()
        name = name.removeprefix("test_").replace("_", "-")
        try:
            test()
            words.append("passed")
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as e:          # whatever it is, the others say more
            words.append("failed")
            text = str(e) if type(e).__name__ == "Failure" else traceback.format_exc()
            print(f"not ok {name} ({time.monotonic() - began:.1f} s)")
            print(re.sub("^", "#   ", text, flags=re.M), flush=True)
    print(f"{words.count('passed')} passed, {words.count('failed')} failed, 0 skipped", flush=True)
    return int("failed" in words)


if __name__ == "__main__":
    sys.exit(main())
