# SPDX-License-Identifier: GPL-2.0-only
"""A review for a mail: lines of at most 72 columns, a page, and then details."""
from __future__ import annotations

import textwrap

from driver.reviewing import worth_text

WIDTH = 72
PAGE = 66  # lines
# Findings, costs and differences on the page: the most with which it is a page; details have all.
MOST = ((8, 8, 8), (6, 6, 6), (5, 5, 5), (4, 4, 4), (4, 4, 3), (3, 4, 3), (3, 3, 2), (2, 3, 2), (2, 2, 2), (2, 2, 1),
        (1, 2, 1), (1, 1, 1))
LINES_OF_FINDING, LINES_OF_COST, LINES_OF_DIFFERENCE = 2, 2, 3
FEW = 2  # of lists that say less
MOST_NAMES = 4
MOST_OF_SCENARIO = 8  # lines


def wrap(text, first="", then=None):
    """Lines of a paragraph. A word that is longer than a line stays whole: paths and signatures are pasted."""
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if then is None else then,
                         break_long_words=False, break_on_hyphens=False) or [first.rstrip()]


def item(text):
    return wrap(text, "- ", "  ")


def short_item(text, lines):
    """An item of so many lines at most; details have all of it."""
    found = item(text)
    return found if len(found) <= lines else [*found[:lines - 1], f"{found[lines - 1][:WIDTH - 4].rstrip()} ..."]


def number(count, one, many=None):
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def tree_line(name, side):
    commit = f", commit {side['commit'][:12]}{'+' * side['commit'].endswith('+')}" if side["commit"] else ""
    return f"{name:<8} {side['release']}{commit}"


def head(told):
    partial = "PARTIAL, " if told["partial"] else ""
    yield f"vmapdiff review: {partial}{'NEW FINDINGS' if told['findings']['new'] else 'no new finding'}"
    yield "=" * WIDTH
    yield tree_line("BASE", told["base"])
    yield tree_line("PATCHED", told["patched"])
    for note in told["notes"]:
        yield from wrap(note)
    yield ""
    yield from wrap(f"{told['verdict']}.")
    if told["partial"]:
        yield from wrap(f"{told['partial']}.")
    for knob in told["patched"]["not_understood"]:
        yield from wrap(f"NOT UNDERSTOOD of PATCHED: {knob}. It maps by a rule that the rig does not know: findings at "
                        "these calls may come of that.")
    if told["reached"]["same_code"]:
        yield from wrap("The code that the rig runs of the two trees is the same, but for comments and white space.")


def heading(text):
    return ["", f"## {text}"]


# --- findings -----------------------------------------------------------------------------------------------


def finding_line(one):
    """A finding in one paragraph."""
    if one["known_bug"]:
        where = f"{one['call']} has the known bug" if one["call"] else "the known bug"
        return f"{one['rule']}: {where} {one['known_bug']}: {one['sentence']}"
    where = f" at {one['call']}" if one["call"] else ""
    counts = one["scenarios"]
    seen = (f"{number(counts['patched'], 'scenario')} of PATCHED, {counts['base']} of BASE" if counts["patched"]
            else f"{number(counts['base'], 'scenario')} of BASE, none of PATCHED")
    sentence = f": {one['sentence']}" if one["sentence"] else ""
    return f"{one['rule']}{where}{sentence} ({seen})"


def finding_name(one):
    """A finding by its rule, and by the call or the known bug."""
    what = one["known_bug"] or one["call"]
    return f"{one['rule']} ({what})" if what else one["rule"]


def scenario_block(text):
    return [f"    {line}" for line in text.splitlines()]


def first_findings(ones, most):
    """An item for each of so many, and how many more there are."""
    for one in ones[:most]:
        yield from short_item(finding_line(one), LINES_OF_FINDING)
    if len(ones) > most:
        yield from item(f"and {len(ones) - most} more, below")


def findings_on_page(told, most):
    found = told["findings"]
    if found["new"]:
        yield from heading(f"New in PATCHED: {len(found['new'])}")
        yield from first_findings(found["new"], most)
        block = [line for line in scenario_block(found["new"][0]["scenario"]) if not line.startswith("    #")]
        yield ""
        yield from block if len(block) <= MOST_OF_SCENARIO else [*block[:MOST_OF_SCENARIO - 1], "    ..."]
    if found["gone"]:
        yield from heading(f"Gone in PATCHED: {len(found['gone'])}")
        yield from first_findings(found["gone"], min(most, FEW))
    if found["both"]:
        yield ""
        yield from short_item(f"in both, so not new: {', '.join(map(finding_name, found['both']))}", LINES_OF_FINDING)


# --- costs ---------------------------------------------------------------------------------------------------


def costs_on_page(told, most):
    found = told["worth"]
    yield from heading("What calls cost")
    yield from wrap(worth_text.summary(found))
    listed = worth_text.listed(found, most)
    for what, lines, _ in listed:
        for line in lines:
            yield from short_item(f"{what}: {line}", LINES_OF_COST)
    left = [f"{more} more that got {what}" for what, _, more in listed if more]
    if left:
        yield from item(f"{', '.join(left)}, below")
    if worth_text.not_counted(found):
        yield from short_item(worth_text.not_counted(found), LINES_OF_COST)


# --- differences ---------------------------------------------------------------------------------------------


def policy_line(one):
    """A setting of the policy that the rig measures."""
    return f"policy, {one['knob']}: {one['base'] or 'none'} in BASE, {one['patched'] or 'none'} in PATCHED"


def first_of_each(differences):
    """One of each call and aspect first, then the others: a page has room for few."""
    seen, first, later = set(), [], []
    for one in differences:
        key = (one["call"], one["aspect"])
        (later if key in seen else first).append(one)
        seen.add(key)
    return [*first, *later]


def differences_on_page(told, most):
    own = [one for one in told["differences"] if not one["follows"]]
    follow = len(told["differences"]) - len(own)
    yield from heading(f"Differences with no rule broken: {len(own)} kinds")
    if not own:
        yield from wrap("None: in every scenario both did the same, event by event.")
    for one in first_of_each(own)[:most]:
        yield from short_item(f"{number(one['scenarios'], 'scenario')}: {one['sentence']}", LINES_OF_DIFFERENCE)
    left = [f"{number(len(own) - most, 'more kind')}"] if len(own) > most else []
    if follow:
        left.append(f"{number(follow, 'kind')} in calls after one that differs")
    if left:
        yield from item(f"and {', '.join(left)}, below")
    few = min(most - 1, FEW)
    for one in told["policy"][:few]:
        yield from short_item(policy_line(one), LINES_OF_FINDING)
    if len(told["policy"]) > few:
        yield from item(f"policy: {len(told['policy']) - few} {'more ' * bool(few)}settings differ, below")


# --- reached ---------------------------------------------------------------------------------------------------


def names(ones):
    """Some names, and how many more there are."""
    more = f", and {len(ones) - MOST_NAMES} more" if len(ones) > MOST_NAMES else ""
    return ", ".join(ones[:MOST_NAMES]) + more


def total(told, what):
    return sum(len(one[what]) for one in told["reached"]["files"])


def reached_on_page(told, most):
    found = told["reached"]
    yield from heading("Changed lines: executed or not")
    if found["measured"]:
        count = total(told, "reached")
        missed = total(told, "not_reached")
        yield from wrap(f"{number(count, 'changed line')} executed, {missed} not, {total(told, 'not_held')} in functions "
                        f"that the rig does not run, {total(told, 'uncounted')} declarations and macros.")
        places = [(one["name"], line) for one in found["files"] for line in one["not_reached"]]
        few = min(most, MOST_NAMES)
        for name, line in places[:few]:
            yield from item(f"not executed: {name}:{line['line']}: {line['text']}")
        if len(places) > few:
            yield from item(f"and {len(places) - few} more, below")
    elif found["same_code"]:
        yield from wrap("No line of code that the rig runs is changed.")
    if found["not_tested"]:
        yield from item(f"not tested, since the rig does not run them: {names(found['not_tested'])}")


# --- the end of the page -------------------------------------------------------------------------------------


def patches_on_page(told):
    if not told["patches"]:
        return
    yield from heading("Patch by patch")
    for count, one in enumerate(told["patches"], 1):
        yield from item(f"{count}/{len(told['patches'])} {one['subject'] or one['commit'][:12]}: {one['verdict']}")


def played_on_page(told):
    one = told["played"]
    yield from heading("What was played")
    fuzzed = (f", and {number(one['fuzzed'], 'input')} that {one['executions']:,} executions of fuzzers found"
              if one["executions"] else "")
    every = one["scenarios"] + sum(one["not_compared"].values())
    yield from wrap(f"{one['scenarios']:,} of {number(every, 'scenario')} on both, {one['calls']:,} calls: {one['checked_in']} checked in, "
                    f"{one['generated']:,} generated of seed {one['seed']}{fuzzed}. "
                    f"{number(len(one['machines']), 'geometry', 'geometries')}, {one['seconds']} s, a budget of {number(one['minutes'], 'minute')}.")
    for why, count in one["not_compared"].items():
        yield from item(f"not compared: {number(count, 'scenario')}: {why}")
    yield from heading("What cannot be concluded")
    for sentence in told["not_concluded"]:
        yield from item(sentence)


def page(told):
    """The page, as text. A series of many patches has a line for each, whatever that makes of the page."""
    for findings, costs, differences in MOST:
        lines = [*head(told), *findings_on_page(told, findings), *costs_on_page(told, costs),
                 *differences_on_page(told, differences),
                 *patches_on_page(told), *reached_on_page(told, differences), *played_on_page(told)]
        if len(lines) <= PAGE:
            break
    return "".join(f"{line}\n" for line in lines)


# --- details -----------------------------------------------------------------------------------------------------


def finding_details(told):
    for what, title in (("new", "New"), ("gone", "Gone"), ("both", "In both")):
        for count, one in enumerate(told["findings"][what], 1):
            yield from ["", f"### {title} {count}: {one['rule']} {one['call']}".rstrip(), ""]
            if one["signature"]:
                yield f"    {one['signature']}"
                yield ""
            yield from wrap(finding_line(one))
            if one["machines"]:
                yield from wrap(f"On {', '.join(one['machines'])}.")
            yield from ["", *scenario_block(one["scenario"])]


def difference_details(told):
    for count, one in enumerate(told["differences"], 1):
        after = ", after a call that differs" if one["follows"] else ""
        yield from ["", f"### Difference {count}: {one['call'] or one['step']}, {one['aspect']}{after}", ""]
        yield from wrap(f"{one['sentence']}.")
        yield from wrap(f"{number(one['scenarios'], 'scenario')}, on {', '.join(one['machines'])}.")
        yield from ["", *scenario_block(one["scenario"])]
        yield from event_details(one.get("first_event"))


def event_details(event):
    """The first event that is not the same, and where in each tree it comes from."""
    if event:
        yield ""
        yield from wrap(f"The first event that differs is number {event['number']}:")
        yield from item(f"BASE: {event['base']}")
        yield from item(f"PATCHED: {event['patched']}")


def line_details(told):
    for one in told["reached"]["files"]:
        yield from ["", f"### {one['name']}", ""]
        yield from wrap(f"{number(len(one['reached']), 'changed line')} executed; {number(one['gone'], 'line')} of BASE gone.")
        for what, title in (("not_reached", "not executed"), ("not_held", "in no function that the rig runs"),
                            ("uncounted", "not counted")):
            for line in one[what]:
                yield from item(f"{title}: {line['line']}: {line['text']}")
    for name in told["reached"]["not_tested"]:
        yield from item(f"not tested: {name}")


def details(told):
    yield from ["", "-" * WIDTH, "# Details"]
    yield from ["", f"BASE: {told['base']['tree']}", f"PATCHED: {told['patched']['tree']}", f"{told['tool']}."]
    if told["played"]["targets"]:
        yield from wrap(f"Fuzzed: {', '.join(told['played']['targets'])}.")
    yield from finding_details(told)
    if told["policy"]:
        yield from ["", "### Policy, as measured", ""]
    for one in told["policy"]:
        yield from item(policy_line(one))
    yield from worth_text.details(told["worth"])
    yield from difference_details(told)
    yield from line_details(told)
    not_made = told["played"]["not_made"]
    for name, reasons in zip(("BASE", "PATCHED"), not_made):
        for why, count in reasons.items():
            yield from item(f"{name}: {number(count, 'call')} not made: {why}")
    if told["known_in_both"]:
        yield from item(f"known bugs of both, waived: {', '.join(told['known_in_both'])}")


def text(told):
    """The page and the details."""
    return page(told) + "".join(f"{line}\n" for line in details(told))
