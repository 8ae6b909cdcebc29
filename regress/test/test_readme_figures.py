#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""README's figures about mutants are those of the tables. Usage: test_readme_figures.py TOP"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[1]) / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import figures

found = list(figures.wrong(Path(sys.argv[1])))
print("\n".join(found) or figures.paragraph((Path(sys.argv[1]) / "README.md").read_text()))
sys.exit(bool(found))
