#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The agreement report: the oracle's walk against Unicorn and QEMU; what QEMU's TLB and real accesses
# make of single descriptors; and the mapper and six mutants of it in a guest, judged by real accesses. Usage: regress/mmu/emulators.sh BUILD TOP
# exit: 0 all agree and all mutants are found, 1 not, 77 what it needs is missing
set -eu

build=$1 top=$2
if [ ! -e "$build/regress/mmu/emulators" ]; then
	echo "SKIP: built without libunicorn (Debian packages libunicorn-dev, lld)"
	exit 77
fi
if ! command -v qemu-system-aarch64 >/dev/null 2>&1; then
	echo "SKIP: no qemu-system-aarch64 (Debian package qemu-system-arm)"
	exit 77
fi

# run_guest IMAGE GRANULE, log2 bytes of a page: its words and its exit code. The RAM is sparse: 64K pages
# make groups of blocks of 16G.
run_guest() {
	timeout 300 qemu-system-aarch64 -M virt,memory-backend=ram -cpu max -m 31G \
		-object memory-backend-memfd,id=ram,size=31G -nodefaults -nographic -serial none \
		-monitor none -semihosting -device "loader,addr=0x47000000,data=$2,data-len=8" \
		-kernel "$1" 2>&1
}

status=0
"$build/regress/mmu/emulators" unicorn=10500000 "$build/oracle/mmu/server.elf=1200000" -- \
	"$top/corpus" "$top/regress/cases" || status=1

# run_granules NAME: an image with each granule.
run_granules() {
	for granule in 12 14 16; do
		run_guest "$build/oracle/mmu/$1.elf" "$granule" || status=1
	done
}

echo
echo "the Contiguous bit, as the TLB has it"
run_granules contiguous
echo
echo "permissions of leaves and tables, by real accesses of EL1 and EL0"
run_granules permissions
echo
echo "the mapper in a guest, by real accesses"
run_granules loads
for image in "$build"/mutants/guest.*.elf; do
	name=$(basename "$image" .elf) name=${name#guest.}
	for granule in 12 14 16; do
		found=$(run_guest "$image" "$granule" | head -n 1)
		case $found in
		"FAIL emulator."*) echo "$name: $found" ;;
		*)
			echo "$name: NOT FOUND by real accesses with pages of 2^$granule bytes${found:+: $found}"
			status=1
			;;
		esac
	done
done
exit "$status"
