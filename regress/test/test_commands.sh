#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the vmapdiff tool says and returns. Usage: test_commands.sh VMAPDIFF TOP
set -u
vmapdiff=$1 top=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 2
failed=0

# expect CODE TEXT COMMAND...: the exit code, and a text that the output has.
expect() {
	code=$1 text=$2
	shift 2
	"$@" >out 2>&1 </dev/null
	got=$?
	if [ "$got" != "$code" ] || ! grep -qF -- "$text" out; then
		echo "FAILED: $* gave $got (expected $code), without '$text':"
		cat out
		failed=1
	fi
}

good="$top/regress/cases/d1-two-order-7-blocks.scenario"
printf 'vmapdiff 2\nvmap va=0xffff800080000000 pages=1\nexpect fails leaf.level\n' >wrong.scenario
printf 'vmapdiff 2\nvmap va=0xffff800080000000 pages=1+\n' >bad.scenario
: >empty.scenario
head -c 300000 /dev/zero >zeros.scenario
head -c 100000000 /dev/zero | tr '\0' '#' >huge.scenario

expect 0 'vmapdiff replay' "$vmapdiff" --help
expect 2 'vmapdiff replay' "$vmapdiff"
expect 2 "'frob' is not a command" "$vmapdiff" frob
expect 0 'contiguous.partial' "$vmapdiff" rules
expect 0 'narrow-flush (history.stale)' "$vmapdiff" waivers
expect 0 'vmapdiff 2' "$vmapdiff" waivers narrow-flush
expect 2 "did you mean 'narrow-flush'?" "$vmapdiff" waivers narow-flush
expect 2 'takes one NAME' "$vmapdiff" waivers narrow-flush head-check
"$vmapdiff" waivers narrow-flush >known.scenario
expect 0 '1 scenarios: 1 as expected' "$vmapdiff" replay known.scenario
expect 2 "did you mean 'narrow-flush'?" env VMAPDIFF_JUDGE=narow-flush "$vmapdiff" replay "$good"
expect 0 'although known: all' env VMAPDIFF_JUDGE=all "$vmapdiff" replay "$good"
expect 0 'vmapdiff minimize FILE' "$vmapdiff" minimize --help
expect 0 'write to this file instead' "$vmapdiff" minimize "$good" --help
# The release is that of CMakeLists.txt; the commit is told where git knows one, and costs no build.
release=$(sed -n 's/^project(vmapdiff VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
"$vmapdiff" --version | grep -qE "^vmapdiff $release \((commit [0-9a-f]{7,}(-dirty)?, )?(clang|gcc) [0-9.]+, (x86-64|arm64)\)$" ||
	{ echo "FAILED: --version says $("$vmapdiff" --version)"; failed=1; }
expect 2 "did you mean '--version'?" "$vmapdiff" --versoin
commit_of() { cmake -DSOURCE="$1" -DOUT="$work/commit.c" -P "$top/regress/tool/commit.cmake"; }
mkdir -p tree/part
commit_of "$work/tree"
grep -q '= "";' commit.c || { echo 'FAILED: a commit without git'; failed=1; }
if command -v git >/dev/null; then
	git_in_tree() { git -C tree -c user.name=a -c user.email=a@example.org "$@" >/dev/null; }
	echo 1 >tree/file
	git_in_tree init -q && git_in_tree add file && git_in_tree commit -qm one
	commit_of "$work/tree"
	grep -qE '= "[0-9a-f]{7}";' commit.c || { echo 'FAILED: no commit'; failed=1; }
	touch -d 2000-01-01 commit.c
	commit_of "$work/tree"
	[ -z "$(find commit.c -newermt 2001-01-01)" ] || { echo 'FAILED: written again'; failed=1; }
	echo 2 >tree/file
	commit_of "$work/tree"
	grep -q -- '-dirty";' commit.c || { echo 'FAILED: not dirty'; failed=1; }
	commit_of "$work/tree/part"
	grep -q '= "";' commit.c || { echo 'FAILED: the commit of another project'; failed=1; }
fi
# Each command has an example, and says 2 to an option that only others have.
ln -s "$top/regress" regress
mkdir -p .build/findings
"$vmapdiff" --help | sed -n 's/^  vmapdiff \([a-z]*\).*/\1/p' >names
[ "$(wc -l <names)" -ge 12 ] || { echo 'FAILED: --help lists no commands'; failed=1; }
while read -r name; do
	"$vmapdiff" "$name" --help >help </dev/null
	example=$(sed -n '/^example:/,$s/^  vmapdiff //p' help)
	case $example in "$name" | "$name "*) ;; *) echo "FAILED: $name --help has no example"; failed=1 ;; esac
	expect 2 '--frob is not an option; ' "$vmapdiff" "$name" --frob
	grep -q -- --ktap help ||
		expect 2 "--ktap is an option of 'replay', and '$name' does not have it" "$vmapdiff" "$name" --ktap
	# That of `kernel` needs a tree, and that of `capture` root; all others work as they are printed.
	case $name in kernel | capture) continue ;; esac
	expect 0 '' sh -c "'$vmapdiff' $example"
done <names
expect 0 'go on after a finding, past all with its signature' "$top/rig" fuzz --help
expect 0 '--start' "$top/rig" mutants --help
expect 2 "'frob' is not a command" "$top/rig" frob --help
expect 2 "'frob' is not a value of --engine; the values are: libfuzzer afl" "$top/rig" --no-install fuzz --engine frob

expect 0 '1 scenarios: 1 as expected' "$vmapdiff" replay "$good"
expect 1 'holds, but was expected to fail leaf.level' "$vmapdiff" replay wrong.scenario
expect 2 'bad.scenario:2:36: expected a number' "$vmapdiff" replay bad.scenario
printf 'vmapdiff 2\nvmap va=0xffff800080000000 page=1\n' >misspelt.scenario
expect 2 "misspelt.scenario:2:28: 'page' is not an option of 'vmap'; did you mean 'pages'? It has: va= pages= prot= flags=" \
	"$vmapdiff" replay misspelt.scenario
expect 2 "empty.scenario:1:1: the text ends before the line 'vmapdiff 2'" "$vmapdiff" replay empty.scenario
expect 2 'zeros.scenario:1:1: byte 0x00 is not text' "$vmapdiff" replay zeros.scenario
expect 2 'huge.scenario:1:1: the text is longer than' "$vmapdiff" replay huge.scenario
expect 2 'nowhere: cannot open' "$vmapdiff" replay nowhere
expect 2 'no FILE is given' "$vmapdiff" replay
expect 2 '--frob is not an option' "$vmapdiff" replay --frob
expect 2 '--ktp is not an option; did you mean --ktap' "$vmapdiff" replay --ktp
expect 2 '--job is not an option; did you mean --jobs' "$vmapdiff" soak --job=3
expect 2 "'reply' is not a command; did you mean 'replay'?" "$vmapdiff" reply
expect 2 "did you mean 'prior'?" "$vmapdiff" show "$good" --mapper piror
expect 2 "did you mean 'kunit'?" "$vmapdiff" export "$good" --as Kunit
expect 2 "'vmapp' is not a family; did you mean 'vmap'?" "$vmapdiff" exhaustive vmapp
expect 2 "did you mean 'known'?" "$vmapdiff" kernel know
expect 2 "did you mean 'leaf.level'?" env VMAPDIFF_WAIVE=leaf.levle "$vmapdiff" replay "$good"
expect 2 '--ktap takes no value' "$vmapdiff" replay --ktap=yes "$good"
expect 2 'none is not a number of at least 1' "$vmapdiff" soak --jobs=none
expect 2 '--ktap: cannot open' "$vmapdiff" replay -- --ktap
expect 0 '1 as expected' "$vmapdiff" replay -- "$good"
expect 0 'prior' "$vmapdiff" show --mapper=prior "$good"
expect 0 'wrote attached' "$vmapdiff" minimize -oattached regress/cases/quirk-head-check.scenario
# More files than an argument list used to have room for.
expect 0 '100 scenarios: 100 as expected' sh -c "'$vmapdiff' replay \$(yes '$good' | head -n 100)"

# A folder of crashes: two that fail alike, one otherwise, one that holds, one as it says.
mkdir crashes
grep -v '^expect' "$top/regress/cases/quirk-head-check.scenario" >crashes/a.scenario
sed 's/0x10000+16/0x20000+32/' crashes/a.scenario >crashes/b.scenario
grep -v '^expect' "$top/regress/cases/quirk-pxn-tables.scenario" >crashes/c.scenario
cp "$good" "$top/regress/cases/quirk-cut-groups.scenario" crashes
expect 1 '5 scenarios: 2 findings in 3 that fail, 2 as expected, 0 unusable' \
	"$vmapdiff" triage crashes -o crashes
expect 1 'duplicate crashes/b.scenario' "$vmapdiff" triage crashes/a.scenario crashes/b.scenario
expect 1 'FAIL errors.code mapper=batched op=1:vmap' "$vmapdiff" replay crashes/finding-1.scenario
# Minimized alike by every build.
expect 0 'vmap va=0xffff800000800000 pages=0x400+16' cat crashes/finding-1.scenario
"$vmapdiff" minimize crashes/finding-1.scenario -o again.scenario 2>/dev/null
cmp crashes/finding-1.scenario again.scenario || failed=1
expect 0 '0 findings' "$vmapdiff" triage "$good"
expect 2 'nowhere: cannot open' "$vmapdiff" triage nowhere

expect 0 'all rules hold on every mapper' "$vmapdiff" show "$good"
expect 0 'prior' "$vmapdiff" show "$good" --mapper prior
expect 0 'wrote picture.html, for a browser' "$vmapdiff" show "$good" --html picture.html
expect 2 'cannot write' "$vmapdiff" show "$good" --html nowhere/picture.html
expect 0 '---[ batched ]---' "$vmapdiff" show "$good" --ptdump
expect 0 'PTE      RW NX SHD AF    CON     UXN MEM/NORMAL' "$vmapdiff" show "$good" --ptdump
expect 2 "'reference' is not a mapper that can be shown; the mappers are: batched prior" "$vmapdiff" show "$good" --mapper reference
expect 2 "'nobody' is not a mapper" "$vmapdiff" show "$good" --mapper nobody
expect 2 '--mapper needs a value' "$vmapdiff" show "$good" --mapper
expect 2 'takes one scenario' "$vmapdiff" show "$good" "$good"
[ -z "$("$vmapdiff" show "$good" | awk 'length > 80')" ] || { echo 'FAILED: show is wider than 80'; failed=1; }

expect 2 'nothing to minimize' "$vmapdiff" minimize "$good"
# Where a parent ignores the ends of its children, this one waits for its own all the same.
expect 2 'nothing to minimize' sh -c "trap '' CHLD; exec \"\$@\"" sh "$vmapdiff" minimize "$good"
# With --reachable, what no caller can do goes, or is said and makes the exit code 1.
expect 1 'not reachable: op 0, preset: no caller leaves such an entry' "$vmapdiff" minimize --reachable \
	"$top/regress/cases/quirk-head-check.scenario"
expect 0 'reachable: callers of a kernel can make each of its calls' "$vmapdiff" minimize --reachable \
	"$top/regress/cases/quirk-narrow-flush.scenario"
printf '%s\n' 'vmapdiff 2' 'policy v9 quirks=narrow-flush' 'vmap va=0xffff80008000d000 pages=0x10+3' \
	'preset va=0xffff8000c0000000 pfn=0x77' 'fail alloc=7' 'vmap va=0xffff800080010000 pages=0x10000+16' \
	'vunmap va=0xffff800080015000 size=0x1000' >unreachable.scenario
expect 0 'reachable: callers of a kernel can make each of its calls' "$vmapdiff" minimize --reachable \
	unreachable.scenario -o reachable.scenario
expect 0 'no step makes it smaller' "$vmapdiff" minimize --reachable reachable.scenario
expect 2 '-o OUT is missing' "$vmapdiff" convert "$good"
expect 2 'several files need a directory' "$vmapdiff" convert "$top/regress/cases" -o nowhere
expect 2 'needs the number of one process' "$vmapdiff" capture self

# Bytes and text come back the same, for every checked-in scenario.
mkdir bytes text again
expect 0 'converted' "$vmapdiff" convert --to-bytes "$top/regress/cases" "$top/corpus" -o bytes
expect 0 'converted' "$vmapdiff" convert bytes -o text
expect 0 'converted' "$vmapdiff" convert --to-bytes text -o again
diff -r bytes again >/dev/null || { echo 'FAILED: bytes change by way of text'; failed=1; }
expect 0 'as expected' "$vmapdiff" replay bytes
head -c 20 bytes/d1-16k >cut.bytes
expect 2 'or cut short' "$vmapdiff" replay cut.bytes

# A process of our own; its page frames are for root alone.
sleep 30 &
sleeper=$!
if [ "$(id -u)" = 0 ]; then
	expect 0 'next: ./rig replay' "$vmapdiff" capture "$sleeper" -o captured
	expect 0 'as expected' "$vmapdiff" replay captured
else
	expect 2 'root' "$vmapdiff" capture "$sleeper" -o captured
fi
kill "$sleeper"

exit "$failed"
