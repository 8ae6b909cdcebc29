#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`vmapdiff grammar --dictionary` has the words of scenario text and no others: those of the grammar in
fuzz/README.md, and of every checked-in scenario. Usage: test_dictionary.py TOP VMAPDIFF
"""
import re
import subprocess
import sys
from pathlib import Path

def dictionary(vmapdiff):
    text = subprocess.run([vmapdiff, "grammar", "--dictionary"], check=True, capture_output=True,
                          text=True).stdout
    return {re.sub(r"\\x0a|[ =]", "", word) for word in re.findall(r'^"(.*)"$', text, re.M)}


def grammar(top):
    """What begins a line, stands before `=`, or is one of several words with `|` between them."""
    readme = (top / "fuzz/README.md").read_text()
    block = re.search(r"^```\n(vmapdiff 2 .*?)^```", readme, re.S | re.M).group(1)
    words = re.findall(r"^[a-z_]+", block, re.M) + re.findall(r"([a-z0-9-]+)=", block)
    for choice in re.findall(r"[a-z0-9-]+(?:\|[a-z0-9-]+)+", block):
        words += choice.split("|")
    return {word for word in words if not word.isdigit()} - {"vmapdiff"}


def scenario_words(top):
    for path in [*top.glob("corpus/*/*.scenario"), *top.glob("regress/cases/*.scenario")]:
        if re.search(r"^vmapdiff 1$", path.read_text(), re.M):
            continue  # which has words that went
        for line in path.read_text().splitlines():
            for word in re.split(r"[ =,]", line.partition("#")[0].partition("expect fails")[0]):
                if re.fullmatch(r"[a-z0-9][a-z0-9_-]*", word) and not re.fullmatch(
                        r"\d+|0x[0-9a-f]+|vmapdiff", word):
                    yield word


def main():
    top = Path(sys.argv[1])
    words = dictionary(sys.argv[2])
    wrong = [f"the dictionary lacks '{word}', which scenarios have"
             for word in sorted(set(scenario_words(top)) - words)]
    readme = (top / "fuzz/README.md").read_text()
    known = {re.sub(r"[^a-z0-9_-]", "", word) for word in re.split(r"[\s=|`,()]+", readme)}
    wrong += [f"the dictionary has '{word}', which the grammar has not"
              for word in sorted(words - known)
              if re.fullmatch(r"[a-z][a-z0-9_-]*|\d+k", word) and word != "vmapdiff2"]
    wrong += [f"the dictionary lacks '{word}', which the grammar has"
              for word in sorted(grammar(top) - words)]
    print("\n".join(wrong) or f"{len(words)} words, in step with the grammar")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
