# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make image      an OCI image for the architectures of IMAGE_ARCHES: build/image, and the same as one file
# make check-image  run the tcpclose in each of them (as root)

IMAGE_ARCHES ?= amd64 arm64
IMAGE_FILE = build/tcpclose-$(VERSION)-image.tar
IMAGE_EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || echo 0))

# What build-image takes for an architecture: the machine's own binary, or one with its sysroot.
MACHINE_ARCH := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
image_binary = $1=$(if $(filter $(MACHINE_ARCH),$1),build/tcpclose,build/$1/tcpclose@$$(tools/sysroot $1))

.PHONY: image deps-image
deps-image:
	@tools/deps image

image: deps-image
	@for arch in $(IMAGE_ARCHES); do \
		if [ $$arch = $(MACHINE_ARCH) ]; then \
			$(MAKE) --no-print-directory build/tcpclose || exit 1; \
		else \
			$(MAKE) --no-print-directory ARCH=$$arch build/$$arch/tcpclose || exit 1; \
		fi; \
	done
	@rm -rf build/image
	SOURCE_DATE_EPOCH=$(IMAGE_EPOCH) tools/deploy/kubernetes/build-image build/image $(VERSION) \
		$(foreach arch,$(IMAGE_ARCHES),$(call image_binary,$(arch)))
	@tar -C build/image --sort=name --mtime=@$(IMAGE_EPOCH) --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r \
		-cf $(IMAGE_FILE) .
	@echo "build/image, and $(IMAGE_FILE): skopeo copy oci:build/image:$(VERSION) docker://..."

.PHONY: check-image
check-image: image
	tools/deploy/kubernetes/check-image build/image $(VERSION) $(IMAGE_ARCHES)
