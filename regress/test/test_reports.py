#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""replay --ktap and --sarif: that they are what they are called, and say what replay says.

Usage: test_reports.py VMAPDIFF MUTANT TOP     exit: 0 good, 1 not, 77 Debian's SARIF model is missing
"""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import attr
    import jsonschema
    import sarif_om
except ImportError as missing:
    print(f"SKIP: {missing} (Debian packages python3-jsonschema, python3-sarif-python-om)")
    sys.exit(77)

VMAPDIFF, MUTANT, TOP = (Path(path).resolve() for path in sys.argv[1:4])
sys.path.insert(0, str(TOP / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import sources

# What each object of a report is, in the model that Debian has of the whole schema.
CHILDREN = {
    "SarifLog": {"runs": "Run"},
    "Run": {"tool": "Tool", "results": "Result"},
    "Tool": {"driver": "ToolComponent"},
    "ToolComponent": {"rules": "ReportingDescriptor"},
    "ReportingDescriptor": {"shortDescription": "MultiformatMessageString",
                            "help": "MultiformatMessageString",
                            "defaultConfiguration": "ReportingConfiguration"},
    "Result": {"message": "Message", "locations": "Location", "relatedLocations": "Location"},
    "Location": {"physicalLocation": "PhysicalLocation", "message": "Message"},
    "PhysicalLocation": {"artifactLocation": "ArtifactLocation", "region": "Region"},
}


def against_model(thing, kind):
    """Complaints about names that the whole schema does not have, or has and are missing."""
    fields = {field.metadata["schema_property_name"]: field
              for field in attr.fields(getattr(sarif_om, kind))}
    for name, value in thing.items():
        if name not in fields:
            yield f"{kind} has no {name}"
        child = CHILDREN.get(kind, {}).get(name)
        for one in (value if isinstance(value, list) else [value]) if child else []:
            yield from against_model(one, child)
    for name, field in fields.items():
        if field.default is attr.NOTHING and name not in thing:
            yield f"{kind} needs {name}"


def parse_ktap(text):
    """[(passed, name, diagnostics)]; an assertion where a line is none of KTAP's."""
    lines = text.splitlines()
    assert lines[0] == "KTAP version 1", lines[0]
    planned = int(re.fullmatch(r"1\.\.(\d+)", lines[1]).group(1))
    results, diagnostics = [], []
    for line in lines[2:]:
        result = re.fullmatch(r"(ok|not ok) (\d+) ([^#]+)", line)
        if not result:
            assert line.startswith("# "), line
            diagnostics.append(line[2:])
            continue
        assert int(result.group(2)) == len(results) + 1, line
        results.append((result.group(1) == "ok", result.group(3), diagnostics))
        diagnostics = []
    assert len(results) == planned, f"{planned} planned, {len(results)} told"
    return results, diagnostics


class Reports(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.sarif = self.work / "out.sarif"

    def tearDown(self):
        for path in self.work.iterdir():
            path.unlink()
        self.work.rmdir()

    def replay(self, tool, *arguments):
        done = subprocess.run([tool, "replay", *map(str, arguments)], capture_output=True, text=True,
                              cwd=TOP, check=False)
        return done.returncode, done.stdout

    def read_sarif(self):
        report = json.loads(self.sarif.read_text())
        jsonschema.validate(report, json.loads(
            (TOP / "regress/test/sarif.schema.json").read_text()))
        report.pop("$schema")  # which the model calls schema_uri
        self.assertEqual(list(against_model(report, "SarifLog")), [])
        return report["runs"][0]

    def test_ktap_of_what_holds(self):
        code, said = self.replay(VMAPDIFF, "regress/cases", "corpus", "--ktap")
        results, last = parse_ktap(said)
        self.assertEqual(code, 0)
        self.assertGreater(len(results), 100)
        self.assertTrue(all(passed for passed, _, _ in results))
        self.assertEqual(last, [f"Totals: pass:{len(results)} fail:0 xfail:0 xpass:0 skip:0 error:0"])

    def test_ktap_of_findings_and_of_what_is_unusable(self):
        bad = self.work / "has#sign.scenario"
        bad.write_text("vmapdiff 2\n")
        code, said = self.replay(MUTANT, "regress/cases", bad, "--ktap")
        results, last = parse_ktap(said)
        failed = [result for result in results if not result[0]]
        self.assertEqual(code, 2)
        self.assertTrue(any(
            "FAIL translation.output_address mapper=batched op=0:vmap granule=4k level=3" in words
            for _, _, words in failed))
        self.assertIn("has_sign", failed[-1][1])
        self.assertEqual(last, [f"Totals: pass:{len(results) - len(failed)} fail:{len(failed) - 1} "
                                "xfail:0 xpass:0 skip:0 error:1"])

    def test_sarif_of_what_holds(self):
        code, _ = self.replay(VMAPDIFF, "regress/cases", "--sarif", self.sarif)
        run = self.read_sarif()
        self.assertEqual((code, run["results"]), (0, []))
        told = subprocess.run([VMAPDIFF, "rules"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(run["tool"]["driver"]["version"], sources.version(TOP))
        self.assertEqual([rule["id"] for rule in run["tool"]["driver"]["rules"]],
                         re.findall(r"^(\S+)$", told, re.MULTILINE))

    def test_sarif_of_findings(self):
        code, said = self.replay(MUTANT, "regress/cases", "--sarif", self.sarif)
        run = self.read_sarif()
        self.assertEqual(code, 1)
        signatures = re.findall(r"^FAIL .*$", said, re.MULTILINE)
        self.assertEqual([r["partialFingerprints"]["signature/v1"] for r in run["results"]],
                         signatures)
        for result in run["results"]:
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
            self.assertEqual(rule["id"], result["ruleId"])
            place = result["locations"][0]["physicalLocation"]
            line = (TOP / place["artifactLocation"]["uri"]).read_text().splitlines()[
                place["region"]["startLine"] - 1]
            call = re.search(r"op=\d+:(\w+)", result["message"]["text"]).group(1)
            self.assertTrue(line.startswith(call + " "), line)

    def test_a_report_that_cannot_be_written(self):
        code, _ = self.replay(VMAPDIFF, "regress/cases", "--sarif", self.work / "no/such/folder")
        self.assertEqual(code, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
