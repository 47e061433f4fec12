# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make            the tool: build/tcpclose
# make run        installs what is missing, builds, traces until Ctrl-C (as root)
# make demo       the same around six connections that end in six ways
# make check      installs what is missing, builds, passes all tests (as root)
# make install    binary, manual and completion for bash (PREFIX=/usr/local, DESTDIR=)
# make man        the manual: build/tcpclose.8
# make static     one file to copy to any host: build/tcpclose-static
# make check-kernels  the live tests on other kernels, in qemu (as root)
# make check-arm64    the same for arm64: builds it, and tests it in an emulated machine (as root)
# make lint       clang-tidy, cppcheck, shellcheck
# make fuzz       60 s of each harness of tests/fuzz (FUZZ_SECONDS=N: other than 60)
# make bench      what the tool costs, against its peers (as root): tests/bench/README.md
#
# ARGS="..." go to the tool (run, demo) or to the benchmark. SAN=1 builds with ASan and UBSan. ARCH=arm64 builds
# build/arm64/tcpclose-static with Debian's cross compiler and a folder of arm64's libraries (tools/sysroot).

VERSION := 0.1.0
CC := gcc
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
SCDOC ?= scdoc
PREFIX ?= /usr/local
ARGS ?=

ifdef ARCH
TRIPLET := $(patsubst arm64,aarch64,$(ARCH))-linux-gnu
SYSROOT := $(shell tools/sysroot $(ARCH))
ifeq ($(SYSROOT),)
$(error no libraries for ARCH=$(ARCH))
endif
CC := $(TRIPLET)-gcc --sysroot=$(SYSROOT)
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig \
	      $(PKG_CONFIG)
# the 32-bit programs that such a machine runs: arm's
CALLS_32 := $(SYSROOT)/usr/include/arm-linux-gnueabihf
ALL = $(B)/tcpclose-static $(B)/deed-static
endif
ALL ?= $(B)/tcpclose
CALLS_32 ?=

ifdef ARCH
B := build/$(ARCH)
SANITIZE :=
else ifdef SAN
B := build/san
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
B := build
SANITIZE :=
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
C_FLAGS = -std=gnu11 -D_GNU_SOURCE -DTCPCLOSE_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS) \
	  $(SANITIZE) -I$(B) -MMD -MP
BPF_FLAGS := -g -O2 -target bpf -mcpu=v3 -I. -Wall -MMD -MP
LIBS = $(shell $(PKG_CONFIG) --libs $(LIBDW) libbpf libelf zlib)

# Names in --stack come from elfutils, where it is; the static build does without.
LIBDW := $(shell $(PKG_CONFIG) --exists libdw && echo libdw)
SYMBOLS := $(if $(LIBDW),symbols_dw,symbols_none)
SOURCES := $(filter-out src/symbols_%.c,$(wildcard src/*.c)) src/$(SYMBOLS).c
OBJECTS := $(SOURCES:%.c=$(B)/obj/%.o)
# state first: it defines the ring that the others name, and bpftool 7.1 links in one pass
BPF_OBJECTS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.o,bpf/state.bpf.c \
		 $(filter-out bpf/state.bpf.c bpf/seed.bpf.c,$(wildcard bpf/*.bpf.c)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
CORE := names decode pack heap pool index echo act early found late listener twin conn_index conn story verdict select \
	syscalls hang hang_judge hang_sort container hist group health places stacks ladder
STORIES := $(wildcard tests/stories/*.story)

all: $(ALL)

$(B)/tcpclose: $(OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Stripped, the kernel side and all: it needs nothing of the host but its kernel.
$(B)/tcpclose-static: $(OBJECTS:%/$(SYMBOLS).o=%/symbols_none.o)
	$(CC) $(C_FLAGS) $(LDFLAGS) -static -s -o $@ $^ \
		$(shell $(PKG_CONFIG) --static --libs libbpf libelf zlib)
	@test $$(stat -c %s $@) -lt 3145728 || { echo "$@ is over 3 MiB" >&2; exit 1; }

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -c -o $@ $<

# The kernel side: each file alone, linked to one object, which becomes a header.
$(B)/bpf/%.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_FLAGS) -c -o $@ $<

$(B)/tcpclose.bpf.o: $(BPF_OBJECTS)
	$(BPFTOOL) gen object $@ $^

$(B)/tcpclose.skel.h: $(B)/tcpclose.bpf.o
	$(BPFTOOL) gen skeleton $< name tcpclose_bpf > $@.new
	mv $@.new $@

# The walk over what is there already is an object by itself: it is of use without the tracer.
$(B)/seed.skel.h: $(B)/bpf/seed.o
	$(BPFTOOL) gen skeleton $< name seed_bpf > $@.new
	mv $@.new $@

$(B)/obj/src/live.o $(B)/obj/src/live_attach.o: $(B)/tcpclose.skel.h
$(B)/obj/src/live_walk.o: $(B)/seed.skel.h

# [__NR_read] = "read", ... from the machine's own kernel headers
$(B)/syscalls.inc:
	@mkdir -p $(@D)
	echo '#include <asm/unistd.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/[__NR_\1] = "\1",/p' | \
		grep -v -e syscalls -e arch_specific | LC_ALL=C sort > $@.new
	mv $@.new $@

# [3] = "read", ... of the 32-bit programs that the machine runs; empty where it has no such header. arm's numbers
# are the sum of a base, 0 for all programs of this century, and a number.
$(B)/syscalls_32.inc:
	@mkdir -p $(@D)
	echo '#include <asm/unistd$(if $(CALLS_32),,_32).h>' | \
		$(CC) $(if $(CALLS_32),-D__ARM_EABI__ -isystem $(CALLS_32)) -E -dM - 2>/dev/null | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) (\{0,1\}\(__NR_SYSCALL_BASE *+ *\)\{0,1\}\([0-9]*\))\{0,1\}$$/[\3] = "\1",/p' | \
		LC_ALL=C sort > $@.new
	mv $@.new $@

$(B)/obj/src/syscalls.o: $(B)/syscalls.inc $(B)/syscalls_32.inc

# A unit test says on its first lines which objects it links: only the module's own.
$(B)/unit/%: tests/unit/%.c $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) -o $@ $< $$(sed -n 's|^/\* links: \(.*\) \*/$$|\1|p' $< | \
		sed 's|src/\([a-z_]*\)\.o|$(B)/obj/src/\1.o|g') $(shell $(PKG_CONFIG) --libs cmocka zlib)

# The programs that the tests watch are not what is tested: no sanitizer. One dies of SIGSEGV on purpose.
DEED_OBJECTS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/live/*.c))
$(B)/deed: $(DEED_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ -lpthread

$(B)/deed-static: $(DEED_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -static -s -o $@ $^ -lpthread

# The program whose stacks are looked at: with frame pointers, each call a call
$(B)/chain: tests/cli/chain.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -O% -fsanitize%,$(C_FLAGS)) -O1 -fno-omit-frame-pointer \
		-fno-optimize-sibling-calls -o $@ $< -lpthread

SOAK_OBJECTS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/soak/*.c))
$(B)/deed $(B)/deed-static $(DEED_OBJECTS) $(B)/soak $(SOAK_OBJECTS): SANITIZE :=
$(B)/soak: $(SOAK_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ -lpthread

STORY_OBJECTS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/stories/*.c))
# All but what needs the kernel, or a file
PURE_OBJECTS := $(filter-out $(patsubst %,$(B)/obj/src/%.o,main live live_% run run_% replay session \
		  cgroup exe tracefs child caps host record_read record_write record_head symbols_% stack_read \
		  procmaps),$(OBJECTS))
$(B)/story_test: $(STORY_OBJECTS) $(PURE_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^

$(B)/bench_churn $(B)/bench_flood $(B)/bench_hold $(B)/bench_latency: $(B)/%: $(B)/obj/tools/%.o
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ -lpthread

REPLAY_OBJECTS := $(patsubst %,$(B)/obj/src/%.o,record_read record_write record_head)
BENCH_REPLAY_OBJECTS := $(patsubst %,$(B)/obj/tools/%.o,bench_replay bench_generate) $(PURE_OBJECTS) $(REPLAY_OBJECTS)
$(B)/bench_replay: $(BENCH_REPLAY_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

BENCH := $(addprefix $(B)/,tcpclose bench_churn bench_flood bench_hold bench_latency bench_replay)

# The same, slower by so many turns per event as BENCH_SPIN says: what the benchmark must notice
SPIN := -Wl,--wrap=decode_event
$(B)/bench_replay_spin: $(BENCH_REPLAY_OBJECTS) $(B)/obj/tools/bench_spin.o
	$(CC) $(C_FLAGS) $(LDFLAGS) $(SPIN) -o $@ $^ $(LIBS)
$(B)/tcpclose_spin: $(OBJECTS) $(B)/obj/tools/bench_spin.o
	$(CC) $(C_FLAGS) $(LDFLAGS) $(SPIN) -o $@ $^ $(LIBS)

$(B)/record_story: $(B)/obj/tools/record_story.o $(filter-out %/story_test.o,$(STORY_OBJECTS)) \
		$(PURE_OBJECTS) $(REPLAY_OBJECTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The harnesses: with gcc and driver.c for make check, with clang's libFuzzer for make fuzz
HARNESSES := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
HARNESS_PARTS := $(B)/obj/tests/stories/check.o $(PURE_OBJECTS) $(REPLAY_OBJECTS)
$(B)/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/driver.o $(HARNESS_PARTS)
	$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

F := build/fuzz
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
$(F)/obj/%.o: %.c $(B)/syscalls.inc $(B)/syscalls_32.inc
	@mkdir -p $(@D)
	$(CLANG) $(C_FLAGS) $(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link -c -o $@ $<

$(F)/fuzz_%: $(F)/obj/tests/fuzz/fuzz_%.o $(patsubst $(B)/obj/%,$(F)/obj/%,$(HARNESS_PARTS))
	$(CLANG) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzz:
	@tools/deps fuzz
	@$(MAKE) --no-print-directory fuzz-all

fuzz-all: $(HARNESSES:%=$(F)/%)
	F=$(F) tools/fuzz $(HARNESSES)

deps:
	@tools/deps build
deps-check:
	@tools/deps check
deps-matrix:
	@tools/deps matrix
deps-bench:
	@tools/deps bench

run: deps
	@$(MAKE) --no-print-directory all
	$(B)/tcpclose $(ARGS)

demo: deps
	@$(MAKE) --no-print-directory all $(B)/deed
	$(B)/tcpclose $(ARGS) -- $(B)/deed demo

check: deps-check
	@$(MAKE) --no-print-directory check-all

check-all: $(B)/tcpclose $(B)/tcpclose.8 $(B)/tcpclose.bash $(UNIT_TESTS) $(B)/story_test $(B)/record_story \
		$(HARNESSES:%=$(B)/%) $(B)/deed $(B)/soak $(B)/chain $(BENCH) $(B)/bench_replay_spin
	B=$(B) CORE="$(CORE)" SAN=$(SAN) tests/check

static: $(B)/tcpclose-static

# The manual and the completion list the views and options that the tool itself lists.
$(B)/tcpclose.8: src/tcpclose.8.scd $(B)/tcpclose
	$(B)/tcpclose --document views > $(B)/views.scd
	$(B)/tcpclose --document options > $(B)/options.scd
	sed -e '/^@VIEWS@$$/{r $(B)/views.scd' -e 'd}' -e '/^@OPTIONS@$$/{r $(B)/options.scd' -e 'd}' $< | \
		$(SCDOC) > $@.new
	mv $@.new $@

$(B)/tcpclose.bash: $(B)/tcpclose
	$(B)/tcpclose --document bash > $@.new
	mv $@.new $@

man: $(B)/tcpclose.8

# DESTDIR=... stages it. Without scdoc (tools/deps check has it) the manual is left out.
install: $(B)/tcpclose $(B)/tcpclose.bash $(if $(shell command -v $(SCDOC)),$(B)/tcpclose.8)
	install -D $(B)/tcpclose $(DESTDIR)$(PREFIX)/sbin/tcpclose
	install -D -m 644 $(B)/tcpclose.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcpclose
	$(if $(filter %.8,$^),install -D -m 644 $(B)/tcpclose.8 $(DESTDIR)$(PREFIX)/share/man/man8/tcpclose.8)

check-kernels: deps-matrix
	@$(MAKE) --no-print-directory $(B)/tcpclose-static $(B)/deed-static
	tools/matrix --tool $(B)/tcpclose-static --deed $(B)/deed-static $(ARGS)

check-arm64:
	@tools/deps arm64
	@$(MAKE) --no-print-directory ARCH=arm64
	tools/matrix --arch arm64 $(ARGS)

lint: $(B)/tcpclose.skel.h $(B)/seed.skel.h $(B)/syscalls.inc $(B)/syscalls_32.inc
	@tools/deps lint
	B=$(B) tools/lint

bench-build: $(BENCH)

bench: deps-bench
	@$(MAKE) --no-print-directory bench-build
	tools/bench $(ARGS)

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all install man deps deps-check deps-matrix deps-bench run demo check check-all check-kernels check-arm64 \
	static lint fuzz fuzz-all bench bench-build clean
.DELETE_ON_ERROR:
