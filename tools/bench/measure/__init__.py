# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The measurements of tools/bench/bench, one module each."""
