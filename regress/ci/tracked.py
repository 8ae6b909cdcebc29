# SPDX-License-Identifier: GPL-2.0-only
"""The files of a checkout, or of a copy without git."""
import pathlib
import subprocess

NOT_OURS = {".build", ".git", "__pycache__"}


def files(top):
    """Paths below `top` that git tracks, or, where there is no git, all that is not built."""
    top = pathlib.Path(top)
    listing = subprocess.run(["git", "ls-files"], cwd=top, capture_output=True, text=True,
                             check=False)
    if listing.returncode == 0 and listing.stdout:
        return [pathlib.Path(line) for line in listing.stdout.splitlines() if (top / line).exists()]
    return [path.relative_to(top) for path in top.rglob("*")
            if path.is_file() and NOT_OURS.isdisjoint(path.relative_to(top).parts)]
