/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "debug_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEBUG_ROOT "/usr/lib/debug"
#define BUILD_ID_MIN 2		/* its first byte is the name of a folder */
#define BUILD_ID_MAX 64

struct build_id {
	uint8_t bytes[BUILD_ID_MAX];
	size_t len;
};

/* What identifies a debug file. */
struct debug_names {
	struct build_id id;
	char link[NAME_MAX + 1];	/* .gnu_debuglink, "" none */
};

static bool read_build_id_note(Elf_Data *data, struct build_id *id)
{
	size_t at = 0, next, name, desc;
	GElf_Nhdr note;

	while ((next = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		const char *bytes = data->d_buf;

		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(bytes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) &&
		    note.n_descsz >= BUILD_ID_MIN && note.n_descsz <= BUILD_ID_MAX) {
			memcpy(id->bytes, bytes + desc, note.n_descsz);
			id->len = note.n_descsz;
			return true;
		}
		at = next;
	}
	return false;
}

/* Read the build id, and the name in .gnu_debuglink. */
static void read_names(int fd, struct debug_names *names)
{
	Elf_Scn *section = NULL;
	size_t strings = 0;
	Elf *elf;

	memset(names, 0, sizeof(*names));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_getshdrstrndx(elf, &strings))
		strings = 0;
	while (elf && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		if (header.sh_type == SHT_NOTE && !names->id.len) {
			data = elf_getdata(section, NULL);
			if (data)
				read_build_id_note(data, &names->id);
			continue;
		}
		name = elf_strptr(elf, strings, header.sh_name);
		data = name && !strcmp(name, ".gnu_debuglink") ? elf_rawdata(section, NULL) : NULL;
		if (data && data->d_buf && memchr(data->d_buf, '\0', data->d_size))
			snprintf(names->link, sizeof(names->link), "%s", (char *)data->d_buf);
	}
	elf_end(elf);
}

/* Open a regular file below a root, which no link in its path can leave; -1 if that fails. */
static int open_in_root(int root, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int place = (int)syscall(SYS_openat2, root, path, &how, sizeof(how)), fd = -1;
	char self[64];
	struct stat st;

	if (place < 0)
		return -1;
	/* Opening anything but a file may have side effects. */
	if (!fstat(place, &st) && S_ISREG(st.st_mode)) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", place);
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	}
	close(place);
	return fd;
}

/* Open a file if it has this build id. */
static int open_with_id(int root, const char *path, const struct build_id *id)
{
	struct debug_names found;
	int fd = open_in_root(root, path);

	if (fd < 0)
		return -1;
	read_names(fd, &found);
	if (found.id.len == id->len && !memcmp(found.id.bytes, id->bytes, id->len))
		return fd;
	close(fd);
	return -1;
}

static int open_by_build_id(int root, const struct build_id *id)
{
	char path[sizeof(DEBUG_ROOT) + 2 * BUILD_ID_MAX + 32];
	int n = snprintf(path, sizeof(path), DEBUG_ROOT "/.build-id/%02x/", id->bytes[0]);

	for (size_t i = 1; i < id->len; i++)
		n += snprintf(path + n, sizeof(path) - (size_t)n, "%02x", id->bytes[i]);
	snprintf(path + n, sizeof(path) - (size_t)n, ".debug");
	return open_with_id(root, path, id);
}

static int open_by_link(int root, const char *path, const struct debug_names *names)
{
	static const struct { const char *before, *after; } places[] = {
		{ "", "/" }, { "", "/.debug/" }, { DEBUG_ROOT, "/" },
	};
	const char *slash = strrchr(path, '/');
	char full[PATH_MAX + NAME_MAX + 64];
	int fd = -1;

	if (!names->link[0] || strchr(names->link, '/') || !slash || slash - path >= PATH_MAX)
		return -1;
	for (unsigned i = 0; i < sizeof(places) / sizeof(*places) && fd < 0; i++) {
		snprintf(full, sizeof(full), "%s%.*s%s%s", places[i].before, (int)(slash - path),
			 path, places[i].after, names->link);
		fd = open_with_id(root, full, &names->id);
	}
	return fd;
}

static int open_below(const char *root_path, const char *path, const struct debug_names *names)
{
	int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;

	if (root < 0)
		return -1;
	fd = open_by_build_id(root, &names->id);
	if (fd < 0)
		fd = open_by_link(root, path, names);
	close(root);
	return fd;
}

int debug_file_open(int fd, const char *path, uint32_t tid)
{
	struct debug_names names;
	char root[64];
	int found;

	read_names(fd, &names);
	if (!names.id.len)
		return -1;
	snprintf(root, sizeof(root), "/proc/%u/root", tid);
	found = open_below(root, path, &names);
	return found >= 0 ? found : open_below("/", path, &names);
}
