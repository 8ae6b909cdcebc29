#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A whole tree, on all its machines: known faults by name, generated and checked-in scenarios, speed.
# Nearly all calls of the generated scenarios are made, and each that is not has its reason counted.
# Usage: test_tree.sh TOP TREE      exit: 77 no tree
set -eu

[ -d "$2" ] || { echo "SKIP: no $2: $(cat "$2.missing")"; exit 77; }
said=$(mktemp)
trap 'rm -f "$said"' EXIT INT TERM
"$1/rig" kernel "$2" test >"$said" || { cat "$said"; exit 1; }
cat "$said"
python3 "$1/regress/kernel/check_calls.py" "$said"
"$1/rig" kernel "$2" bench
