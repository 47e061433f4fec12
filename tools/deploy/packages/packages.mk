# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The packages. Each has a build of its own kind in its own folder. The time of all files is that of the latest entry
# of the changelog, so the same sources give the same bytes.

SOURCE_DATE = $(shell date -u -d "$$(sed -n 's/^ -- .*>  //p' $(PACKAGES)/changelog | head -n 1)" +%s)
# As Debian builds its packages
HARDENED = DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get

deb:
	@tools/deps deb
	@$(MAKE) --no-print-directory deb-all
deb-all:
	@$(MAKE) --no-print-directory B=build/deb SOURCE_DATE_EPOCH=$(SOURCE_DATE) VERSION=$(VERSION) \
		CFLAGS="$$($(HARDENED) CFLAGS) $$($(HARDENED) CPPFLAGS)" LDFLAGS="$$($(HARDENED) LDFLAGS)" all man
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE) $(PACKAGES)/build-deb build/deb $(VERSION) build

rpm:
	@tools/deps rpm
	@$(MAKE) --no-print-directory rpm-all
rpm-all:
	@mkdir -p build
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE) $(PACKAGES)/build-rpm $(VERSION) build

# The machine's own architecture, or that of ARCH. The texts are those of a build that runs here.
TAR_ARCH = $(or $(ARCH),$(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m))))
tar:
	@tools/deps $(if $(ARCH),arm64,tar)
	@$(MAKE) --no-print-directory tar-all
tar-all: $(B)/tcpclose-static
	@$(MAKE) --no-print-directory ARCH= B=build SOURCE_DATE_EPOCH=$(SOURCE_DATE) all man
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE) $(PACKAGES)/build-tar $(B)/tcpclose-static build $(VERSION) $(TAR_ARCH) build

# ARGS is for tools/check-packages: --suites trixie
check-packages:
	@tools/deps packages
	@$(MAKE) --no-print-directory all
	tests/run --long $(patsubst %,tests/packages/test_%.py,deb rpm tar)
	tools/check-packages $(ARGS)

.PHONY: deb deb-all rpm rpm-all tar tar-all check-packages
