# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A program that generates code and closes connections by it, as a runtime with a compiler does.

Prints its process id, as it knows it, and where its code is: "7 anonymous 0x7f12 memfd 0x7f34 deleted 0x7f56". For each
of these words on standard input it closes a connection by that code, then the other end, and prints "closed".
"""

import ctypes
import mmap
import os
import socket
import sys
import tempfile

CODE = bytes([0x55, 0x48, 0x89, 0xe5,   # push %rbp; mov %rsp, %rbp
              0xff, 0xd6,               # call *%rsi
              0x5d, 0xc3])              # pop %rbp; ret
AFTER_CALL = 6                          # where the call returns to

KEPT = []


def removed_file():
    with tempfile.NamedTemporaryFile(delete=False) as f:
        os.unlink(f.name)
        return os.dup(f.fileno())


def generate(fd):
    """Code in a page of this file, or of none; its address, and a function that calls it."""
    if fd >= 0:
        os.ftruncate(fd, mmap.PAGESIZE)
    page = mmap.mmap(fd, mmap.PAGESIZE, flags=mmap.MAP_SHARED if fd >= 0 else mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                     prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    KEPT.append(page)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return address, ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)(address)


def main():
    code = {"anonymous": generate(-1), "memfd": generate(os.memfd_create("jit")), "deleted": generate(removed_file())}
    close = ctypes.cast(ctypes.CDLL(None).close, ctypes.c_void_p)
    listener = socket.create_server(("127.0.0.1", 0))
    print(os.getpid(), *("%s %#x" % (word, address) for word, (address, _) in code.items()), flush=True)
    for word in sys.stdin:
        client = socket.create_connection(listener.getsockname())
        accepted = listener.accept()[0]
        code[word.strip()][1](client.detach(), close)
        accepted.close()
        print("closed", flush=True)


if __name__ == "__main__":
    main()
