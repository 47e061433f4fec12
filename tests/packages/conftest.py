# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The package that several tests look at."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import packing  # noqa: E402


@pytest.fixture(scope="session")
def package(builds):
    packing.need("dpkg-deb", "dpkg-shlibdeps", "scdoc")
    made = packing.Package(packing.built_deb())
    yield made
    made.close()
