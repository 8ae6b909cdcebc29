# SPDX-License-Identifier: GPL-2.0-only
"""Builds a tree of a review."""
from __future__ import annotations

from driver import kernel
from driver.build import Failed
from driver.terminal import Unusable

LAST_OF_LOG = 4000


def build_one(tree, name, targets):
    """The Rig of a tree. Raises Unusable, which says of which."""
    try:
        return kernel.build_tree(tree, ["vmapdiff", *targets])
    except Failed as failed:
        raise Unusable(f"review: {name}, {tree}, does not build:\n{failed.log[-LAST_OF_LOG:]}") from failed
    except Unusable as why:
        raise Unusable(f"review: {name}, {tree}, does not build:\n{why}") from why
