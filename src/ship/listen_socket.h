/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The socket that a server listens on.
 */
#pragma once

#include "buf.h"
#include "listen_address.h"

/*
 * Open a socket that listens on an address, and set a->any to what the kernel chose if the port was
 * 0. The file of a Unix socket has mode 0660; one that a server left behind is replaced. Returns
 * the descriptor, which does not block, or -errno.
 */
int listen_socket_open(struct listen_address *a);

/* Remove the file of a Unix socket. */
void listen_socket_remove(const struct listen_address *a);

/* Append "http://127.0.0.1:9436" or "unix:/run/x.sock". */
void listen_socket_print(struct buf *b, const struct listen_address *a);
