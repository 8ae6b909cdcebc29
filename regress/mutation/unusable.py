# SPDX-License-Identifier: GPL-2.0-only
"""Bad input ends a program with what was wrong, and exit code 2."""
import sys


def unusable(what):
    print(f"mutants: {what}", file=sys.stderr)
    sys.exit(2)
