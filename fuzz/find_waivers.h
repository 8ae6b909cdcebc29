// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_FIND_WAIVERS_H
#define FUZZ_FIND_WAIVERS_H

#include "fuzz/player.h"

/*
 * Where the mapper under test is a tree's, plays the scenario of each waiver
 * on it: player->tree_waivers says then which the tree has. Each is played in
 * a process of its own, since a tree may crash.
 */
void find_waivers(struct player *player);

#endif
