# SPDX-License-Identifier: GPL-2.0-only
"""Pictures of a review's page for a browser: leaves of both trees as strips, and `show --html` of findings."""
from __future__ import annotations

import html
import subprocess

from driver import tool
from driver.places import TOP
from driver.reviewing import geometry, text

WIDTH, HEIGHT = 1000, 18  # of a strip, in units of its own: a browser stretches it to the page
LEAST = 4  # a run of leaves is at least so wide
SHOW_SECONDS = 30
STYLE = """
svg.strip { display: block; width: 100%; height: 1.4em; margin: .1em 0 .4em; background: #8882; }
.leaf-page { fill: #9db8d9; } .leaf-cont { fill: #5d8fc9; } .leaf-block { fill: #2f5f9e; }
.key span { display: inline-block; width: .9em; height: .9em; margin: 0 .3em 0 1em; vertical-align: -.1em; }
iframe { width: 100%; height: 40em; border: 1px solid #8886; }
"""
KEY = ('<p class="key">leaves:<span style="background:#9db8d9"></span>page'
       '<span style="background:#5d8fc9"></span>contiguous group<span style="background:#2f5f9e"></span>block</p>')


# --- leaves ------------------------------------------------------------------------------------------------


def kind_of(level, contiguous):
    """The class of a leaf, by which it is coloured: as `show --html` colours them."""
    if contiguous:
        return "leaf-cont"
    return "leaf-page" if level == geometry.LAST_LEVEL else "leaf-block"


def strip(granule, runs, most):
    """
    The leaves of a range as an SVG element, in the order of addresses. `runs`: (level, contiguous, pages);
    `most`: the pages of the longer of two strips, for one scale.
    """
    cells, x = [], 0.0
    for level, contiguous, pages in runs:
        wide = max(LEAST, WIDTH * pages / most)
        words = html.escape(geometry.leaves_of_kind(granule, level, contiguous, pages))
        cells.append(f'<rect class="{kind_of(level, contiguous)}" x="{x:.1f}" width="{max(1.0, wide - 1):.1f}" '
                     f'height="{HEIGHT}"><title>{words}</title></rect>')
        x += wide
    return (f'<svg class="strip" role="img" viewBox="0 0 {max(WIDTH, round(x))} {HEIGHT}" preserveAspectRatio="none" '
            f'aria-label="{html.escape(geometry.leaves(granule, runs))}">{"".join(cells)}</svg>')


def granule_in(scenario):
    """The granule of a scenario's text; 4k where it has none."""
    machine = next((line for line in text.parse(scenario) if line.word == "machine"), None)
    return (machine.get("granule") if machine else None) or "4k"


def of_difference(one):
    """Strips of what BASE and PATCHED map, where that differs in the kinds of leaves; else nothing."""
    leaves = next((aspect for aspect in one["aspects"] if aspect["name"] == "leaves"), None)
    if not leaves:
        return ""
    granule = granule_in(one["scenario"])
    sides = leaves["base"] or [], leaves["patched"] or []
    most = max(1, *(sum(pages for _, _, pages in runs) for runs in sides))
    return KEY + "".join(f"{name}{strip(granule, runs, most)}" for name, runs in zip(("BASE", "PATCHED"), sides))


# --- findings ----------------------------------------------------------------------------------------------


def show(binary, one, to):
    """What `show --html` of the tree that breaks the rule makes of a finding, as a page's text; or nothing."""
    more = {"VMAPDIFF_JUDGE": one["known_bug"]} if one["known_bug"] else {}
    to.unlink(missing_ok=True)
    try:
        subprocess.run([str(binary), "show", str(TOP / one["file"]), "--html", str(to)], stdin=subprocess.DEVNULL,
                       capture_output=True, check=False, timeout=SHOW_SECONDS, env=tool.without_leaks(**more))
        return to.read_text(encoding="utf-8", errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""


def of_findings(told, tools, folder):
    """{file of a finding: page of its picture}. `tools`: of BASE and PATCHED."""
    found = {}
    for what, binary in (("new", tools[1]), ("gone", tools[0]), ("both", tools[1])):
        for one in told["findings"][what]:
            found[one["file"]] = show(binary, one, folder / "picture.html")
    (folder / "picture.html").unlink(missing_ok=True)
    return found


def framed(page):
    """
    A page in a page. Its script draws the picture; it has an origin of its own and reaches nothing, since the
    tree whose code made it may be a stranger's.
    """
    if not page:
        return ""
    return f'<iframe sandbox="allow-scripts" loading="lazy" srcdoc="{html.escape(page)}"></iframe>'
