// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

module suite

go 1.18
