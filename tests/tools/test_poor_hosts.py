# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""make check on a host that lacks something: one line says what, what can run runs, and the rest is counted as skipped.
.ci/run then fails. The witness is how the host was made poorer here: a PATH without a program, a namespace without BTF,
a root without capabilities."""

import glob
import os
import re
import subprocess

from assertions import same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRACES = "cli/doctor-finds-what-is-there"       # a test that traces
SAYS = "cli/version-is-one-line"                # one that needs nothing
HIDE_BTF = 'mount -t tmpfs none /sys/kernel/btf && exec "$@"'
BPF_GONE = "host: the tests that trace are skipped: "


def call(*command, **env):
    """Not as a child of the make that may run these tests."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env={**inherited, **env},
                          timeout=300)


def path_without(folder, *programs):
    """A PATH with all programs of this host but these."""
    for place in os.environ["PATH"].split(":"):
        for name in os.listdir(place) if os.path.isdir(place) else []:
            if name not in programs and not os.path.lexists(os.path.join(folder, name)):
                os.symlink(os.path.join(place, name), os.path.join(folder, name))
    return folder


def run_tests(options, *before, **env):
    """tests/run with one test that traces and one that does not."""
    return call(*before, os.path.join(ROOT, "tests/run"), "--build", options.build, "--only", TRACES, "--only", SAYS,
                **env)


def check_skipped(what, done, reason):
    header = [line for line in done.stdout.splitlines() if line.startswith("host: ")]
    same(f"{what}: said first\n{done.stdout}{done.stderr}", header, [BPF_GONE + reason])
    true(f"{what}: the test says why\n{done.stdout}",
         re.search(rf"^ok cli/test_doctor.py::\w+ # SKIP {re.escape(reason)}$", done.stdout, re.M))
    same(f"{what}: closing line", done.stdout.splitlines()[-1], "1 passed, 0 failed, 1 skipped")
    same(f"{what}: exit status", done.returncode, 0)


def test_without_apt_the_check_goes_on(options):
    path = path_without(options.folder, "apt-get", "tshark")
    done = call("tools/deps", "check", PATH=path)
    same("tools/deps check", (done.returncode, done.stdout, done.stderr.count("\n")), (69, "", 1))
    true(f"names it: {done.stderr}", re.search("no apt-get here to install it:.* tshark ", done.stderr))
    done = call("make", "-s", "deps-check", PATH=path)
    same(f"make deps-check: {done.stderr}", (done.returncode, done.stderr.count("\n")), (0, 2))
    true(f"says that it goes on: {done.stderr}", "check: goes on without what is missing" in done.stderr)


def test_without_a_compiler_the_check_stops(options):
    path = path_without(options.folder, "apt-get", "clang")
    done = call("make", "-s", "deps-check", PATH=path)
    same(f"exit status: {done.stderr}", done.returncode, 2)
    true(f"names it: {done.stderr}", re.search("to install it:.* clang ", done.stderr))


def test_without_btf_the_rest_runs(options, root):
    done = run_tests(options, "unshare", "-m", "sh", "-c", HIDE_BTF, "sh")
    check_skipped("no BTF", done, "needs a kernel with BTF: there is no /sys/kernel/btf/vmlinux")


def test_without_capabilities_the_rest_runs(options, root):
    done = run_tests(options, "setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-all")
    check_skipped("a container's root", done, "needs CAP_SYS_ADMIN, which this root does not have")
    done = run_tests(options, "unshare", "--user", "--map-root-user")
    check_skipped("a user namespace's root", done, "needs root outside of a user namespace")


def test_without_root_the_rest_runs(options, root):
    """As nobody, who need not be allowed to read this tree and this build: so with CAP_DAC_READ_SEARCH."""
    caps = "-all,+dac_read_search"
    done = run_tests(options, "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", caps,
                     "--ambient-caps", caps, HOME=options.folder)
    check_skipped("an ordinary user", done, "needs root")


def test_without_pytest_the_c_programs_run(options):
    """The stories, the corpora and the unit tests, of which two stand in here; what is in Python counts as skipped."""
    with open(os.path.join(options.folder, "pytest.py"), "w", encoding="ascii") as f:
        f.write("raise ImportError\n")
    corpora = glob.glob(os.path.join(options.build, "fuzz_*"))
    os.makedirs(os.path.join(options.folder, "unit/util"))
    os.symlink("/bin/true", os.path.join(options.folder, "unit/util/test_true"))
    os.symlink("/bin/true", os.path.join(options.folder, "unit/util/test_truth"))
    for harness in corpora:
        os.symlink("/bin/true", os.path.join(options.folder, os.path.basename(harness)))
    os.symlink(os.path.join(options.build, "story_test"), os.path.join(options.folder, "story_test"))
    done = call(os.path.join(ROOT, "tests/run"), "--build", options.folder, PYTHONPATH=options.folder)
    same(f"exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    true(f"says so: {done.stderr}", done.stderr.startswith("tests/run: no pytest (tools/deps check installs it)"))
    last = re.fullmatch(r"(\d+) passed, 0 failed, (\d+) skipped", done.stdout.splitlines()[-1])
    true(f"closing line: {done.stdout[-200:]}", last)
    same("corpora, unit tests and stories", int(last[1]), len(corpora) + 2 + 1)
    true("says why", f"ok {last[2]} tests in Python # SKIP needs pytest" in done.stdout)
    os.remove(os.path.join(options.folder, "unit/util/test_true"))
    os.symlink("/bin/false", os.path.join(options.folder, "unit/util/test_true"))
    done = call(os.path.join(ROOT, "tests/run"), "--build", options.folder, PYTHONPATH=options.folder)
    same("exit status where one fails", (done.returncode, len(re.findall("^not ok ", done.stdout, re.M))), (1, 1))


def run_ci(folder, skip):
    """.ci/run, where make prints what a run with this skipped test prints."""
    make = os.path.join(folder, "make")
    with open(make, "w", encoding="ascii") as f:
        f.write(f"#!/bin/sh\necho 'ok {skip}'\necho '3 passed, 0 failed, 1 skipped'\n")
    os.chmod(make, 0o755)
    return call(os.path.join(ROOT, ".ci/run"), PATH=f"{folder}:{os.environ['PATH']}")


def test_ci_fails_where_a_test_was_skipped(options):
    fine = run_ci(options.folder, "live/families/test_cases.py::test_live[no-memory] # SKIP needs a lower limit")
    same(f"only what is skipped everywhere\n{fine.stdout}", fine.returncode, 0)
    for skip in ("cli/test_doctor.py::test_x # SKIP needs root", "192 tests in Python # SKIP needs pytest",
                 "404 tests, from cli/test_caps.py::test_a to soak/test_soak.py::test_soak # SKIP needs root"):
        done = run_ci(options.folder, skip)
        same(f"{skip}\n{done.stdout}", done.returncode, 1)
        true(f"says why: {done.stdout}", "tests were skipped that can run here" in done.stdout)
