# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel review: what a patch changes, between two trees."""
