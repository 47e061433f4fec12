# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The packages of make rpm, as the rpm of Debian reads them. The spec is also expanded as Fedora and RHEL 9 do."""

import glob
import os
import re
import subprocess

import pytest

from assertions import same, true
from packing import ROOT, copy_of_tree, make, need, output

UNITS = ("tcpclose-record.service", "tcpclose-serve.service")


@pytest.fixture(scope="module")
def built(long):
    """The paths of the binary and of the source package."""
    need("rpmbuild", "rpm2archive", "scdoc")
    return make("rpm-all").split()[-2:]


@pytest.fixture(scope="module")
def spec(built, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("spec"))
    unpack(built[1], folder)
    return os.path.join(folder, "tcpclose.spec")


def unpack(package, folder):
    with subprocess.Popen(["rpm2archive", "-n", "-"], stdin=open(package, "rb"), stdout=subprocess.PIPE) as archive:
        output("tar", "-x", "-C", folder, stdin=archive.stdout)


def query(package, *options):
    return output("rpm", "-qp", *options, package)


def describe(package):
    """Where and when it was built, and all files with their modes, times and digests."""
    return query(package, "--qf", "%{BUILDHOST} %{BUILDTIME}\n[%{FILENAMES} %{FILEMODES:perms} %{FILEMTIMES} "
                 "%{FILEUSERNAME} %{FILEDIGESTS}\n]")


def expand(spec, **macros):
    """The spec as rpm of another system reads it: the macros of systemd stand there with their arguments."""
    words = [word for name, value in macros.items() for word in ("-D", f"{name} {value}")]
    return output("rpmspec", "-P", *words, spec)


def test_rpm_contains_what_the_build_makes(built):
    files = set(query(built[0], "-l").split())
    manuals = [os.path.basename(path)[:-len(".scd")] for path in glob.glob(os.path.join(ROOT, "src/man/*.scd"))]
    wanted = {"/usr/sbin/tcpclose", "/etc/default/tcpclose", "/usr/lib/sysusers.d/tcpclose.conf",
              "/usr/share/bash-completion/completions/tcpclose", "/usr/share/zsh/site-functions/_tcpclose",
              "/usr/share/fish/vendor_completions.d/tcpclose.fish",
              *(f"/usr/lib/systemd/system/{name}" for name in UNITS)}
    same("missing", wanted - files, set())
    for name in manuals:
        true(name, any(path.startswith(f"/usr/share/man/man{name[-1]}/{name}") for path in files), files)
    same("files that the user may change", query(built[0], "--configfiles").split(), ["/etc/default/tcpclose"])
    flags = query(built[0], "--qf", "[%{FILENAMES} %{FILEFLAGS:fflags}\n]")
    true("an upgrade keeps it as it is", re.search(r"^/etc/default/tcpclose cn$", flags, re.M), flags)


def test_rpm_requires_the_libraries_that_it_needs(built, options):
    unpack(built[0], options.folder)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", options.folder + "/usr/sbin/tcpclose"))
    required = {re.sub(r"\(.*", "", line) for line in query(built[0], "--requires").splitlines()}
    same("not required", set(needed) - required, set())


def test_rpm_works_once_unpacked(built, options):
    unpack(built[0], options.folder)
    tool, sample = options.folder + "/usr/sbin/tcpclose", os.path.join(ROOT, "tools/sample.rec")
    same("version", output(tool, "--version"), f"tcpclose {query(built[0], '--qf', '%{VERSION}')}\n")
    same("what it replays", output(tool, "json", "-q", "--replay", sample),
         output(options.tool, "json", "-q", "--replay", sample))


def test_rpm_is_installed_and_erased(built, options, root):
    """In an empty root, without its scripts: there is nothing that could run them."""
    rpm = ["rpm", "--root", options.folder]
    output(*rpm, "--initdb")
    output(*rpm, "--nodeps", "--noscripts", "-i", built[0])
    same("files that differ", output(*rpm, "--nodeps", "-V", "tcpclose"), "")
    output(*rpm, "--noscripts", "-e", "tcpclose")
    left = [path for path in glob.glob(options.folder + "/**/*", recursive=True) if "tcpclose" in
            path.removeprefix(options.folder)]
    same("what is left", left, [])


def test_rpm_has_the_changelog(built):
    version = query(built[0], "--qf", "%{VERSION}-%{RELEASE}")
    text = query(built[0], "--changelog")
    true("the latest entry", re.match(rf"\* \w+ \w+ \d+ \d+ .* <.*> - {re.escape(version)}\n- \w", text), text)
    with open(os.path.join(ROOT, "tools/deploy/packages/changelog"), encoding="utf-8") as f:
        points = re.findall(r"^  \* (.*)$", f.read(), re.M)
    same("points", re.findall(r"^- (.*)$", text, re.M), points)


def test_spec_requires_what_the_build_needs(built):
    required = set(query(built[1], "--requires").split())
    wanted = set(output(os.path.join(ROOT, "tools/deps"), "--list", "rpm", "fedora").split()) - {"rpm-build"}
    same("missing", wanted - required, set())


def test_spec_for_fedora_and_rhel(spec):
    """rpm of Fedora makes the user of the file in sysusers.d; that of RHEL 9 needs a script."""
    fedora, rhel = expand(spec, fedora=43), expand(spec, rhel=9)
    for name, text in (("fedora", fedora), ("rhel", rhel)):
        same(f"{name}: what was not replaced", re.findall(r"@\w+@", text), [])
        for macro in ("%systemd_post ", "%systemd_preun ", "%systemd_postun_with_restart "):
            true(f"{name}: {macro}", re.search(rf"^{macro}{' '.join(UNITS)}$", text, re.M), text)
    true("rhel: the user", re.search(r"^%pre\n%sysusers_create_compat \S+/tcpclose\.sysusers$", rhel, re.M), rhel)
    true("fedora: no script for the user", "%pre\n" not in fedora)


def test_rpm_has_the_same_files_in_another_folder_at_another_time(built, options):
    """Not the same bytes: rpm keeps the expanded spec in the source package, with the path of its BUILDROOT."""
    other = make("rpm-all", copy_of_tree(options.folder), TZ="Pacific/Auckland", HOME=options.folder).split()[-2:]
    for one, another in zip(built, other):
        same(os.path.basename(one), describe(another), describe(one))
