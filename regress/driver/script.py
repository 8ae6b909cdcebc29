# SPDX-License-Identifier: GPL-2.0-only
"""Runs a script of regress/, as Python itself would: python3 regress/driver/script.py SCRIPT ARGUMENT..."""
import pathlib
import runpy
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from driver.terminal import ends_with_its_reader  # noqa: E402 (the path is set above)


@ends_with_its_reader
def main():
    """SystemExit has the script's exit code."""
    del sys.argv[0]
    sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
