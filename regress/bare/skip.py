# SPDX-License-Identifier: GPL-2.0-only
"""What ends a test that cannot be run here."""


class Skip(Exception):
    """The reason, as a test prints it after `SKIP: `."""
