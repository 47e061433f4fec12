# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The package of Debian, as make deb makes it. tools/check-packages installs it."""

import glob
import gzip
import hashlib
import os
import re
import subprocess

from assertions import Skip, same, true
from packing import PACKAGES, ROOT, built_deb, copy_of_tree, need, output


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def latest(field):
    need("dpkg-parsechangelog")
    return output("dpkg-parsechangelog", "-l", os.path.join(PACKAGES, "changelog"), "-S", field).strip()


def sources_of(*packages):
    """The source packages of these, as dpkg knows them."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${source:Package}\n", *packages], capture_output=True, text=True,
                          check=False)
    return set(done.stdout.split())


def test_lintian_finds_nothing(package):
    need("lintian")
    done = subprocess.run(["lintian", "--allow-root", "--pedantic", "--display-info", "--no-cfg", package.path],
                          capture_output=True, text=True, check=False)
    same("findings", done.stdout + done.stderr, "")


def test_each_override_has_a_reason(package):
    with open(package.find("/usr/share/lintian/overrides/tcpclose"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    for line, above in zip(lines[1:], lines):
        true(f"a comment above {line!r}", line.startswith("#") or above.startswith("#"))
    true("the first line is a reason", lines[0].startswith("# "), lines[0])


def test_the_same_bytes_in_another_folder_at_another_time(package, options):
    """By another user's habits: his umask, language and time zone; files of 2001."""
    other = built_deb(copy_of_tree(options.folder), before=("sh", "-c", 'umask 077; exec "$@"', "sh"),
                      TZ="Pacific/Auckland", LC_ALL="C", LANG="de_DE.UTF-8", HOME=options.folder, SOURCE_DATE_EPOCH="1")
    same("sha256", digest(other), digest(package.path))


def test_no_file_has_the_time_or_the_place_of_the_build(package):
    wanted = int(latest("Timestamp"))
    for path in package.files():
        same(f"time of {path}", int(os.stat(package.find(path)).st_mtime), wanted)
    with open(package.find("/usr/sbin/tcpclose"), "rb") as f:
        true("the binary contains no path of this tree", ROOT.encode() not in f.read())
    with gzip.open(package.find("/usr/share/man/man8/tcpclose.8.gz"), "rt", encoding="utf-8") as f:
        date = re.search(r'^\.TH "tcpclose" "8" "(\S+)"', f.read(), re.M)[1]
    same("date of the manual", date, output("date", "-u", "-d", f"@{wanted}", "+%F").strip())


def test_it_depends_on_the_libraries_that_it_needs(package):
    """The dynamic section names the libraries, and dpkg their packages."""
    depends = {re.match(r"[\w.+-]+", word)[0] for word in re.split(r"[,|] *", package.field("Depends"))}
    dynamic = output("readelf", "-d", package.find("/usr/sbin/tcpclose"))
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    true("libraries", needed, dynamic)
    folder = output("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip()
    owners = set()
    for name in needed:
        found = output("dpkg", "-S", f"*lib/{folder}/{name}")
        owners |= set(re.findall(rf"^([\w.+-]+)(?::\w+)?: .*/{re.escape(name)}$", found, re.M))
    true("owners", len(owners) >= 6, owners)
    same("packages of the libraries, and those of Depends", owners - depends, set())


def test_it_has_all_features(package):
    """It uses every library that tools/deps installs for the build; libcurl is loaded only for otlp --to, and
    libiberty has no shared library."""
    if not os.path.exists("/etc/debian_version"):
        raise Skip("needs Debian")
    wanted = [name for name in output(os.path.join(ROOT, "tools/deps"), "--list", "build", "debian").split()
              if re.fullmatch(r"(lib|zlib).*-dev", name)]
    true("libraries", len(wanted) >= 6, wanted)
    depends = sources_of(*re.findall(r"[\w.+-]+", re.sub(r"\(.*?\)", "", package.field("Depends"))))
    true("libcurl is recommended", "libcurl4" in package.field("Recommends"))
    for name in wanted:
        if name not in ("libcurl4-openssl-dev", "libiberty-dev"):
            true(f"{name} is used: {depends}", sources_of(name) <= depends)


def test_it_contains_what_the_build_makes(package):
    manuals = [os.path.basename(path)[:-len(".scd")] for path in glob.glob(os.path.join(ROOT, "src/man/*.scd"))]
    true("manuals", "tcpclose.8" in manuals)
    units = [os.path.basename(path) for path in glob.glob(os.path.join(ROOT, "tools/deploy/systemd/*.service"))]
    wanted = {"/usr/sbin/tcpclose", "/etc/default/tcpclose", "/usr/lib/sysusers.d/tcpclose.conf",
              "/usr/share/bash-completion/completions/tcpclose", "/usr/share/zsh/vendor-completions/_tcpclose",
              "/usr/share/fish/vendor_completions.d/tcpclose.fish", "/usr/share/doc/tcpclose/copyright",
              "/usr/share/doc/tcpclose/changelog.gz",
              *(f"/usr/share/man/man{name[-1]}/{name}.gz" for name in manuals),
              *(f"/usr/lib/systemd/system/{name}" for name in units)}
    same("missing", wanted - set(package.files()), set())
    with open(package.find("/DEBIAN/conffiles"), encoding="utf-8") as f:
        same("files that the user may change", f.read(), "/etc/default/tcpclose\n")


def test_it_has_the_version_of_the_changelog(package):
    version = latest("Version")
    same("package, file", (package.field("Version"), os.path.basename(package.path).split("_")[1]), (version, version))
    same("tool", output(package.find("/usr/sbin/tcpclose"), "--version"), f"tcpclose {version}\n")


def test_the_version_is_in_one_place():
    version = latest("Version")
    for folder in ("Makefile", "src", "bpf", "tools"):
        done = subprocess.run(["grep", "-rnwiF", version, os.path.join(ROOT, folder)], capture_output=True, text=True,
                              check=False)
        found = [line for line in done.stdout.splitlines() if "version" in line.lower() and "/changelog:" not in line]
        same(f"in {folder}", found, [])


def test_the_changelog_is_readable():
    need("dpkg-parsechangelog")
    path = os.path.join(PACKAGES, "changelog")
    with open(path, encoding="utf-8") as f:
        text = "".join(line for line in f if not line.startswith("#")).lstrip("\n")
    done = subprocess.run(["dpkg-parsechangelog", "-l", "-", "--all"], input=text, capture_output=True, text=True,
                          check=False)
    same("complaints of dpkg-parsechangelog", (done.returncode, done.stderr), (0, ""))
    entries = re.findall(r"^tcpclose \(.*?^ -- ", text, re.M | re.S)
    true("entries", entries)
    for entry in entries:
        true(f"it says something: {entry}", "\n  * " in entry)
        true(f"80 columns: {entry}", max(map(len, entry.splitlines())) <= 80)
