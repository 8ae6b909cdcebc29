# SPDX-License-Identifier: GPL-2.0-only
"""Builds a Linux tree as a kernel, with a test driver of ours in it, boots it, and reads what the driver says."""
