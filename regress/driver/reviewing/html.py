# SPDX-License-Identifier: GPL-2.0-only
"""A review as one page for a browser, which loads nothing. Its pictures are in it."""
from __future__ import annotations

import html

from driver.reviewing import markdown, pictures, worth_text

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
pre { background: #8882; padding: .6em; overflow-x: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #8886; padding: .2em .6em; text-align: left; }
.new { color: #b00020; font-weight: bold; } summary { cursor: pointer; }
""" + pictures.STYLE


def escape(text):
    return html.escape(str(text))


def paragraph(text, kind=""):
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>"


def folded(title, body):
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def scenario(one):
    return f"<pre>{escape(one['scenario'])}</pre>"


def findings(told, pages):
    """`pages`: pictures, by the file of the finding."""
    for what, title in (("new", "New in PATCHED"), ("gone", "Gone in PATCHED"), ("both", "In both")):
        ones = told["findings"][what]
        if ones:
            yield f"<h2>{title}: {len(ones)}</h2>"
        for one in ones:
            yield paragraph(markdown.finding_line(one), "new" if what == "new" else "")
            yield (f"<pre>{escape(one['signature'])}</pre>" if one["signature"] else "") + scenario(one)
            yield pictures.framed(pages.get(one["file"], ""))


def aspects(one):
    """What differs, as a table."""
    rows = "".join(f"<tr><td>{escape(aspect['name'])}</td><td>{escape(aspect['base'])}</td>"
                   f"<td>{escape(aspect['patched'])}</td></tr>" for aspect in one["aspects"])
    return f"<table><tr><th></th><th>BASE</th><th>PATCHED</th></tr>{rows}</table>"


def event(one):
    """The first event that differs."""
    if not one:
        return ""
    return (f"<p>The first event that differs is number {one['number']}.<br>BASE: {escape(one['base'])}<br>"
            f"PATCHED: {escape(one['patched'])}</p>")


def differences(told):
    yield f"<h2>Differences with no rule broken: {len(told['differences'])} kinds</h2>"
    for one in told["differences"]:
        after = " (after a call that differs)" if one["follows"] else ""
        yield folded(f"{one['sentence']}{after}", pictures.of_difference(one) + aspects(one) + scenario(one) +
                     event(one.get("first_event")))


def costs(told):
    """A table for each measure by which a call differs."""
    found = told["worth"]
    yield f"<h2>What calls cost</h2>{paragraph(worth_text.summary(found))}"
    for name, rows in worth_text.by_measure(found).items():
        body = "".join(f"<tr{worse(name, base, patched)}><td>{escape(worth_text.call_words(one))}</td>"
                       f"<td>{base:,}</td><td>{patched:,}</td></tr>" for one, base, patched in rows)
        yield folded(worth_text.title(found, name),
                     f"<table><tr><th></th><th>BASE</th><th>PATCHED</th></tr>{body}</table>")


def worse(name, base, patched):
    return " class=new" if worth_text.direction(name, base, patched) == "worse" else ""


def lines(told):
    for one in told["reached"]["files"]:
        rows = "".join(f"<tr><td>{line['line']}</td><td>{what}</td><td><code>{escape(line['text'])}</code></td></tr>"
                       for key, what in (("not_reached", "not executed"), ("not_held", "not run by the rig"),
                                         ("uncounted", "not counted")) for line in one[key])
        yield folded(f"{one['name']}: {len(one['reached'])} changed lines executed, {len(one['not_reached'])} not",
                     f"<table>{rows}</table>")


def page(told, pages=None):
    """The whole page. `pages`: pictures.of_findings()."""
    body = [f"<h1>{escape(told['verdict'])}</h1>", f"<pre>{escape(markdown.page(told))}</pre>",
            *findings(told, pages or {}), *costs(told), *differences(told), "<h2>Changed lines</h2>", *lines(told)]
    return (f"<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>vmapdiff review</title>"
            f"<style>{STYLE}</style>\n" + "\n".join(body) + "\n</html>\n")
