#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# For tools/kernels and tools/sysroot: packages of other releases and architectures, without a word to the machine's
# own apt and dpkg. A private apt root has lists and sources of its own; mirror, proxy and keys are the machine's.
#
#	prepare_apt FOLDER ARCH SUITE...	makes the root, and fetches the lists
#	private_apt COMMAND ARGUMENT...		apt-get or another of its programs, within the root

# The machine's own mirror of Debian, and its keys
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
		echo "${0##*/}: this machine's apt names no mirror of Debian, or has no keys for it" >&2
		return 1
	fi
	mkdir -p "$apt_root"/{lists/partial,archives/partial,state}
	: >"$apt_root/status"
	for suite in "$@"; do
		echo "deb [arch=$apt_arch signed-by=$keys] $from $suite main"
	done >"$apt_root/sources.list"
	# A release that the mirror has no longer fails this, and is told when its packages cannot be found
	private_apt apt-get update >&2 || true
}
