// SPDX-License-Identifier: GPL-2.0-only
/* Edits of scenarios that keep their arrays consistent; the scenario may still be refused. */
#ifndef FUZZ_EDIT_H
#define FUZZ_EDIT_H

#include "fuzz/scenario.h"

/* Opens a place before op `at` for a new op, which is *op without runs; NULL when full. */
struct op *edit_insert_op(struct scenario *s, uint32_t at, const struct op *op);

/* Removes op `at` and its runs. */
void edit_remove_op(struct scenario *s, uint32_t at);

/*
 * Replaces `removed` runs of op `op`, from its run `at` on, by `count` runs
 * of `with`, which may not point into s. False when there is no room.
 */
bool edit_splice_runs(struct scenario *s, uint32_t op, uint32_t at, uint32_t removed,
		      const struct page_run *with, uint32_t count);

/*
 * Moves op `op` to `to`, and with it every op whose address lies in its range
 * or just behind, so that an area and what is done to it stay together.
 */
void edit_move(struct scenario *s, uint32_t op, uint64_t to);

#endif
