# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make            the tool, build/tcpclose, and its completions for bash, zsh and fish
# make run        install missing packages, build, trace until Ctrl-C (as root)
# make demo       the same, while nine connections close in nine different ways
# make tour       show five views of a sample recording (after make; no privilege needed)
# make test       build, run the tests that need neither root nor other packages (12 s)
# make check      install missing packages, build, run all tests (as root, 7 minutes): tests/README.md
# make install    binary, manual and completions (PREFIX=/usr/local, DESTDIR=)
# make install-units  services for systemd, alert rules and dashboard: man tcpclose, RUNNING IT AS A SERVICE
# make man        the manual: build/tcpclose.8, build/tcpclose-fleet.7
# make static     one file to copy to any host: build/tcpclose-static
# make deb, rpm   packages: build/tcpclose_VERSION_ARCH.deb, build/tcpclose-VERSION-1.ARCH.rpm
# make tar        the static binary with manual, completions and services, to unpack: build/tcpclose-VERSION-*.tar.gz
# make image      an OCI image for amd64 and arm64: build/image (tools/deploy/README.md)
# make check-kernels  run the live tests on other kernels, in qemu (as root)
# make check-top      random keys and sizes for the full screen of top, with ASan, for 10 minutes (TOP_SECONDS=N)
# make check-units    run the services in a Debian with systemd, in qemu (as root)
# make check-fleet    the tests of the fleet, each fault ten times (FLEET_ROUNDS=N; as root, 10 minutes)
# make check-jit      the names of generated code in stacks, with Java too (as root)
# make check-page     the page of 5,000,000 events; the live page under churn for an hour (as root)
# make check-packages install, upgrade and remove the package in clean Debian 12 and 13 (as root)
# make check-arm64    build for arm64 and run the live tests in an emulated machine (as root)
# make lint       clang-tidy, cppcheck, shellcheck, line widths
# make fuzz       run each harness of tests/fuzz for 60 s (FUZZ_SECONDS=N changes that)
# make bench      measure the cost of the tool and of its peers (as root): tools/bench/README.md
#
# ARGS="..." is passed to the tool (run, demo), to pytest (test, check) or to the benchmark. SAN=1
# builds with ASan and UBSan. ARCH=arm64 builds build/arm64/tcpclose-static with Debian's cross
# compiler and a sysroot with the libraries of arm64 (tools/sysroot).

# The latest entry of the packages' changelog has the version.
PACKAGES := tools/deploy/packages
VERSION := $(shell awk -F'[()]' '/^tcpclose / { print $$2; exit }' $(PACKAGES)/changelog)
CC := gcc
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
SCDOC ?= scdoc
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
ZSH_FUNCTIONS ?= $(PREFIX)/share/zsh/site-functions
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
# The 32-bit programs that an arm64 machine runs are those of arm.
CALLS_32 := $(SYSROOT)/usr/include/arm-linux-gnueabihf
ALL = $(B)/tcpclose-static $(GUEST_PROGRAMS)
endif
# What runs in the guests of tools/matrix, beside the tool
GUEST_PROGRAMS = $(addprefix $(B)/,workload-static soak-static clock_witness-static)
COMPLETIONS = $(addprefix $(B)/completions/,tcpclose.bash _tcpclose tcpclose.fish)
ALL ?= $(B)/tcpclose $(COMPLETIONS)
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
# The same bytes wherever it is built: debug information and BTF have the paths of sources.
HERE := -ffile-prefix-map=$(CURDIR)=.
C_FLAGS = -std=gnu11 -D_GNU_SOURCE -DTCPCLOSE_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS) $(HERE) $(SANITIZE) -MMD -MP
BPF_FLAGS := -g -O2 -target bpf -mcpu=v3 -I. -iquote bpf/abi -Wall $(HERE) -MMD -MP
LIBS = $(shell $(PKG_CONFIG) --libs $(LIBDW) $(LIBEVENT) $(LIBDEFLATE) $(LIBNATS) $(LIBSECCOMP) $(NCURSES) libbpf libelf zlib) $(LIBIBERTY)

# One line per file; V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $1 $(2:$(B)/%=%))

# The layers of src/, lowest first. A file sees only the headers of its own layer and of the layers
# below it, so an include that points up does not compile.
LAYERS := util core record host live ship view cli app
BELOW_util :=
BELOW_core := util
BELOW_record := core util
BELOW_host := record core util
BELOW_live := host core util
BELOW_ship := util
BELOW_view := core util
BELOW_cli := view core util
BELOW_app := cli view ship live host record core util
# util and ship are for any program: they see nothing of the events.
quote = $(patsubst %,-iquote src/%,$1) $(if $(filter-out util ship,$1),-iquote bpf/abi) -iquote $(B)
layer_of = $(filter $(LAYERS),$(word 2,$(subst /, ,$1)))
INCLUDES_src = $(call quote,$(if $(call layer_of,$1),$(call layer_of,$1) $(BELOW_$(call layer_of,$1)),$(LAYERS)))
# Tests and tools see the headers of all layers.
includes = $(if $(filter src/%,$1),$(INCLUDES_src),$(call quote,$(LAYERS)))

# elfutils, where installed, supplies the names in --stack. The static build does not use it.
LIBDW := $(shell $(PKG_CONFIG) --exists libdw && echo libdw)
SYMBOLS := $(if $(LIBDW),symbols_libdw.c debug_info_libdw.c debug_places_libdw.c,symbols_stub.c)
# libiberty, where installed, demangles names of C++ and Rust. It has no .pc file, and systems have its header in
# different places.
LIBIBERTY := $(if $(LIBDW),$(if $(wildcard $(shell $(CC) -print-file-name=libiberty.a)),-liberty))
DEMANGLER := demangle_$(if $(LIBIBERTY),iberty,stub).c
# libdeflate, where installed, makes recordings cheaper to write and to read. zlib writes the same
# format. The static build uses it if there is an archive of it.
LIBDEFLATE := $(shell $(PKG_CONFIG) --exists libdeflate && echo libdeflate)
LIBDEFLATE_STATIC := $(if $(LIBDEFLATE),$(if $(wildcard $(shell $(CC) -print-file-name=libdeflate.a)),libdeflate))
gzip = src/record/gzip_$(or $1,zlib)

# libevent, where installed, serves HTTP (serve --listen).
LIBEVENT := $(shell $(PKG_CONFIG) --exists 'libevent_extra >= 2.1' && echo libevent_extra libevent_core)
HTTP := $(if $(LIBEVENT),http_libevent,http_stub)
# cnats, where installed, sends to and reads from NATS (nats://). Debian has no archive of it: the
# static build refuses nats://. libseccomp, where installed, restricts the processes that do; in the
# static build there are none.
LIBNATS := $(shell $(PKG_CONFIG) --exists 'libnats >= 3.4' && echo libnats)
NATS := src/ship/nats_client_$(if $(LIBNATS),cnats,stub).c
NATS_STATIC := src/ship/nats_client_stub.c
LIBSECCOMP := $(shell $(PKG_CONFIG) --exists libseccomp && echo libseccomp)
sandbox = src/ship/sandbox_$(if $1,seccomp,stub).c
# libcurl, where its headers are installed, sends OTLP (otlp --to). It is loaded, not linked; the static build
# cannot load it.
LIBCURL := $(shell $(PKG_CONFIG) --exists 'libcurl >= 7.77' && echo libcurl)
CURL := src/ship/transport_curl$(if $(LIBCURL),,_stub).c
CURL_STATIC := src/ship/transport_curl_stub.c
# ncurses, where installed, shows the view top on a full screen.
NCURSES := $(shell $(PKG_CONFIG) --exists ncursesw && echo ncursesw)
NCURSES_STATIC := $(if $(NCURSES),$(if $(wildcard $(shell $(CC) -print-file-name=libncursesw.a)),ncursesw))
screen = src/view/top_screen_$(if $1,ncurses,stub).c
# The parts of the program that depend on what is installed. They are in no archive.
OPTIONAL := $(addprefix src/host/,$(SYMBOLS) $(DEMANGLER)) src/ship/$(HTTP).c $(call gzip,$(LIBDEFLATE)).c $(NATS) $(CURL) \
	    $(call sandbox,$(LIBSECCOMP)) $(call screen,$(NCURSES))
OPTIONAL_STATIC := src/host/symbols_stub.c src/host/demangle_stub.c src/ship/$(HTTP).c $(call gzip,$(LIBDEFLATE_STATIC)).c \
		   $(NATS_STATIC) $(CURL_STATIC) $(call sandbox) $(call screen,$(NCURSES_STATIC))

objects = $(patsubst %.c,$(B)/obj/%.o,$1)
layer_sources = $(filter-out src/host/symbols_%.c src/host/debug_info_%.c src/host/debug_places_%.c src/host/demangle_%.c \
		  src/record/gzip_%.c src/ship/http_libevent.c src/ship/http_stub.c src/ship/nats_client_%.c src/ship/transport_curl%.c \
		  src/ship/sandbox_%.c src/view/top_screen_ncurses.c src/view/top_screen_stub.c,$(wildcard src/$1/*.c))
ARCHIVES := $(LAYERS:%=$(B)/lib%.a)
# The linker searches the group repeatedly, so the order of the archives does not matter.
link = -Wl,--start-group $1 -Wl,--end-group
MAIN := $(call objects,src/main.c $(OPTIONAL))
# state comes first: it defines the ring buffer that the others use, and bpftool 7.1 links in one
# pass.
BPF_OBJECTS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.o,bpf/state.bpf.c \
		 $(filter-out bpf/state.bpf.c bpf/iter.bpf.c,$(wildcard bpf/*.bpf.c)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*/test_*.c))
STORIES := $(wildcard tests/stories/*.story)

all: $(ALL)

$(B)/tcpclose: $(MAIN) $(ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $(MAIN) $(call link,$(ARCHIVES)) $(LIBS)

# Stripped, with the BPF objects inside: it needs only the kernel of the host. The linker warns of
# getaddrinfo() and getservbyname() in libevent; nothing here looks names up.
$(B)/tcpclose-static: $(call objects,src/main.c $(OPTIONAL_STATIC)) $(ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -static -s -o $@ $(filter %.o,$^) $(call link,$(ARCHIVES)) \
		$(shell $(PKG_CONFIG) --static --libs $(LIBEVENT) $(LIBDEFLATE_STATIC) $(NCURSES_STATIC) libbpf libelf zlib)
	@test $$(stat -c %s $@) -lt 4194304 || { echo "$@ is over 4 MiB" >&2; exit 1; }

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(call includes,$<) -c -o $@ $<

# What contains the version is compiled again when it changes.
$(call objects,$(shell grep -rl --include='*.c' TCPCLOSE_VERSION src)): $(B)/version
$(B)/version: FORCE
	@mkdir -p $(@D)
	@echo $(VERSION) | cmp -s - $@ || echo $(VERSION) > $@

define archive
$(B)/lib$1.a: $(call objects,$(call layer_sources,$1))
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)$(AR) rcs $$@ $$^
endef
$(foreach layer,$(LAYERS),$(eval $(call archive,$(layer))))

# The BPF side: each file is compiled alone, all are linked to one object, and that becomes a
# skeleton header.
$(B)/bpf/%.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_FLAGS) -c -o $@ $<

$(B)/tcpclose.bpf.o: $(BPF_OBJECTS)
	$(call say,BPFLD,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(B)/tcpclose.skel.h: $(B)/tcpclose.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name tcpclose_bpf > $@.new
	@mv $@.new $@

# The iterator over existing sockets is an object of its own: it is also used without the tracer.
$(B)/iter.skel.h: $(B)/bpf/iter.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name iter_bpf > $@.new
	@mv $@.new $@

$(B)/obj/src/live/live.o $(B)/obj/src/live/attach.o: $(B)/tcpclose.skel.h
$(B)/obj/src/live/scan.o: $(B)/iter.skel.h

# [__NR_read] = "read", ... from the kernel headers of the target machine
$(B)/syscalls.inc:
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)echo '#include <asm/unistd.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/[__NR_\1] = "\1",/p' | \
		grep -v -e syscalls -e arch_specific | LC_ALL=C sort > $@.new
	@mv $@.new $@

# [3] = "read", ... for the 32-bit programs that the machine runs. Empty if that header is missing.
# On arm a system call number is base + N, and the base is 0 for every EABI program.
$(B)/syscalls_32.inc:
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)echo '#include <asm/unistd$(if $(CALLS_32),,_32).h>' | \
		$(CC) $(if $(CALLS_32),-D__ARM_EABI__ -isystem $(CALLS_32)) -E -dM - 2>/dev/null | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) (\{0,1\}\(__NR_SYSCALL_BASE *+ *\)\{0,1\}\([0-9]*\))\{0,1\}$$/[\3] = "\1",/p' | \
		LC_ALL=C sort > $@.new
	@mv $@.new $@

$(B)/obj/src/core/syscall_names.o: $(B)/syscalls.inc $(B)/syscalls_32.inc

# A unit test links the members of the archives that it uses.
TEST_LIBS := $(call objects,$(OPTIONAL)) $(ARCHIVES)
$(B)/unit/%: tests/unit/%.c $(TEST_LIBS)
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(C_FLAGS) $(call includes,$<) -iquote tests/unit -o $@ $< $(call link,$(TEST_LIBS)) $(LIBS) \
		$(shell $(PKG_CONFIG) --libs cmocka)

# Programs of tests and tools: $(call program,NAME,OBJECTS,LIBRARIES)
define program
$(B)/$1: $2
	$$(call say,LD,$$@)
	$$(Q)$(CC) $$(C_FLAGS) $$(LDFLAGS) $4 -o $$@ $$(filter %.o,$$^) $$(call link,$$(filter %.a,$$^)) $3
endef

# The tests trace these programs but do not test them, so they have no sanitizer. One of them dies
# of SIGSEGV on purpose.
WORKLOAD_OBJECTS := $(call objects,$(wildcard tests/live/cases/*.c))
SOAK_OBJECTS := $(call objects,$(wildcard tests/soak/*.c))
WITNESS_OBJECTS := $(call objects,tests/matrix/clock_witness.c)
$(B)/workload $(B)/soak $(GUEST_PROGRAMS) $(WORKLOAD_OBJECTS) $(SOAK_OBJECTS) $(WITNESS_OBJECTS): SANITIZE :=
$(eval $(call program,workload,$(WORKLOAD_OBJECTS),-lpthread))
$(eval $(call program,workload-static,$(WORKLOAD_OBJECTS),-lpthread,-static -s))
$(eval $(call program,soak,$(SOAK_OBJECTS),-lpthread))
$(eval $(call program,soak-static,$(SOAK_OBJECTS),-lpthread,-static -s))
$(eval $(call program,clock_witness-static,$(WITNESS_OBJECTS),,-static -s))

# The tests check the stacks of this program, so it has frame pointers and no tail calls, and on arm64
# signed return addresses.
$(B)/stack_workload: tests/cli/stack_workload.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -O% -fsanitize%,$(C_FLAGS)) -O1 -fno-omit-frame-pointer \
		$(if $(filter arm64,$(ARCH)),-mbranch-protection=pac-ret) -fno-optimize-sibling-calls -o $@ $< -lpthread

STORY_MAINS := %/story_test.o %/story_from_recording.o
STORY_PARTS := $(filter-out $(STORY_MAINS),$(call objects,$(wildcard tests/stories/*.c)))
$(eval $(call program,story_test,$(B)/obj/tests/stories/story_test.o $(STORY_PARTS) $(TEST_LIBS),$$(LIBS)))
$(eval $(call program,story_from_recording,$(B)/obj/tests/stories/story_from_recording.o $(STORY_PARTS) $(TEST_LIBS),$$(LIBS)))

$(foreach p,churn flood hold latency,$(eval $(call program,bench_$p,$(B)/obj/tools/bench/$p.o,-lpthread)))

# The tests of the fleet: a recorder and a reader without the rest of the tool
FLEET := $(B)/fleet_ship $(B)/fleet_read $(B)/replay_frames $(B)/tcpclose_stubs
# The tool with the stubs of the static build
$(eval $(call program,tcpclose_stubs,$(call objects,src/main.c $(OPTIONAL_STATIC)) $(ARCHIVES),$$(LIBS)))
$(foreach p,ship read,$(eval $(call program,fleet_$p,$(B)/obj/tests/fleet/fleet_$p.o $(TEST_LIBS),$$(LIBS))))

BENCH_REPLAY_OBJECTS := $(call objects,tools/bench/replay.c tools/bench/generate.c) $(TEST_LIBS)
$(eval $(call program,bench_replay,$(BENCH_REPLAY_OBJECTS),$$(LIBS)))

$(eval $(call program,bench_fleet,$(call objects,tools/bench/fleet.c) $(TEST_LIBS),$$(LIBS)))

BENCH := $(addprefix $(B)/,tcpclose bench_churn bench_flood bench_hold bench_latency bench_replay)

# The same programs, made slower by BENCH_SPIN loop iterations per event. The benchmark must notice
# the difference.
SPIN := -Wl,--wrap=decode_event
SPIN_OBJECT := $(B)/obj/tools/bench/spin.o
$(eval $(call program,bench_replay_spin,$(BENCH_REPLAY_OBJECTS) $(SPIN_OBJECT),$$(LIBS),$(SPIN)))
$(eval $(call program,tcpclose_spin,$(MAIN) $(ARCHIVES) $(SPIN_OBJECT),$$(LIBS),$(SPIN)))

# The tool, which reads the frames of a stream from a file.
$(eval $(call program,replay_frames,$(MAIN) $(B)/obj/tests/fleet/frame_source.o $(ARCHIVES),$$(LIBS)))

# Fuzz harnesses: make check builds them with gcc and driver.c, make fuzz with clang's libFuzzer.
HARNESSES := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
HARNESS_PARTS := $(B)/obj/tests/stories/check.o $(TEST_LIBS)
$(B)/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/driver.o $(HARNESS_PARTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call link,$(filter %.a,$^)) $(LIBS)

# libFuzzer needs every object instrumented, so its build has objects of its own, in one list.
F := build/fuzz
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := tests/stories/check.c $(OPTIONAL) src/app/pipeline.c \
		$(foreach layer,$(filter-out live app,$(LAYERS)),$(call layer_sources,$(layer)))
FUZZ_OBJECTS := $(FUZZ_SOURCES:%.c=$(F)/obj/%.o)
$(F)/obj/%.o: %.c $(B)/syscalls.inc $(B)/syscalls_32.inc
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CLANG) $(C_FLAGS) $(call includes,$<) $(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link -c -o $@ $<

$(F)/fuzz_%: $(F)/obj/tests/fuzz/fuzz_%.o $(FUZZ_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzz:
	@tools/deps fuzz
	@$(MAKE) --no-print-directory fuzz-all

fuzz-all: $(HARNESSES:%=$(F)/%)
	F=$(F) tools/fuzz $(HARNESSES)

deps:
	@tools/deps build
# What only tests need may be missing: the tests that need it are skipped.
deps-check:
	@tools/deps check || { tools/deps build && echo "check: goes on without what is missing; the tests that need it are skipped" >&2; }
deps-matrix:
	@tools/deps matrix
deps-bench:
	@tools/deps bench

run: deps
	@$(MAKE) --no-print-directory all
	$(B)/tcpclose $(ARGS)

demo: deps
	@$(MAKE) --no-print-directory all $(B)/workload
	$(B)/tcpclose $(ARGS) -- $(B)/workload demo

# It builds nothing, so that it also works in a tree that only root may write.
tour:
	@test -x $(B)/tcpclose || { echo "tour: no $(B)/tcpclose yet: run make first" >&2; exit 1; }
	@tools/tour $(B)/tcpclose

check: deps-check
	@$(MAKE) --no-print-directory check-all

MANUALS := $(patsubst src/man/%.scd,$(B)/%,$(wildcard src/man/*.scd))

# What the tests need; the unit tests and the manual only where the packages for them are there
has = $(shell $1 >/dev/null 2>&1 && echo yes)
TESTED = $(B)/tcpclose $(COMPLETIONS) $(B)/story_test $(B)/replay_frames $(HARNESSES:%=$(B)/%) $(BENCH) \
	 $(if $(call has,$(PKG_CONFIG) --exists cmocka),$(UNIT_TESTS)) \
	 $(if $(call has,command -v $(SCDOC)),$(MANUALS))
test: $(TESTED)
	tests/run --quick --build $(B) $(if $(SAN),--sanitized) $(ARGS)

check-all: $(TESTED) $(B)/story_from_recording $(B)/workload $(B)/soak $(B)/stack_workload $(FLEET) \
		$(B)/bench_replay_spin
	tests/run --pairs --build $(B) $(if $(SAN),--sanitized) $(ARGS)

static: $(B)/tcpclose-static

# The lists of views, options and metrics in the manual and the completions are printed by the tool
# itself.
$(B)/tcpclose.8: src/man/tcpclose.8.scd $(B)/tcpclose
	$(B)/tcpclose --document views > $(B)/views.scd
	$(B)/tcpclose --document options > $(B)/options.scd
	$(B)/tcpclose --document metrics > $(B)/metrics.scd
	sed -e '/^@VIEWS@$$/{r $(B)/views.scd' -e 'd}' -e '/^@OPTIONS@$$/{r $(B)/options.scd' -e 'd}' \
		-e '/^@METRICS@$$/{r $(B)/metrics.scd' -e 'd}' $< | $(SCDOC) > $@.new
	mv $@.new $@

$(COMPLETIONS): $(B)/tcpclose
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)$< --document $(if $(filter %/_tcpclose,$@),zsh,$(subst .,,$(suffix $@))) > $@.new
	@mv $@.new $@

$(B)/%.7: src/man/%.7.scd
	@mkdir -p $(@D)
	$(SCDOC) < $< > $@.new
	mv $@.new $@

man: $(MANUALS)

# DESTDIR=... stages the installation.
install: $(B)/tcpclose install-texts
	install -D $(B)/tcpclose $(DESTDIR)$(SBINDIR)/tcpclose

# The manuals are left out if scdoc is missing (tools/deps check installs it).
install-texts: $(COMPLETIONS) $(if $(shell command -v $(SCDOC)),$(MANUALS))
	install -D -m 644 $(B)/completions/tcpclose.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcpclose
	install -D -m 644 $(B)/completions/_tcpclose $(DESTDIR)$(ZSH_FUNCTIONS)/_tcpclose
	install -D -m 644 $(B)/completions/tcpclose.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tcpclose.fish
	$(foreach m,$(filter $(MANUALS),$^),install -D -m 644 $m \
		$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $m))/$(notdir $m) &&) true

# The services of systemd, with the path of the binary, and what Prometheus and Grafana need. It starts
# nothing, and leaves an /etc/default/tcpclose as it is.
DEPLOY := tools/deploy
UNITS := tcpclose-serve.service tcpclose-record.service
EXAMPLES := $(addprefix $(DEPLOY)/,systemd/serve-remote.conf systemd/all-namespaces.conf \
	      prometheus/scrape.yml prometheus/scrape-native.yml prometheus/tcpclose.rules.yml grafana/tcpclose.json \
	      nats/nats-server.conf)
install-units:
	for unit in $(UNITS); do \
		sed 's|/usr/sbin/tcpclose|$(SBINDIR)/tcpclose|' $(DEPLOY)/systemd/$$unit | \
			install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; \
	done
	test -e $(DESTDIR)/etc/default/tcpclose || \
		sed 's|/usr/share/|$(PREFIX)/share/|' $(DEPLOY)/systemd/tcpclose.default | \
			install -D -m 644 /dev/stdin $(DESTDIR)/etc/default/tcpclose
	install -D -m 644 $(DEPLOY)/systemd/tcpclose.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/tcpclose.conf
	install -d $(DESTDIR)$(PREFIX)/share/doc/tcpclose/examples
	install -m 644 $(EXAMPLES) $(DESTDIR)$(PREFIX)/share/doc/tcpclose/examples
	install $(DEPLOY)/nats/make-users $(DESTDIR)$(PREFIX)/share/doc/tcpclose/examples

check-kernels: deps-matrix
	@$(MAKE) --no-print-directory $(B)/tcpclose-static $(GUEST_PROGRAMS)
	tools/matrix $(ARGS)

# The tests of the fleet with each fault FLEET_ROUNDS times, in place of once
FLEET_ROUNDS ?= 10
check-fleet: deps-check
	@$(MAKE) --no-print-directory $(TESTED) $(FLEET)
	FLEET_ROUNDS=$(FLEET_ROUNDS) tests/run --build $(B) --only fleet $(ARGS)

# It needs a JDK, which make check does not install.
check-jit:
	@tools/deps jit
	@$(MAKE) --no-print-directory all
	tests/run --long --build $(B) tests/cli/test_jit_symbols.py $(ARGS)

TOP_SECONDS ?= 600
check-top: deps
	@$(MAKE) --no-print-directory SAN=1 all
	tests/soak/top_keys.py --build build/san --seconds $(TOP_SECONDS) $(ARGS)

include tools/deploy/kubernetes/image.mk

check-units:
	@tools/deps units
	@$(MAKE) --no-print-directory $(B)/tcpclose-static
	tools/check-units --tool $(B)/tcpclose-static $(ARGS)

# PAGE_SECONDS=N changes the hour.
PAGE_SECONDS ?= 3600
check-page: deps-check
	@$(MAKE) --no-print-directory all $(B)/bench_replay
	tests/pages/big_recording.py --build $(B)
	tests/pages/churn.py --seconds $(PAGE_SECONDS) --tool $(B)/tcpclose

check-arm64:
	@tools/deps arm64
	@$(MAKE) --no-print-directory ARCH=arm64 all $(addprefix build/arm64/,tcpclose stack_workload)
	tools/matrix --arch arm64 $(ARGS)

lint: $(B)/tcpclose.skel.h $(B)/iter.skel.h $(B)/syscalls.inc $(B)/syscalls_32.inc
	@tools/deps lint
	B=$(B) tools/lint

bench-build: $(BENCH)

bench: deps-bench
	@$(MAKE) --no-print-directory bench-build
	tools/bench/bench $(ARGS)

clean:
	rm -rf build

include $(PACKAGES)/packages.mk
-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all install install-texts install-units check-units check-fleet check-jit check-top check-page man deps deps-check deps-matrix deps-bench run demo tour test check check-all check-kernels check-arm64 \
	static lint fuzz fuzz-all bench bench-build clean FORCE
FORCE:
.DELETE_ON_ERROR:
.SECONDARY:
