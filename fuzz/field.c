// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/field.h"

#include "fuzz/field_checks.h"
#include "fuzz/mutation.h"
#include "fuzz/shrink.h"
#include "mapper/machine/assert.h"

static const char *const prots[] = {
	"kernel",     "kernel-ro", "kernel-exec", "normal-nc", "device",    "tagged", "noncached",
	"not-global", "old",       "special",     "user",      "user-exec", NULL,
};
_Static_assert(sizeof(prots) / sizeof(prots[0]) == PROT_COUNT + 1, "a name for each protection");

static const char *const flags[] = { "none", "huge", NULL };
_Static_assert(MAP_FLAG_HUGE == 1, "the second name of flags is MAP_FLAG_HUGE");

static const char *const changes[] = { "ro",    "rw",    "nx",          "x",   "invalid",
				       "valid", "split", "split-pages", "rox", NULL };
_Static_assert(sizeof(changes) / sizeof(changes[0]) == MEMORY_CHANGES + 1,
	       "a name for each change");

static const char *const direct_maps[] = { "invalid", "default", NULL };
_Static_assert(sizeof(direct_maps) / sizeof(direct_maps[0]) == DIRECT_MAP_STATES + 1,
	       "a name for each state");

static const char *const leaves[] = { "largest", "page", NULL };

static const char *const halves[] = { "none", "first", "last", "both", NULL };
_Static_assert(sizeof(halves) / sizeof(halves[0]) == HALVES + 1, "a name for each end");

static bool is_not_table(const struct op *op)
{
	return !op->call.table;
}

static const struct field rows[FIELD_IDS] = {
	[FIELD_VA] = {
		.name = "va",
		.value = "ADDRESS",
		.what = "where the range begins",
		.type = &type_address,
		.offset = offsetof(struct call, va),
		.needed = true,
		.mutations = va_mutations,
		.shrink = shrink_va,
	},
	[FIELD_PAGES] = {
		.name = "pages",
		.value = "PFN|PFN+COUNT|null|bad,...",
		.what = "the page array, in runs",
		.type = &type_pages,
		.needed = true,
		.check = check_pages,
		.mutations = pages_mutations,
	},
	[FIELD_PA] = {
		.name = "pa",
		.value = "ADDRESS",
		.what = "where the physical range begins",
		.type = &type_pa,
		.offset = offsetof(struct call, pfn),
		.needed = true,
		.check = check_physical_range,
		.mutations = pfn_mutations,
		.shrink = shrink_pfn,
	},
	[FIELD_SIZE] = {
		.name = "size",
		.value = "BYTES",
		.what = "how long the range is",
		.type = &type_bytes,
		.offset = offsetof(struct call, bytes),
		.needed = true,
		.check = check_copied_range,
		.mutations = size_mutations,
	},
	[FIELD_COUNT] = {
		.name = "pages",
		.value = "COUNT",
		.what = "how many pages the range has",
		.type = &type_count,
		.offset = offsetof(struct call, bytes),
		.needed = true,
		.check = check_changed_runs,
		.mutations = size_mutations,
	},
	[FIELD_KEEP] = {
		.name = "keep",
		.value = "COUNT",
		.what = "how many pages the area is to have",
		.type = &type_count,
		.offset = offsetof(struct call, kept),
		.needed = true,
		.check = check_kept,
		.mutations = kept_mutations,
		.shrink = shrink_kept,
	},
	[FIELD_RESET] = {
		.name = "reset",
		.value = "",
		.what = "the area has VM_FLUSH_RESET_PERMS",
		.type = &type_mark,
		.offset = offsetof(struct call, reset),
		.bare = true,
		.mutations = reset_mutations,
		.shrink = shrink_reset,
	},
	[FIELD_SHIFT] = {
		.name = "shift",
		.value = "BITS",
		.what = "log2 bytes of the blocks that the allocator was asked for",
		.type = &type_shift,
		.offset = offsetof(struct call, shift),
		.check = check_shift,
		.mutations = shift_mutations,
		.shrink = shrink_shift,
	},
	[FIELD_PROT] = {
		.name = "prot",
		.value = "kernel|kernel-ro|kernel-exec|normal-nc|device|tagged|noncached|"
			 "not-global|old|special|user|user-exec",
		.what = "the protection",
		.type = &type_word,
		.offset = offsetof(struct call, prot),
		.words = prots,
		.mutations = prot_mutations,
		.shrink = shrink_prot,
	},
	[FIELD_FLAGS] = {
		.name = "flags",
		.value = "none|huge",
		.what = "huge is VM_ALLOW_HUGE_VMAP",
		.type = &type_word,
		.offset = offsetof(struct call, flags),
		.words = flags,
		.mutations = flags_mutations,
		.shrink = shrink_flags,
	},
	[FIELD_CHANGE] = {
		.name = "op",
		.value = "ro|rw|nx|x|invalid|valid|split|split-pages|rox",
		.what = "which set_memory function; split alone",
		.type = &type_word,
		.offset = offsetof(struct call, change),
		.words = changes,
		.needed = true,
		.check = check_change,
		.mutations = change_mutations,
		.shrink = shrink_change,
	},
	[FIELD_DIRECT_MAP] = {
		.name = "op",
		.value = "invalid|default",
		.what = "which set_direct_map function",
		.type = &type_word,
		.offset = offsetof(struct call, direct_map),
		.words = direct_maps,
		.needed = true,
		.check = check_direct_map,
		.mutations = direct_map_mutations,
		.shrink = shrink_direct_map,
	},
	[FIELD_LEVEL] = {
		.name = "level",
		.value = "0|1|2|3",
		.what = "the level of the entry",
		.type = &type_level,
		.offset = offsetof(struct call, level),
		.check = check_preset_level,
		.shrink = shrink_level,
	},
	[FIELD_TABLE] = {
		.name = "table",
		.value = "",
		.what = "the entry points to an empty table",
		.type = &type_mark,
		.offset = offsetof(struct call, table),
		.bare = true,
	},
	[FIELD_PFN] = {
		.name = "pfn",
		.value = "PFN",
		.what = "the first page frame of the leaf",
		.type = &type_pfn,
		.offset = offsetof(struct call, pfn),
		.needed = true,
		.applies = is_not_table,
		.check = check_preset_leaf,
		.mutations = pfn_mutations,
		.shrink = shrink_pfn,
	},
	[FIELD_LEAF] = {
		.name = "leaf",
		.value = "largest|page",
		.what = "which leaves the memory is laid in",
		.type = &type_word,
		.offset = offsetof(struct call, leaf),
		.words = leaves,
		.check = check_linear_range,
		.mutations = leaf_mutations,
		.shrink = shrink_leaf,
	},
	[FIELD_HALF] = {
		.name = "half",
		.value = "none|first|last|both",
		.what = "the pages at the ends of which the range has one half",
		.type = &type_word,
		.offset = offsetof(struct call, half),
		.words = halves,
		.check = check_struct_pages,
		.mutations = half_mutations,
		.shrink = shrink_half,
	},
};

const struct field *field(enum field_id id)
{
	ASSERT_CMP(id, >, FIELD_NONE);
	ASSERT_CMP(id, <, FIELD_IDS);
	return &rows[id];
}

const struct field *op_next_field(const struct op *op, const struct field *last)
{
	const uint8_t *id = call_traits(op->call.kind)->fields;
	while (last && &rows[*id++] != last)
		ASSERT_CMP(*id, !=, FIELD_NONE);
	for (; *id != FIELD_NONE; id++)
		if (!rows[*id].applies || rows[*id].applies(op))
			return &rows[*id];
	return NULL;
}
