# SPDX-License-Identifier: GPL-2.0-only
"""Runs the driver: python3 regress/driver COMMAND..."""
import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from driver.main import main  # noqa: E402 (the path is set above)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
