// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/repair.h"

#include "fuzz/edit.h"
#include "fuzz/struct_pages.h"

/* Makes an op that takes away a whole area as large as the last area at its address that it is for. */
static void repair_undo(struct scenario *s, uint32_t i)
{
	struct call *call = &s->op[i].call;
	if (!call_traits(call->kind)->whole)
		return;
	for (uint32_t k = i; k-- > 0;) {
		enum call_kind kind = s->op[k].call.kind;
		if (s->op[k].call.va != call->va || !call_maps(kind))
			continue;
		if (call_undoes(call->kind, kind))
			call->bytes = op_bytes(s, &s->op[k]);
		return;
	}
}

void repair_undos(struct scenario *s)
{
	for (uint32_t i = 0; i < s->ops; i++)
		repair_undo(s, i);
}

/* An op that can meet none, since the one before it is gone, say, is made after it. */
static void repair_during(struct scenario *s, uint32_t i)
{
	struct op *op = &s->op[i];
	bool alone = !i || !call_meets(&op->call) || !call_meets(&s->op[i - 1].call) ||
		     s->op[i - 1].during.stated;
	if (alone)
		op->during = (struct during){ 0 };
	if (op->during.by == MEETING_BY_IRQ && !call_interrupts(&op->call))
		op->during.by = MEETING_BY_CPU;
}

/* A call that no reader can meet is made alone. */
static void repair_read(struct scenario *s, uint32_t i)
{
	struct op *op = &s->op[i];
	if (!call_meets(&op->call) || call_sets_up(op->call.kind) || op->during.stated)
		op->read = (struct read){ 0 };
	if (op->during.stated && i)
		s->op[i - 1].read = (struct read){ 0 };
}

bool scenario_repair(struct scenario *s)
{
	struct refusal why;
	if (!scenario_check_machine(&s->machine, &why))
		return false;
	if (!scenario_check_policy(s, &why))
		s->policy = policy_default(s->policy.series);
	for (uint32_t i = 0; i < s->ops; i++)
		if (call_has_field(s->op[i].call.kind, FIELD_SHIFT) &&
		    !(s->op[i].call.flags & MAP_FLAG_HUGE))
			s->op[i].call.shift = s->machine.page_shift;
	for (uint32_t i = 0; i < s->ops;) {
		repair_undo(s, i);
		repair_during(s, i);
		repair_read(s, i);
		repair_struct_pages(s, i);
		if (scenario_check_op(s, i, &why))
			i++;
		else
			edit_remove_op(s, i);
	}
	return s->ops > 0;
}
