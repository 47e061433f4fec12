# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Builds packages for the tests of this folder: in this tree, and in a copy of it elsewhere."""

import os
import re
import shutil
import subprocess
import tempfile

from assertions import Skip, same

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGES = os.path.join(ROOT, "tools/deploy/packages")


def need(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        raise Skip(f"needs {', '.join(missing)}")


def output(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    same(f"{' '.join(command)}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def make(target, tree=ROOT, before=(), **env):
    """What it prints. The make that runs the tests must not pass on its options."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return output(*before, "make", "-s", "-j2", "--no-print-directory", target, cwd=tree, env={**own, **env})


def copy_of_tree(folder):
    """The sources in another folder. All files are old and private."""
    tree = os.path.join(folder, "a-copy", "with-another-name")
    names = output("git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, names.split("\0")):
        target = os.path.join(tree, name)
        if os.path.exists(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(os.path.join(ROOT, name), target)
            os.chmod(target, 0o700 if os.access(target, os.X_OK) else 0o600)
            os.utime(target, (10 ** 9, 10 ** 9))
    return tree


class Package:
    """A package of Debian and what is in it."""

    def __init__(self, path):
        self.path = path
        self.root = tempfile.mkdtemp(prefix="tcpclose-package-")
        output("dpkg-deb", "-R", path, self.root)

    def field(self, name):
        return output("dpkg-deb", "-f", self.path, name).strip()

    def find(self, path):
        return os.path.join(self.root, path.lstrip("/"))

    def files(self):
        """All files, as paths in the system where they are installed."""
        return sorted(os.path.join(folder, name).removeprefix(self.root) for folder, _, names in os.walk(self.root)
                      for name in names if not folder.startswith(f"{self.root}/DEBIAN"))

    def close(self):
        shutil.rmtree(self.root)


def built_deb(tree=ROOT, **more):
    said = make("deb-all", tree, **more)
    return re.search(r"in '(\S+\.deb)'", said)[1]
