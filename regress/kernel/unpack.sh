#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Unpacks what tests need of Debian's kernel sources. Usage: unpack.sh DIR
# exit: 0 all is there, 77 a package is not installed
set -eu

mkdir -p "$1"
cd "$1"
for version in 6.1 6.12; do
	archive=/usr/src/linux-source-$version.tar.xz
	if [ ! -e "$archive" ]; then
		echo "SKIP: no $archive (Debian package linux-source-$version)"
		exit 77
	fi
	name=linux-source-$version
	[ ! -e "$name/.unpacked" ] || [ -n "$(find "$archive" -newer "$name/.unpacked")" ] || continue
	tar -xJf "$archive" "$name/Makefile" "$name/mm" "$name/include/linux" "$name/include/asm-generic" \
		"$name/arch/arm64/mm" "$name/arch/arm64/include" "$name/arch/arm64/kernel" \
		"$name/arch/arm64/kvm" "$name/arch/arm64/crypto"
	touch "$name/.unpacked"
	echo "unpacked $name"
done
