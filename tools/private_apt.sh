#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# For tools/kernels and tools/sysroot: fetches packages of other releases and architectures without
# any change to the machine's own apt and dpkg. A private apt root has its own lists and sources,
# and uses the mirror, proxy and keys of the machine.
#
#	prepare_apt FOLDER ARCH SUITE...	create the root and fetch the lists
#	private_apt COMMAND ARGUMENT...		run apt-get or another apt program within the root

# Print the Debian mirror that the machine uses.
mirror()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 !~ /-/ { print $3; exit }'
}

keyring()
{
	local path
	for path in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
		[ -r "$path" ] && echo "$path" && return
	done
}

private_apt()
{
	"$1" -q -o Dir::Etc::SourceList="$apt_root/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$apt_root/state" -o Dir::State::Lists="$apt_root/lists" \
		-o Dir::State::status="$apt_root/status" -o Dir::Cache="$apt_root" \
		-o APT::Architecture="$apt_arch" -o APT::Architectures="$apt_arch" -o Acquire::Languages=none \
		-o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false "${@:2}"
}

prepare_apt()
{
	local from keys suite
	apt_root=$1 apt_arch=$2
	shift 2
	from=$(mirror) keys=$(keyring)
	if [ -z "$from" ] || [ -z "$keys" ]; then
		echo "${0##*/}: this machine's apt has no Debian mirror, or no keys for it" >&2
		return 1
	fi
	mkdir -p "$apt_root"/{lists/partial,archives/partial,state}
	: >"$apt_root/status"
	for suite in $(printf '%s\n' "$@" | sort -u); do
		echo "deb [arch=$apt_arch signed-by=$keys] $from $suite main"
	done >"$apt_root/sources.list"
	# The update fails if the mirror has dropped a release. That is reported later, when the
	# packages of the release are not found.
	private_apt apt-get update >&2 || true
}
