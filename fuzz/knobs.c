// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/knobs.h"

#include <stddef.h>

#include "fuzz/mappers.h"

/* --- what the values do ------------------------------------------------------------- */

static void set_errors(struct setting *s, unsigned value)
{
	s->knobs.flat_errors = value == 1;
}

/* Of a knob that is only told, or that has one value. */
static void set_nothing(struct setting *s, unsigned value)
{
	(void)s;
	(void)value;
}

static void set_ioremap_groups(struct setting *s, unsigned value)
{
	s->knobs.call[CALL_IOREMAP].no_groups = value == 1;
}

static void set_no_level(struct setting *s, enum call_kind kind, int level, bool none)
{
	uint8_t bit = (uint8_t)(1 << level), *levels = &s->knobs.call[kind].no_blocks;
	*levels = (uint8_t)(none ? *levels | bit : *levels & ~bit);
}

static void set_ioremap_blocks(struct setting *s, unsigned value)
{
	set_no_level(s, CALL_IOREMAP, 2, value == 1);
}

static void set_ioremap_large_blocks(struct setting *s, unsigned value)
{
	set_no_level(s, CALL_IOREMAP, 1, value == 1);
}

static void set_ioremap_switch(struct setting *s, unsigned value)
{
	s->knobs.call[CALL_IOREMAP].ignores_max_shift = value == 1;
}

static void set_vmalloc_groups(struct setting *s, unsigned value)
{
	s->knobs.call[CALL_VMALLOC].no_groups = value == 1;
}

static void set_vmalloc_blocks(struct setting *s, unsigned value)
{
	set_no_level(s, CALL_VMALLOC, 2, value == 1);
}

static void set_vmalloc_busy(struct setting *s, unsigned value)
{
	static const enum block_busy busy[] = { BLOCK_BUSY_WARNS, BLOCK_BUSY_FLAT, BLOCK_BUSY_BUG };
	s->knobs.block_busy = busy[value];
}

static void set_vmalloc_walk(struct setting *s, unsigned value)
{
	s->knobs.walks_again = value == 0;
}

/* Three kinds of leaves, each whatever the flags are and with the flag only; or none. */
static void set_vmap_leaves(struct setting *s, unsigned value)
{
	static const int gate[] = { VMAP_HUGE_ALWAYS, VMAP_HUGE_FLAG, VMAP_HUGE_NEVER };
	s->policy.vmap_huge = gate[value / 3];
	s->vmap_has_large = gate[value / 3] != VMAP_HUGE_NEVER;
	s->knobs.call[CALL_VMAP].no_groups = value % 3 == 2;
	set_no_level(s, CALL_VMAP, 2, value % 3 == 1);
}

static void set_vmap_stop(struct setting *s, unsigned value)
{
	s->policy.stop_at_order0 = value == 0;
}

static void set_vmap_switch(struct setting *s, unsigned value)
{
	s->knobs.call[CALL_VMAP].ignores_max_shift = value == 1;
}

static void set_splits(struct setting *s, unsigned value)
{
	s->knobs.splits = value == 1;
}

static void set_split_groups(struct setting *s, unsigned value)
{
	s->knobs.call[CALL_SET_MEMORY].no_groups = value == 1;
}

static void set_invalid_mark(struct setting *s, unsigned value)
{
	s->knobs.unmarked = value == 1;
}

static void set_direct_map_of_realm(struct setting *s, unsigned value)
{
	s->knobs.realm_keeps_linear_map = value == 1;
}

static void set_vrealloc_tail(struct setting *s, unsigned value)
{
	s->knobs.keeps_tail = value == 1;
}

/* --- where they apply --------------------------------------------------------------- */

static bool ioremap_has_large(const struct setting *s)
{
	return !s->knobs.call[CALL_IOREMAP].no_groups ||
	       !(s->knobs.call[CALL_IOREMAP].no_blocks & 4);
}

static bool ioremap_has_groups(const struct setting *s)
{
	return !s->knobs.call[CALL_IOREMAP].no_groups;
}

static bool ioremap_has_blocks(const struct setting *s)
{
	return !(s->knobs.call[CALL_IOREMAP].no_blocks & 4);
}

static bool vmalloc_has_groups(const struct setting *s)
{
	return !s->knobs.call[CALL_VMALLOC].no_groups;
}

static bool vmalloc_has_blocks(const struct setting *s)
{
	return !(s->knobs.call[CALL_VMALLOC].no_blocks & 4);
}

static bool vmap_has_large(const struct setting *s)
{
	return s->vmap_has_large;
}

static bool vmap_has_groups(const struct setting *s)
{
	return vmap_has_large(s) && !s->knobs.call[CALL_VMAP].no_groups;
}

static bool splits(const struct setting *s)
{
	return s->knobs.splits;
}

static bool has_vrealloc(const struct setting *s)
{
	(void)s;
	return mapper_tested()->entry[CALL_VREALLOC].file;
}

/* --- the table ---------------------------------------------------------------------- */

/* Of a call that shall succeed: whether it did, that all is mapped, and by which leaves. */
#define SHAPE                                                                                      \
	(RULE_BIT(RULE_ERRORS_CODE) | RULE_BIT(RULE_TRANSLATION_MISSING) |                         \
	 RULE_BIT(RULE_PLACEMENT_LEAF))
#define ERRNO RULE_BIT(RULE_ERRORS_CODE)

#define OF(...) .of = { __VA_ARGS__ }, .calls = sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)

const struct knob knobs[KNOBS] = {
	[KNOB_ERRORS] = {
		.call = "vmalloc(), vm_map_ram()",
		.what = "errno of a page array in single pages",
		.value = { "-EBUSY for an entry in use, -EINVAL for a bad page, -ENOMEM for a null "
			   "page or no table",
			   "-ENOMEM for each" },
		.set = set_errors,
		.fixture = { "preset va=[va 1] pfn=0x77 level=3\nvmalloc va=[va 0] pages=[n 4B+1]+3\n",
			   "vmalloc va=[va 0] pages=[n 4B+1]+2,bad\n",
			   "vmalloc va=[va 0] pages=[n 4B+1]+2,null\n",
			   "fail alloc=1\nvmalloc va=[va 0] pages=[n 4B+1]+2\n",
			   "preset va=[va 0] pfn=7 level=3\nvm_map_ram va=[va 0] pages=[n 4B]+3\n",
			   "vm_map_ram va=[va 0] pages=bad\n",
			   "vm_map_ram va=[va 0] pages=null\n",
			   "fail alloc=1\nvm_map_ram va=[va 0] pages=[n 4B+1]+2\n" },
		.rules = ERRNO,
		.unjudged = ERRNO,
		OF(CALL_VMALLOC, CALL_VM_MAP_RAM, CALL_VMAP),
	},
	[KNOB_IOREMAP_ERRORS] = {
		.call = "ioremap()",
		.what = "errno",
		.value = { "BUG() at an entry in use, -ENOMEM for no table" },
		.set = set_nothing,
		.fixture = { "preset va=[va 0] pfn=0x77 level=3\nioremap va=[va 0] pa=[b 4B+1] "
			   "size=[b 3] prot=device\n",
			   "fail alloc=1\nioremap va=[va 0] pa=[b 4B+1] size=[b 3] prot=device\n" },
		.rules = ERRNO | RULE_BIT(RULE_ERRORS_WARNING),
		.unjudged = ERRNO | RULE_BIT(RULE_ERRORS_WARNING),
		OF(CALL_IOREMAP),
	},
	[KNOB_IOREMAP_GROUPS] = {
		.call = "ioremap()",
		.what = "contiguous groups of pages",
		.value = { "yes", "no" },
		.set = set_ioremap_groups,
		.fixture = { "ioremap va=[va 0] pa=[b 4B] size=[b 1G] prot=device\n",
			   "ioremap va=[va 1G-2] pa=[b 4B+3G-2] size=[b 4G+1] prot=device\n",
			   "ioremap va=[va 1G] pa=[b 4B+1] size=[b 2G] prot=device\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF),
		OF(CALL_IOREMAP),
	},
	[KNOB_IOREMAP_BLOCKS] = {
		.call = "ioremap()",
		.what = "blocks of a PMD",
		.value = { "yes", "no" },
		.set = set_ioremap_blocks,
		.fixture = { "ioremap va=[va 0] pa=[b 4B] size=[b 1B] prot=device\n",
			   "ioremap va=[va 1B-1G] pa=[b 5B-1G] size=[b 2B+2G+1] prot=device\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF),
		OF(CALL_IOREMAP),
	},
	[KNOB_IOREMAP_LARGE_BLOCKS] = {
		.call = "ioremap()",
		.what = "blocks of a PUD, with 4K pages",
		.value = { "yes", "no" },
		.why_idle = "ioremap() makes no blocks of a PMD",
		.set = set_ioremap_large_blocks,
		.applies = ioremap_has_blocks,
		.fixture = { "machine granule=4k\nioremap va=0xffff800080000000 pa=0x80000000 "
			   "size=0x40000000 prot=device\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF),
		OF(CALL_IOREMAP),
	},
	[KNOB_IOREMAP_SWITCH] = {
		.call = "ioremap()",
		.what = "single pages under nohugeiomap",
		.value = { "yes", "no" },
		.why_idle = "ioremap() makes no large leaves",
		.set = set_ioremap_switch,
		.applies = ioremap_has_large,
		.fixture = { "policy v9 max-shift=[page]\nioremap va=[va 0] pa=[b 4B] size=[b 1G] "
			   "prot=device\n",
			   "policy v9 max-shift=[page]\nioremap va=[va 0] pa=[b 4B] size=[b 1B] "
			   "prot=device\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF),
		OF(CALL_IOREMAP),
	},
	[KNOB_IOREMAP_BATCH] = {
		.call = "ioremap()",
		.what = "groups that are tested for entries in use",
		.value = { "each", "the first of a batch of several" },
		.why_idle = "ioremap() makes no contiguous groups",
		.set = set_nothing,
		.applies = ioremap_has_groups,
		.how = BY_REFUSAL,
		.fixture = { "preset va=[va 1G] pfn=0x77 level=3\nioremap va=[va 0] pa=[b 4B] "
			   "size=[b 2G] prot=device\n" },
	},
	[KNOB_VMALLOC_GROUPS] = {
		.call = "vmalloc()",
		.what = "contiguous groups of pages",
		.value = { "yes", "no" },
		.set = set_vmalloc_groups,
		.fixture = { "vmalloc va=[va 0] pages=[n 4B]+[c 1G] shift=[group] flags=huge\n",
			   "vmalloc va=[va 1G] pages=[n 4B]+[c 1G],[n 8B+1G]+[c 1G] shift=[group] "
			   "flags=huge\n",
			   "vmalloc va=[va 0] pages=[n 4B]+[c 1G]\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_PLACEMENT_BLOCK_SIZE),
		OF(CALL_VMALLOC),
	},
	[KNOB_VMALLOC_BLOCKS] = {
		.call = "vmalloc()",
		.what = "blocks of a PMD",
		.value = { "yes", "no" },
		.set = set_vmalloc_blocks,
		.fixture = { "vmalloc va=[va 0] pages=[n 4B]+[c 1B] shift=[block] flags=huge\n",
			   "vmalloc va=[va 1B] pages=[n 4B]+[c 1B],[n 8B]+[c 1B] shift=[block] "
			   "flags=huge\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_PLACEMENT_BLOCK_SIZE),
		OF(CALL_VMALLOC),
	},
	[KNOB_VMALLOC_BUSY] = {
		.call = "vmalloc()",
		.what = "an entry in use below a block",
		.value = { "a warning and -EBUSY", "a warning and -ENOMEM", "BUG()" },
		.set = set_vmalloc_busy,
		.fixture = { "preset va=[va 0] pfn=0x77 level=3\nvmalloc va=[va 0] "
			   "pages=[n 4B]+[c 1G] shift=[group] flags=huge\n",
			   "fail alloc=1\nvmalloc va=[va 0] pages=[n 4B]+[c 1G] shift=[group] "
			   "flags=huge\n" },
		.rules = ERRNO | RULE_BIT(RULE_ERRORS_WARNING),
		.unjudged = ERRNO | RULE_BIT(RULE_ERRORS_WARNING),
		OF(CALL_VMALLOC),
	},
	[KNOB_VMALLOC_BATCH] = {
		.call = "vmalloc()",
		.what = "groups that are tested for entries in use",
		.value = { "each", "the first of a batch of several" },
		.why_idle = "vmalloc() makes no contiguous groups",
		.set = set_nothing,
		.applies = vmalloc_has_groups,
		.how = BY_REFUSAL,
		.fixture = { "preset va=[va 3G] pfn=0x77 level=3\nvmalloc va=[va 1G] "
			   "pages=[n 4B]+[c 1B] shift=[block] flags=huge\n" },
	},
	[KNOB_VMALLOC_WALK] = {
		.call = "vmalloc()",
		.what = "walks from the root",
		.value = { "one for each block", "one for a run of blocks" },
		.why_idle = "vmalloc() makes no blocks of a PMD",
		.set = set_vmalloc_walk,
		.applies = vmalloc_has_blocks,
		.how = BY_WALKS,
		.fixture = { "vmalloc va=[va 0] pages=[n 4B]+[c 1B] shift=[block] flags=huge\n",
			   "vmalloc va=[va 0] pages=[n 4B]+[c 2B] shift=[block] flags=huge\n" },
		.unjudged = RULE_BIT(RULE_COST_LOADS),
		OF(CALL_VMAP, CALL_VMALLOC, CALL_IOREMAP),
	},
	[KNOB_VMAP_LEAVES] = {
		.call = "vmap()",
		.what = "large leaves",
		.value = { "contiguous groups and blocks of a PMD, whatever the flags",
			   "contiguous groups, whatever the flags",
			   "blocks of a PMD, whatever the flags",
			   "contiguous groups and blocks of a PMD, with VM_ALLOW_HUGE_VMAP only",
			   "contiguous groups, with VM_ALLOW_HUGE_VMAP only",
			   "blocks of a PMD, with VM_ALLOW_HUGE_VMAP only",
			   "none" },
		.set = set_vmap_leaves,
		.fixture = { "vmap va=[va 0] pages=[n 4B]+[c 1G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1G]\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1B] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1B]\n",
			   "vmap va=[va 1B] pages=[n 4B]+[c 1B],[n 8B]+[c 1B] flags=huge\n",
			   "vmap va=[va 1B] pages=[n 4B]+[c 1B],[n 8B]+[c 1B]\n",
			   "vmap va=[va 1G] pages=[n 4B]+[c 1G],[n 8B+2G]+[c 1G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1B],[n 8B]+[c 1G],[n 7B]+3\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_COST_LOADS),
		OF(CALL_VMAP),
	},
	[KNOB_VMAP_STOP] = {
		.call = "vmap()",
		.what = "the first page that is no block ends the search for blocks",
		.value = { "yes", "no" },
		.why_idle = "vmap() makes no large leaves, or it is not known which",
		.set = set_vmap_stop,
		.applies = vmap_has_groups,
		.fixture = { "vmap va=[va 0] pages=[n 4B+1]+[c 1G],[n 8B]+[c 1G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 8B]+[c 1G],[n 4B+1]+[c 1G],[n 12B]+[c 1G] "
			   "flags=huge\n",
			   "vmap va=[va 1] pages=[n 4B+1]+[c 2G-1] flags=huge\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_COST_LOADS),
		OF(CALL_VMAP),
	},
	[KNOB_VMAP_ORDER] = {
		.call = "vmap()",
		.what = "the block that begins at a page",
		.value = { "all pages that follow in memory, a power of two, as the pfn is aligned" },
		.why_idle = "vmap() makes no large leaves, or it is not known which",
		.set = set_nothing,
		.applies = vmap_has_large,
		.fixture = { "vmap va=[va 1B-1G] pages=[n 5B-1G]+[c 1G],[n 8B]+[c 1B] flags=huge\n",
			   "vmap va=[va 1B-1G] pages=[n 5B-1G]+[c 2G] flags=huge\n",
			   "vmap va=[va 1B-1G] pages=[n 5B-1G]+[c 1B+2G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1B+1G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B+2G]+[c 3G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B+1]+[c 2G] flags=huge\n",
			   "vmap va=[va 0] pages=[n 4B]+[c 1G-1],[n 8B]+[c 1G] flags=huge\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_COST_LOADS),
		OF(CALL_VMAP),
	},
	[KNOB_VMAP_SWITCH] = {
		.call = "vmap()",
		.what = "single pages under nohugeiomap and nohugevmalloc",
		.value = { "yes", "no" },
		.why_idle = "vmap() makes no large leaves, or it is not known which",
		.set = set_vmap_switch,
		.applies = vmap_has_large,
		.fixture = { "policy v9 max-shift=[page]\nvmap va=[va 0] pages=[n 4B]+[c 1G] "
			   "flags=huge\n",
			   "policy v9 max-shift=[page]\nvmap va=[va 0] pages=[n 4B]+[c 1B] "
			   "flags=huge\n" },
		.rules = SHAPE,
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF) | RULE_BIT(RULE_COST_LOADS),
		OF(CALL_VMAP),
	},
	[KNOB_VMAP_BATCH] = {
		.call = "vmap()",
		.what = "groups that are tested for entries in use",
		.value = { "each", "the first of a batch of several" },
		.why_idle = "vmap() makes no contiguous groups, or it is not known whether",
		.set = set_nothing,
		.applies = vmap_has_groups,
		.how = BY_REFUSAL,
		.fixture = { "preset va=[va 1G] pfn=0x77 level=3\nvmap va=[va 0] "
			   "pages=[n 4B]+[c 2G] flags=huge\n" },
	},
	[KNOB_SPLITS] = {
		.call = "set_memory",
		.what = "leaves that it changes a part of",
		.value = { "are not split", "are split, with BBM level 2" },
		.set = set_splits,
		.how = BY_REFUSAL,
		.fixture = { "machine granule=[granule] bbm=2\nlinear pa=[b 4B] size=[b 1B]\n"
			   "set_memory va=[lin 4B] pages=1 op=invalid\n" },
	},
	[KNOB_SPLIT_GROUPS] = {
		.call = "set_memory",
		.what = "leaves that a split makes",
		.value = { "contiguous groups, wherever they fit", "single ones" },
		.why_idle = "set_memory does not split leaves",
		.set = set_split_groups,
		.applies = splits,
		.fixture = { "machine granule=[granule] bbm=2\nlinear pa=[b 4B] size=[b 1B]\n"
			   "set_memory va=[lin 4B] pages=1 op=invalid\n",
			   "machine granule=[granule] bbm=2\nlinear pa=[b 4B] size=[b 1B]\n"
			   "set_memory va=[lin 4B+1G] pages=1 op=invalid\n" },
		.rules = RULE_BIT(RULE_PLACEMENT_LEAF),
		.unjudged = RULE_BIT(RULE_PLACEMENT_LEAF),
		OF(CALL_SET_MEMORY, CALL_SET_DIRECT_MAP),
	},
	[KNOB_INVALID_MARK] = {
		.call = "set_memory",
		.what = "an entry that it makes invalid",
		.value = { "is marked (PTE_PRESENT_INVALID)", "has no mark" },
		.set = set_invalid_mark,
		.fixture = { "linear pa=[b 4B] size=[b 1G] leaf=page\n"
			   "set_memory va=[lin 4B] pages=2 op=invalid\n" },
		.rules = RULE_BIT(RULE_LEAF_INVALID),
		.unjudged = RULE_BIT(RULE_LEAF_INVALID),
		OF(CALL_SET_MEMORY, CALL_SET_DIRECT_MAP),
	},
	[KNOB_DIRECT_MAP_OF_REALM] = {
		.call = "set_direct_map",
		.what = "a Realm's linear map, under rodata=noalias",
		.value = { "is changed", "stays as it is" },
		.set = set_direct_map_of_realm,
		.fixture = { "machine granule=[granule] rodata=noalias realm=yes\n"
			   "linear pa=[b 4B] size=[b 1G] leaf=page\n"
			   "set_direct_map va=[lin 4B] pages=2 op=invalid\n" },
		.rules = RULE_BIT(RULE_TRANSLATION_MISSING) |
			 RULE_BIT(RULE_TRANSLATION_UNEXPECTED),
		.unjudged = RULE_BIT(RULE_TRANSLATION_MISSING) |
			    RULE_BIT(RULE_TRANSLATION_UNEXPECTED) | RULE_BIT(RULE_LEAF_INVALID),
		OF(CALL_SET_DIRECT_MAP),
	},
	[KNOB_VREALLOC_TAIL] = {
		.call = "vrealloc()",
		.what = "pages that it cuts off an area of single pages",
		.value = { "are unmapped and given back", "stay, mapped" },
		.why_idle = "the tree has no vrealloc()",
		.set = set_vrealloc_tail,
		.applies = has_vrealloc,
		.fixture = { "vmalloc va=[va 0] pages=[n 4B+1]+3\nvrealloc va=[va 0] pages=3 keep=1\n" },
		.rules = RULE_BIT(RULE_TRANSLATION_MISSING) |
			 RULE_BIT(RULE_TRANSLATION_UNEXPECTED),
		/* Whatever else a tree does with them, such as to keep one, breaks a rule. */
		.unjudged = 0,
	},
};
