#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Unpacks what tests need of Debian's kernel sources. A release of Debian has some of the versions:
# what is installed is unpacked. Usage: unpack.sh DIR VERSION...
# exit: 0 at least one is there, 77 none is installed
set -eu

mkdir -p "$1"
cd "$1"
shift
there=0
for version; do
	name=linux-source-$version
	archive=/usr/src/$name.tar.xz
	if [ ! -e "$archive" ]; then
		echo "no $archive (Debian package $name): its tests are skipped"
		continue
	fi
	there=$((there + 1))
	[ ! -e "$name/.unpacked" ] || [ -n "$(find "$archive" -newer "$name/.unpacked")" ] || continue
	tar -xJf "$archive" "$name/Makefile" "$name/mm" "$name/include/linux" "$name/include/asm-generic" \
		"$name/arch/arm64/mm" "$name/arch/arm64/include" "$name/arch/arm64/kernel" \
		"$name/arch/arm64/kvm" "$name/arch/arm64/crypto"
	touch "$name/.unpacked"
	echo "unpacked $name"
done
[ "$there" != 0 ] || { echo "SKIP: no kernel source is installed"; exit 77; }
