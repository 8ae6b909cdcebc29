# SPDX-License-Identifier: GPL-2.0-only
"""
What a finding came to on the booted kernel: the evidence, and the verdict. A booted kernel shows a broken
rule by what is wrong with a call; or it has the words of the tables, or returns and warns, just as the
slice does where the slice breaks the rule.
"""
from __future__ import annotations

import dataclasses

from driver.booting import judge, reach, scenario, slice as sliced

CONFIRMED, NOT_CONFIRMED, NOT_REACHABLE = "confirmed", "not confirmed", "not reachable"
EXIT = {CONFIRMED: 1, NOT_CONFIRMED: 0, NOT_REACHABLE: 2}
ANY = (judge.MISSING, judge.UNEXPECTED, judge.OTHER_PAGE)
# What a booted kernel shows where a rule is broken: what the judge calls it.
SHOWN = {
    "translation.output_address": (judge.OTHER_PAGE,), "translation.missing": (judge.MISSING,),
    "translation.unexpected": (judge.UNEXPECTED,), "translation.permission": (judge.PERMISSION,),
    "lookup": ANY, "errors.code": (judge.ERRNO,), "errors.residue": (judge.UNEXPECTED,),
    "errors.warning": (judge.WARNING,), "crash": (judge.CRASH,), "process": (judge.CRASH,),
    "history.stale": (judge.STALE,),
}
# What is not seen of these says nothing: QEMU may have let go of the entry for a reason of its own.
MAY_BE_SHOWN = ("history.stale",)
# Of these the words of the tables are the evidence: the same words are broken in both.
BY_WORDS = ("contiguous", "placement", "leaf", "translation")
# Of these what the call returned, and whether it warned: both did the same.
BY_ANSWER = ("errors.code", "errors.warning")
NOT_SHOWN = {
    "history": "QEMU shows no barrier or TLBI, and keeps no entry as hardware may",
    "isolation": "what is between two stores is over before the driver can look",
    "tables": "locks, and tables that are lost or used after they were freed, are not looked at",
    "flush": "cache flushes and the mask of modified levels are not seen from outside",
    "cost": "what a call costs is not counted here",
    "errors": "the call's return value does not tell it",
}


@dataclasses.dataclass
class Result:
    """What came of a variant on the booted kernel, and on the slice at the same addresses."""
    variant: reach.Variant
    wrong: list  # judge.Wrong
    missed: str  # why it does not lie as it had to
    text: str  # the scenario that was reached
    slice: sliced.Slice = None
    words: int = 0
    different: list = dataclasses.field(default_factory=list)
    answers: dict = dataclasses.field(default_factory=dict)  # op that both made: [what they say differently of it]


# --- evidence -------------------------------------------------------------------------------------


def shown_kinds(rule):
    return SHOWN.get(rule, SHOWN.get(rule.split(".")[0], ()))


def shows(result, rule):
    """Whether what is wrong on the booted kernel is what the rule says."""
    return any(one.what in shown_kinds(rule) for one in result.wrong)


def can_be_seen(rule):
    """Whether a booted kernel shows for certain that the rule is broken, where it is."""
    if rule in MAY_BE_SHOWN:
        return False
    return bool(shown_kinds(rule)) or rule.split(".")[0] in BY_WORDS or rule.split(".")[0] not in NOT_SHOWN


def breaks_there(result, rule):
    """Whether the slice breaks the rule at the addresses that the booted kernel chose."""
    if result.slice is None:
        return False
    return result.slice.rule == rule or (rule == "crash" and bool(result.slice.crash))


def has_the_words(result, rule):
    """Whether the booted kernel has the very words by which the slice breaks the rule."""
    return (rule.split(".")[0] in BY_WORDS and breaks_there(result, rule) and result.words > 0
            and not result.different)


def has_the_answer(result, rule):
    """
    Whether the call that breaks the rule in the slice returned the same on the booted kernel, and warned or
    did not as it did there. Of a call that maps, a booted kernel tells whether it failed, and not the errno.
    """
    if rule not in BY_ANSWER or not breaks_there(result, rule):
        return False
    op = result.slice.op
    told = rule != "errors.code" or result.variant.ops[op].kind not in scenario.MAPS or not result.slice.errors.get(op)
    return told and result.answers.get(op) == []


def does_as_the_slice(result):
    """Whether both made all calls, and nothing was seen that the slice did not do."""
    return (result.slice is not None and result.words > 0 and not result.different
            and all(result.answers.get(op.number) == [] for op in result.variant.ops)
            and not any(one.what in (judge.CRASH, judge.STALE) for one in result.wrong))


# --- the verdict ----------------------------------------------------------------------------------


def where_none_is_broken(result):
    """(verdict, reason) where the finding breaks no rule in the slice: it is the judge of what both do."""
    if result.slice is not None and result.slice.rule:  # but does where the kernel put the calls
        return verdict_of(result, result.slice.rule)
    if not result.wrong:
        return NOT_CONFIRMED, "no rule is broken in the slice, and every page is right on the booted kernel"
    if does_as_the_slice(result):
        return NOT_CONFIRMED, "no rule is broken in the slice, and the booted kernel does the same"
    if result.slice is not None and result.slice.skipped:
        return CONFIRMED, "the kernel breaks the contract of a call, which the slice does not make: it has a known bug"
    return CONFIRMED, "the kernel breaks the contract of a call, and the slice does not"


def where_it_differs(result, rule):
    """The reason why the slice does not break the rule where the kernel put the calls."""
    also = f", but {result.slice.rule}" if result.slice.rule else ""
    return (f"at the addresses that the kernel chose, of 48 bits, the slice does not break {rule} either{also}")


def verdict_of(result, rule):
    """(verdict, reason) of a variant, for the rule that the finding breaks."""
    if not rule:
        return where_none_is_broken(result)
    if shows(result, rule):
        return CONFIRMED, "the booted kernel does what the slice does"
    if has_the_words(result, rule):
        return CONFIRMED, "the tables of the booted kernel have the same words, by which the rule is broken"
    if has_the_answer(result, rule):
        return CONFIRMED, "the call returns and warns on the booted kernel as in the slice, by which the rule is broken"
    if result.missed and not (breaks_there(result, rule) and result.words):
        return NOT_REACHABLE, result.missed
    if result.slice is not None and not breaks_there(result, rule):
        return NOT_REACHABLE, where_it_differs(result, rule)
    if not can_be_seen(rule):
        return NOT_REACHABLE, f"{rule} cannot be seen on a booted kernel: {NOT_SHOWN[rule.split('.')[0]]}"
    return NOT_CONFIRMED, what_it_does(result)


def what_it_does(result):
    """What the booted kernel does in place of what the slice does."""
    if result.wrong:
        return f"the booted kernel does something else: {result.wrong[0].what}"
    if result.different:
        return (f"{len(result.different)} of {result.words} words of its tables are not those of the slice, and every "
                "page is right")
    return "every page is right on the booted kernel"


def best(results, rule):
    """(Result, verdict, reason) of the variant that says most."""
    order = (CONFIRMED, NOT_CONFIRMED, NOT_REACHABLE)
    judged = [(one, *verdict_of(one, rule)) for one in results]
    return min(judged, key=lambda one: order.index(one[1]))
