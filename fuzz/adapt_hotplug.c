// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a call that adds or removes memory becomes one that is made; and what a
 * change of the linear map becomes where memory went. Each change does one thing.
 */
#include "fuzz/adaptation.h"

bool adapt_widen(struct adaptation *a)
{
	return adaptation_set_span(a, adaptation_whole_leaves(a, adaptation_span(a)));
}

/* What of memory that is to be added is not there: the first such part. */
bool adapt_add_what_is_not_there(struct adaptation *a)
{
	const struct tables tables = adaptation_tables(a);
	struct span span = adaptation_span(a), part = span;
	struct leaf leaf;
	if (adaptation_op(a)->call.kind != CALL_ADD_MEMORY)
		return false;
	while (part.first < span.end && leaf_next(&tables, part.first, span.end, &leaf) &&
	       leaf.first <= part.first)
		part.first = leaf.end;
	if (part.first >= span.end)
		return false;
	if (leaf_next(&tables, part.first, span.end, &leaf))
		part.end = leaf.first;
	return adaptation_set_span(a, part);
}

/* Memory that is removed is whole leaves and groups. */
static bool remove_whole_leaves(struct adaptation *a)
{
	return adaptation_op(a)->call.kind == CALL_REMOVE_MEMORY && adapt_widen(a);
}

/* Where no table page ends in a BUG(), there are table pages. */
static bool forget_fault(struct adaptation *a)
{
	struct op *op = adaptation_op(a);
	bool fails = op->fail_alloc;
	op->fail_alloc = 0;
	return fails;
}

/* What is all there is removed, and not added again. */
static bool remove_instead(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	if (call->kind != CALL_ADD_MEMORY)
		return false;
	call->kind = CALL_REMOVE_MEMORY;
	call->leaf = LEAF_LARGEST;
	forget_fault(a);
	return true;
}

/* Memory of which some was made invalid is made valid, and not removed. */
static bool make_valid_instead(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	if (call->kind != CALL_REMOVE_MEMORY)
		return false;
	call->kind = CALL_SET_MEMORY;
	call->change = MEMORY_VALID;
	call->pfn = 0;
	return true;
}

/* Memory that is not there any more is added, and not changed. */
bool adapt_add_instead(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	struct span span = adaptation_span(a);
	if (!call_is_of_linear_map(call))
		return false;
	*call = (struct call){
		.kind = CALL_ADD_MEMORY, .va = call->va, .bytes = call->bytes, .pfn = span.first
	};
	adaptation_op(a)->fail_alloc = 0;
	return true;
}

/* Where leaves are not split, what is split is made invalid. */
bool adapt_split_to_invalid(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	bool splits = call_splits(call);
	if (splits)
		call->change = MEMORY_INVALID;
	return splits;
}

static const adaptation_list hotplug_here[] = {
	{ adapt_add_what_is_not_there },
	{ remove_whole_leaves },
	{ forget_fault },
	{ forget_fault, adapt_add_what_is_not_there },
	{ make_valid_instead },
	{ make_valid_instead, adapt_keep_mapped },
	{ remove_instead },
	{ remove_instead, remove_whole_leaves },
	{ NULL },
};

static const adaptation_list nothing[] = { { NULL } };

const struct changes changes_of_hotplug = { NULL, hotplug_here, nothing, nothing };
