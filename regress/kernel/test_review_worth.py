#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a review says of costs, without a build: what is counted of answers, what is compared, and the words.

Usage: test_review_worth.py
"""
import json
import shutil
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "regress"), str(TOP / "regress/test")]
from driver.booting import cost_rows  # noqa: E402
from driver.reviewing import families, html, worth, worth_text  # noqa: E402
from small_schema import violations  # noqa: E402

SCHEMA = json.loads((TOP / "regress/test/review.schema.json").read_text())
BUILT = ["4k va=48 pa=48", "4k va=52 pa=52 lpa2", "16k va=48 pa=48", "64k va=48 pa=48", ""]


# --- counting --------------------------------------------------------------------------------------------


def step(op, **more):
    return {"op": op, "kind": "call", "call": "vmap", "error": 0, "counts": {"barriers/isb": 1, "stores/setting": 8},
            "pages": {"total": 8, "groups": 0, "blocks": 0, "walks": 8}, **more}


def answer(changed=None, **more):
    """An answer to a family; `changed`: {op: members of its step}"""
    return {"version": 1, "file": "a", "machine": BUILT[0], "played": True, "signature": "",
            "steps": [step(op, **(changed or {}).get(op, {})) for op in range(4)], **more}


def family(array="order 0", pages=1024, call="vmap", machine=BUILT[0]):
    return families.Family(call, array, pages, machine, "")


def told(*pairs):
    """What the report has of [(family, BASE's answer, PATCHED's answer)]."""
    counted = worth.Counted()
    for one in pairs:
        counted.take(*one)
    return checked(worth.told(counted))


def checked(found):
    assert not list(violations(found, SCHEMA["$defs"]["worth"], SCHEMA)), list(violations(
        found, SCHEMA["$defs"]["worth"], SCHEMA))
    return found


def barriers(number):
    return {"counts": {"barriers/isb": number // 2, "barriers/dsb ishst": number - number // 2, "stores/setting": 8}}


class Counting(unittest.TestCase):
    def measured(self, base, patched, op=cost_rows.MAPPED):
        """{measure: (base, patched)} of what differs at an op."""
        found = told((family(), answer({op: base}), answer({op: patched})))
        return {each["name"]: (each["base"], each["patched"]) for one in found["families"] for each in one["measures"]}

    def test_each_measure_sees_what_it_is_named_for(self):
        pages = {"total": 8, "groups": 0, "blocks": 0, "walks": 8}
        for more, expected in (
                ({"pages": {**pages, "groups": 8, "walks": 1}},
                 {"pages in groups or blocks": (0, 8), "table walks": (8, 1)}),
                ({"pages": {**pages, "blocks": 8}}, {"pages in groups or blocks": (0, 8), "pages in blocks": (0, 8)}),
                ({"counts": {"reads/descriptors": 7}}, {"table entries read": (0, 7)}),
                ({"counts": {"tables/taken": 2, "tables/freed": 1}}, {"table pages taken": (0, 2)}),
                ({"counts": {"stores/setting": 1, "stores/clearing": 2}}, {"stores": (0, 3)}),
                (barriers(5), {"barriers": (0, 5), "stores": (0, 8)}),
                ({"counts": {"tlbi/by range": 2, "tlbi/of everything": 1}}, {"TLBIs": (0, 3)}),
                ({"counts": {"invalidated/pages": 9}}, {"pages invalidated": (0, 9)})):
            with self.subTest(more=more):
                self.assertEqual(self.measured({"counts": {}}, {"counts": {}, **more}), expected)
        self.assertEqual(len(worth.MEASURES), 10)

    def test_equal_families(self):
        found = told((family(), answer(), answer()), (family(pages=16), answer(), answer()))
        self.assertEqual((found["counted"], found["families"], found["worse"], found["better"]), (2, [], [], []))
        self.assertEqual(worth_text.summary(found),
                         "2 families of calls: each costs the same in both trees, by every measure.")

    def test_more_is_better_of_pages_and_worse_of_events(self):
        pages = {"pages": {"total": 8, "groups": 8, "blocks": 0, "walks": 1}}
        up = told((family(), answer(), answer({2: {**pages, **barriers(4)}})))
        self.assertEqual([one["measure"] for one in up["worse"]], ["barriers"])
        self.assertEqual([one["measure"] for one in up["better"]], ["pages in groups or blocks", "table walks"])
        self.assertIn("what costs more in PATCHED comes first", worth_text.summary(up))
        self.assertIn("nothing costs more in PATCHED", worth_text.summary({**up, "worse": []}))
        down = told((family(), answer({2: {**pages, **barriers(4)}}), answer()))
        self.assertEqual([one["measure"] for one in down["worse"]], ["pages in groups or blocks", "table walks"])
        self.assertEqual([one["measure"] for one in down["better"]], ["barriers"])

    def test_of_equal_ratios_the_first_family_is_named(self):
        found = told((family(), answer({2: barriers(2)}), answer({2: barriers(4)})),
                     (family(pages=4096), answer({2: barriers(200)}), answer({2: barriers(400)})))
        self.assertEqual(found["worse"][0]["pages"], 1024)

    def test_worst_first_and_a_line_for_each_kind(self):
        few, many = answer({2: barriers(2)}), answer({2: barriers(1026)})
        found = told((family(pages=16), few, answer({2: barriers(4)})), (family(), few, many),
                     (family(pages=1), few, few),
                     (family(), answer({3: barriers(1)}), answer({3: barriers(900)})),
                     (family(), answer(), answer({2: {"counts": {**barriers(1)["counts"], "tlbi/by range": 1}}})))
        self.assertEqual([worth_text.line(one) for one in found["worse"]], [
            "vunmap of 1,024 pages, order 0, 4K: barriers 1 to 900 (in 1 of 5 families)",
            "vmap of 1,024 pages, order 0, 4K: barriers 2 to 1,026 (in 2 of 5 families)",
            "vmap of 1,024 pages, order 0, 4K: TLBIs 0 to 1 (in 1 of 5 families)"])

    def test_the_first_call_is_told_where_the_second_is_not_so(self):
        found = told((family(), answer(), answer({0: barriers(5), 2: barriers(5)})))
        self.assertEqual([one["step"] for one in found["worse"]], ["map"])
        found = told((family(), answer(), answer({0: barriers(5)})))
        self.assertEqual(worth_text.line(found["worse"][0]),
                         "vmap into new tables of 1,024 pages, order 0, 4K: barriers 1 to 5")

    def test_what_cannot_be_compared_is_not_counted(self):
        broken = answer(signature="FAIL errors.code mapper=kernel op=2:vmap granule=4k level=3")
        ended = {"version": 1, "file": "a", "played": True, "ended": True, "steps": [],
                 "signature": "FAIL process.hang mapper=kernel op=0:vmap granule=4k level=none"}
        for base, patched, why in (
                (answer(), answer(played=False), "PATCHED is not built for its machine"),
                (answer(), broken, "PATCHED breaks errors.code"), (ended, answer(), "BASE breaks process.hang"),
                (answer(), answer({2: {"error": -12}}), "the call fails in PATCHED: -ENOMEM"),
                (answer({1: {"skipped": "why"}}), answer(), "BASE is not made to make the call: why"),
                (answer(), answer(steps=[step(0)]), "PATCHED is not made to make the call: the scenario ended before")):
            with self.subTest(why=why):
                found = told((family(), base, patched))
                self.assertEqual((found["counted"], found["families"], found["not_counted"]), (0, [], {why: 1}))
                self.assertIn("not known what calls cost", worth_text.summary(found))
                self.assertEqual(worth_text.not_counted(found), f"not counted: 1: {why}")
                self.assertIn(f"- not counted: 1: {why}", list(worth_text.details(found)))

    def test_files_and_findings(self):
        """Families are played as other scenarios are: what breaks a rule in one is collected."""
        run = unittest.mock.Mock(counted=worth.Counted(), checked_in=3)
        run.collected.machines = BUILT
        run.folder = Path(tempfile.mkdtemp(prefix="vmapdiff-review-"))
        self.addCleanup(shutil.rmtree, run.folder)
        def play_all(_, paths):
            return ((path, [answer(), answer()]) for path in paths)
        with unittest.mock.patch.object(worth, "play_all", play_all):
            paths = worth.play(run, [])
        self.assertEqual([call.args for call in run.collected.take.call_args_list],
                         [(path, answer(), answer()) for path in paths])
        self.assertEqual((run.checked_in, run.counted.counted), (3 + len(paths), len(paths)))
        self.assertTrue(all(path.read_text().startswith("vmapdiff 2\nmachine granule=") for path in paths))


# --- words -----------------------------------------------------------------------------------------------


class Words(unittest.TestCase):
    def setUp(self):
        large = {"pages": {"total": 8, "groups": 8, "blocks": 0, "walks": 1}}
        self.told = told((family(), answer(), answer({2: {**large, **barriers(1026)}})))

    def test_what_got_better_has_a_line_whatever_there_is(self):
        many = {**self.told, "worse": self.told["worse"] * 9}
        for most in (1, 3, 8):
            (_, worse, more), (name, better, _) = worth_text.listed(many, most)
            self.assertEqual((len(worse), more, name, len(better)), (most, 9 - most, "better", 1))

    def test_details_have_every_call(self):
        lines = "\n".join(worth_text.details(self.told))
        self.assertRegex(lines, r"barriers \(DSB, DMB and ISB; fewer is better\)\n"
                                r"    vmap of 1,024 pages, order 0, 4K +1 +1,026 \*$")
        self.assertRegex(lines, r"    vmap of 1,024 pages, order 0, 4K +0 +8(\n|$)")

    def test_the_browser_has_the_table(self):
        rows = "".join(html.costs({"worth": self.told}))
        self.assertIn("<tr class=new><td>vmap of 1,024 pages, order 0, 4K</td><td>1</td><td>1,026</td></tr>", rows)
        self.assertIn("<tr><td>vmap of 1,024 pages, order 0, 4K</td><td>8</td><td>1</td></tr>", rows)

if __name__ == "__main__":
    unittest.main()
