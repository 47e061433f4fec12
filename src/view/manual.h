/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `tcpclose VIEW --help` says of the views whose own files have no room for it. At most 80
 * columns, two examples at the end.
 */
#pragma once

extern const char trace_manual[], json_manual[], events_manual[], stuck_manual[], record_manual[];
