#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The soak's digest and counts are what soak.digest says, with one process and with two.
# Usage: test_soak.sh VMAPDIFF DIGEST
set -eu
vmapdiff=$1 golden=$2

one=$("$vmapdiff" soak --executions 16384 --jobs 1)
two=$("$vmapdiff" soak --executions 16384 --jobs 2)
[ "$one" = "$two" ] || { printf 'one process: %s\ntwo: %s\n' "$one" "$two"; exit 1; }
[ "$one" = "$(grep -v '^#' "$golden")" ] || {
	printf 'here:\n%s\nsoak.digest:\n%s\n' "$one" "$(grep -v '^#' "$golden")"
	echo "If generator, mutator, mappers or rules were changed on purpose, the first two lines are"
	echo "the new content of $golden; if not, something behaves otherwise than before."
	exit 1
}

# The digests of the parts of a run add up, so that a long run can be made in parts.
digest() { "$vmapdiff" soak --profile neighbours "$@" | sed -n 's/.* no finding, digest //p'; }
first=$(digest --from 0 --executions 4096) second=$(digest --from 4096 --executions 4096)
sum=$(python3 -c "print(f'{(0x$first + 0x$second) % 2**64:016x}')")
whole=$(digest --executions 8192)
[ "$sum" = "$whole" ] || { echo "of parts: $first + $second = $sum; of the whole: $whole"; exit 1; }
[ "$first" != "$second" ] || { echo "the second part plays the first one's scenarios"; exit 1; }

"$vmapdiff" soak --from 4097 2>/dev/null && { echo "half a chunk was accepted"; exit 1; }
"$vmapdiff" soak --profile none 2>/dev/null && { echo "an unknown profile was accepted"; exit 1; }
"$vmapdiff" soak --executions 0 2>/dev/null && { echo "no executions were accepted"; exit 1; }
"$vmapdiff" soak --pages 25601 2>/dev/null && { echo "too many pages were accepted"; exit 1; }
"$vmapdiff" soak some-file 2>/dev/null && { echo "a file was accepted"; exit 1; }
"$vmapdiff" exhaustive no-such-family 2>/dev/null && { echo "an unknown family was accepted"; exit 1; }
"$vmapdiff" exhaustive --runs 9 2>/dev/null && { echo "nine runs were accepted"; exit 1; }
echo "$one"
