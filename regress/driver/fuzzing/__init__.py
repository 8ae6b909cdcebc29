# SPDX-License-Identifier: GPL-2.0-only
"""Fuzzing: an engine runs a target, and what it found is minimized and shown."""
