# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""All live tests need root."""

import pytest


@pytest.fixture(autouse=True)
def needs_root(root):
    pass
