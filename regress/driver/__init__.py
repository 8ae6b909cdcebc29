# SPDX-License-Identifier: GPL-2.0-only
"""The driver of vmapdiff: finds out what a machine has, builds, runs. See ./rig --help."""
