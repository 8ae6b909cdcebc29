#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The page of `show --html` in a browser: it shows the wrong page, zooms by keyboard, its drawing costs
# what is seen and not what is mapped, and nothing goes to the error console.
# Usage: test_picture.sh BUILD TOP [SCREENSHOTS]     exit: 77 no chromium
set -eu
build=$1 top=$2 shots=${3-}
if ! command -v chromium >/dev/null 2>&1; then
	echo "SKIP: no chromium (Debian package chromium)"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }

browse() {
	HOME=$work timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--window-size=900,900 "$@" 2>log
}

# What a reader would do, after the page's own script; errors are caught from the start.
cat >first.html <<'EOF'
<script>window.failures = []; window.addEventListener("error", e => failures.push("error: " + e.message));</script>
EOF
cat >then.html <<'EOF'
<script>
const press = key => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
const check = (what, good) => { if (!good) failures.push(what); };
const pixels = name => {
  const wanted = color(name).trim(), hexes = [1, 3, 5].map(i => parseInt(wanted.substr(i, 2), 16));
  const seen = paint.getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < seen.length; i += 4)
    count += hexes.every((value, k) => seen[i + k] === value);
  return count;
};
const wrongPixels = data.mappers.some(m => m.wrong.length);
check("nothing is drawn", pixels("--page") + pixels("--cont") + pixels("--block") > 100);
const told = [...document.querySelectorAll("#events tr")].map(row => row.cells[0].textContent);
check("the events are not told", told.length && told.join() === data.events.map(e => e[0]).join());
check("the event at fault is not marked",
  document.querySelectorAll("#events tr.fault").length === (data.fault < 0 ? 0 : 1));
press("f");
check("the wrong page is not in view: " + from + " to " + to, from <= data.wrong && data.wrong < to);
check("the wrong page is not told", !wrongPixels || byId("here").textContent.includes("WRONG"));
check("the wrong page is not drawn", !wrongPixels || pixels("--wrong") > 0);
const near = to - from;
press("+"); check("+ does not zoom in", to - from < near);
press("-"); press("-"); check("- does not zoom out", to - from > near);
press("a"); check("a does not show all", from === first && to === last);
const before = picked;
press("ArrowRight"); check("the arrow does not move", picked === before + 1);
let marks = 0;
const rectangle = paint.fillRect.bind(paint);
paint.fillRect = (...where) => { marks++; rectangle(...where); };
draw();
const most = data.mappers.length * (canvas.clientWidth + 100) + 5000;
check("a drawing of " + marks + " marks", marks < most);
document.body.insertAdjacentHTML("beforeend", "<p id=result>RESULT " + (failures.join("; ") || "good") + " END</p>");
</script>
EOF

# try NAME TOOL FILE
try() {
	code=0
	"$2" show "$3" --html "$1.html" >said 2>&1 || code=$?
	[ "$code" != 2 ] || fail "$1: $(cat said)"
	grep -q 'https\?:' "$1.html" && fail "$1: the page names a place in the network"
	sed -e '/<title>/r first.html' "$1.html" | sed '/^<\/html>/d' >tested.html
	cat then.html >>tested.html
	browse --dump-dom "file://$work/tested.html" >dom || fail "$1: chromium: $(cat log)"
	result=$(sed -n 's/.*RESULT \(.*\) END.*/\1/p' dom | grep -v failures.join | tail -n 1)
	[ "$result" = good ] || fail "$1: ${result:-no result: $(tail -n 3 log)}"
	[ -z "$shots" ] || browse --screenshot="$shots/$1.png" "file://$work/$1.html" >/dev/null
	echo "$1: good"
}

# A page array of 25600 pages that lie apart.
awk 'BEGIN { printf "vmapdiff 2\npolicy v9 quirks=head-check\npreset va=0xffff800080003000 pfn=0x77\n"
	printf "vmap va=0xffff800080000000 pages=0x100000+16"
	for (i = 1; i < 1600; i++) printf ",0x%x+16", 1048576 + i * 48
	printf "\n" }' >large.scenario

try hazard-d1 "$build/mutants/vmapdiff.batch-past-block" "$top/regress/cases/d1-two-order-7-blocks.scenario"
try stale-tlb "$build/mutants/vmapdiff.tlbi-never-completes" "$top/regress/cases/vunmap-part-of-a-1g-block.scenario"
try large "$build/regress/vmapdiff" large.scenario
try holds "$build/regress/vmapdiff" "$top/regress/cases/d1-three-order-8-blocks.scenario"
