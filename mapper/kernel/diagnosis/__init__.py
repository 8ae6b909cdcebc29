# SPDX-License-Identifier: GPL-2.0-only
"""Why a slice does not compile: the tree's own errors, or names that shim.h lacks."""
