#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A whole tree, on all its machines: known faults by name, generated and checked-in scenarios, speed.
# Usage: test_tree.sh TOP TREE      exit: 77 no tree
set -eu

[ -d "$2" ] || { echo "SKIP: no $2: $(cat "$2.missing")"; exit 77; }
"$1/rig" kernel "$2" test
"$1/rig" kernel "$2" bench
