# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A reader of BTF, the kernel's type information: raw (/sys/kernel/btf/vmlinux), the .BTF section of an ELF file, or
that of the kernel packed into a bootable image (vmlinuz).

What it does not do: split BTF (modules), .BTF.ext, writing. The format is include/uapi/linux/btf.h.
"""
import shutil
import struct
import subprocess

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(1, 12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)

# Bytes after the common 12: fixed, per element. A kernel that knows more kinds brings a table of its own.
SIZES = {INT: (4, 0), PTR: (0, 0), ARRAY: (12, 0), STRUCT: (0, 12), UNION: (0, 12), ENUM: (0, 8),
         FWD: (0, 0), TYPEDEF: (0, 0), VOLATILE: (0, 0), CONST: (0, 0), RESTRICT: (0, 0), FUNC: (0, 0),
         FUNC_PROTO: (0, 8), VAR: (4, 0), DATASEC: (0, 12), FLOAT: (0, 0), DECL_TAG: (4, 0),
         TYPE_TAG: (0, 0), ENUM64: (0, 12)}
MODIFIERS = (TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG)

# How a bootable image begins its packed kernel, and who unpacks that
PACKERS = ((b"\x02\x21\x4c\x18", ["lz4", "-dc"]), (b"\x28\xb5\x2f\xfd", ["zstd", "-dcq"]),
           (b"\xfd7zXZ\0", ["xz", "-dc"]), (b"\x1f\x8b", ["gzip", "-dc"]))


# The header of BTF within a kernel that is no ELF file: magic, version 1, no flags, its own length
RAW_HEADERS = (b"\x9f\xeb\x01\x00\x18\x00\x00\x00", b"\x9f\xeb\x01\x00\x20\x00\x00\x00")


class BtfError(Exception):
    """The file holds no BTF, or BTF that we cannot read."""


class Member:
    """A member of a struct or union. bits is 0 unless it is a bitfield."""

    def __init__(self, name, type_id, bits):
        self.name, self.type_id, self.bits = name, type_id, bits


class Btf:
    """All types of one file. Types are named by their number; 0 is void."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        self.path = path
        if data[0x202:0x206] == b"HdrS":
            data = unpack_image(data, path)
        elif data[0x38:0x3c] == b"ARM\x64":
            data = find_raw(data, path)
        if data[:4] == b"\x7fELF":
            data = elf_section(data, b".BTF", path)
        self._split(data)
        self._index()

    def _split(self, data):
        self.end = "<" if data[:2] == b"\x9f\xeb" else ">"
        if len(data) < 24 or self._u("H", data, 0)[0] != 0xEB9F:
            raise BtfError(f"{self.path}: no BTF here")
        hdr_len, type_off, type_len, str_off, str_len = self._u("5I", data, 4)
        self.sizes = dict(SIZES)
        if hdr_len >= 32:  # since 7.1 a table says how long each kind is
            off, length = self._u("2I", data, 24)
            for kind in range(length // 4):
                self.sizes[kind] = self._u("2B", data, hdr_len + off + 4 * kind)
        self.types = data[hdr_len + type_off:hdr_len + type_off + type_len]
        self.strings = data[hdr_len + str_off:hdr_len + str_off + str_len]

    def _u(self, fmt, data, off):
        return struct.unpack_from(self.end + fmt, data, off)

    def _index(self):
        """Where each type starts, and the numbers of the named ones by (kind, name)."""
        self.at, self.named, self.enums = [None], {}, []
        head = struct.Struct(self.end + "2I")
        pos, end = 0, len(self.types)
        while pos < end:
            name, info = head.unpack_from(self.types, pos)
            kind = info >> 24 & 0x7F  # 5 bits before 7.2, when the other two were 0
            if kind not in self.sizes:
                raise BtfError(f"{self.path}: type of kind {kind}, which is newer than this reader")
            if kind in (STRUCT, UNION, TYPEDEF) and name:
                self.named.setdefault((kind, self._string(name)), []).append(len(self.at))
            elif kind in (ENUM, ENUM64):
                self.enums.append(len(self.at))
            self.at.append(pos)
            fixed, each = self.sizes[kind]
            pos += 12 + fixed + each * (info & 0xFFFFFF)

    def _string(self, off):
        return self.strings[off:self.strings.index(b"\0", off)].decode(errors="replace")

    def _head(self, type_id):
        """name, kind, number of elements, flag, size or type"""
        name, info, size = self._u("3I", self.types, self.at[type_id])
        return self._string(name), info >> 24 & 0x7F, info & 0xFFFFFF, info >> 31, size

    def find(self, kind, name):
        """The numbers of the structs, unions or typedefs of that name: a kernel may have several."""
        return self.named.get((kind, name), [])

    def kind(self, type_id):
        return self._head(type_id)[1] if type_id else 0

    def name(self, type_id):
        return self._head(type_id)[0] if type_id else "void"

    def strip(self, type_id):
        """The type without its typedefs and qualifiers."""
        while type_id and self.kind(type_id) in MODIFIERS:
            type_id = self._head(type_id)[4]
        return type_id

    def size(self, type_id):
        """In bytes; None for what has no size of its own."""
        type_id = self.strip(type_id)
        _, kind, _, _, size = self._head(type_id) if type_id else ("", 0, 0, 0, 0)
        if kind == PTR:
            return 8
        return size if kind in (INT, STRUCT, UNION, ENUM, ENUM64, FLOAT) else None

    def element(self, type_id):
        """Of an array: the type of its elements, and how many (0: flexible)."""
        etype, _, count = self._u("3I", self.types, self.at[type_id] + 12)
        return etype, count

    def members(self, type_id):
        _, _, count, flag, _ = self._head(type_id)
        for i in range(count):
            name, mtype, off = self._u("3I", self.types, self.at[type_id] + 12 + 12 * i)
            bits = off >> 24 if flag else 0
            yield Member(self._string(name), mtype, bits)

    def flat_members(self, type_id):
        """Members by name, those of anonymous structs and unions included."""
        found = {}
        for m in self.members(type_id):
            if m.name:
                found.setdefault(m.name, m)
            elif self.kind(self.strip(m.type_id)) in (STRUCT, UNION):
                for name, inner in self.flat_members(self.strip(m.type_id)).items():
                    found.setdefault(name, inner)
        return found

    def enumerators(self):
        """The value of every enumerator of every enum, by name."""
        values = {}
        for type_id in self.enums:
            _, kind, count, flag, _ = self._head(type_id)
            pos = self.at[type_id] + 12
            for i in range(count):
                if kind == ENUM:
                    name, value = self._u("Ii" if flag else "II", self.types, pos + 8 * i)
                else:
                    name, low, high = self._u("IIi" if flag else "III", self.types, pos + 12 * i)
                    value = high << 32 | low
                values.setdefault(self._string(name), value)
        return values


def unpack_image(data, path):
    """The kernel in a bzImage: Documentation/arch/x86/boot.rst, setup_sects, payload_offset and payload_length."""
    setup = data[0x1F1] or 4
    offset, length = struct.unpack_from("<2I", data, 0x248)
    start = (setup + 1) * 512 + offset
    packed = data[start:start + length - 4]     # its size unpacked follows
    for magic, command in PACKERS:
        if packed.startswith(magic):
            break
    else:
        raise BtfError(f"{path}: packed in a way that we do not know")
    if not shutil.which(command[0]):
        raise BtfError(f"{path}: there is no {command[0]} here to unpack it")
    return subprocess.run(command, input=packed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


def find_raw(data, path):
    """The kernel's own types in an image that is not packed (arm64): the longest of what begins as BTF does."""
    found = []
    for header in RAW_HEADERS:
        at = data.find(header)
        while at >= 0:
            _, _, types, strings_at, strings = struct.unpack_from("<5I", data, at + 4)
            if strings_at == types and at + strings_at + strings < len(data):
                found.append((strings_at + strings, at))
            at = data.find(header, at + 1)
    if not found:
        raise BtfError(f"{path}: no BTF here")
    return data[max(found)[1]:]


def elf_section(data, wanted, path):
    """The bytes of a section of a 64-bit ELF file."""
    end = "<" if data[5] == 1 else ">"
    if data[4] != 2:
        raise BtfError(f"{path}: want a 64-bit ELF file")
    shoff, = struct.unpack_from(end + "Q", data, 0x28)
    shentsize, shnum, shstrndx = struct.unpack_from(end + "3H", data, 0x3A)

    def section(i):
        name, = struct.unpack_from(end + "I", data, shoff + i * shentsize)
        off, size = struct.unpack_from(end + "2Q", data, shoff + i * shentsize + 0x18)
        return name, data[off:off + size]

    names = section(shstrndx)[1]
    for i in range(shnum):
        name, body = section(i)
        if names[name:names.index(b"\0", name)] == wanted:
            return body
    raise BtfError(f"{path}: no section {wanted.decode()}")
