// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/scenario_text.h"
#include "fuzz/shape.h"
#include "mapper/kernel/adapter.h"

#define FOUND 42      /* exit code of the process in which a tree breaks a waiver's rule */
#define TIME_LIMIT 10 /* seconds that the scenario of a waiver may take */

/* Where a sanitizer is linked in. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

bool is_kernel(const struct mapper *mapper)
{
	return mapper == &kernel_mapper;
}

unsigned kernel_entry(const char *call, char *file, size_t size)
{
	for (const struct kernel_function *f = kernel_functions; f->call; f++) {
		if (strcmp(f->call, call) != 0)
			continue;
		snprintf(file, size, "%s", f->file);
		return f->line;
	}
	return 0;
}

const char *kernel_path(const char *path)
{
	size_t top = strlen(kernel_tree);
	return !strncmp(path, kernel_tree, top) && path[top] == '/' ? path + top + 1 : path;
}

bool kernel_decides_policy(void)
{
	return true;
}

void kernel_adapt(struct scenario *s)
{
	s->policy = kernel_policy(s->policy, s->machine.page_shift);
	s->expect.rule = RULE_NONE;
}

void kernel_fit_machine(struct machine_config *config)
{
	uint8_t bbm = config->bbm;
	if (kernel_mapper.has_machine(config))
		return;
	*config = shape_machines[0];
	config->bbm = bbm;
}

/* --- what a call meets ------------------------------------------------------------- */

struct range {
	uint64_t first, end; /* pages of the space */
};

static struct range range_of(const struct oracle *o, const struct call *call)
{
	uint64_t first = oracle_page(o, call->va);
	return (struct range){ first, first + (call->bytes >> o->g.granule) };
}

/* The next page from `page` on that something is mapped at; range.end if there is none. */
static uint64_t next_used(const struct oracle *o, struct range range, uint64_t page)
{
	unsigned at = space_find(&o->space, page);
	if (at == o->space.segments || o->space.segment[at].start >= range.end)
		return range.end;
	return o->space.segment[at].start > page ? o->space.segment[at].start : page;
}

static bool all_used(const struct oracle *o, struct range range)
{
	for (uint64_t page = range.first; page < range.end;) {
		unsigned at = space_find(&o->space, page);
		if (at == o->space.segments || o->space.segment[at].start > page)
			return false;
		page = o->space.segment[at].end;
	}
	return true;
}

static struct arm64_translation leaf_at(const struct oracle *o, uint64_t page)
{
	return arm64_translate(&o->g, o->machine, arm64_va_base(&o->g) + (page << o->g.granule));
}

/* Whether some page of the range is mapped by a block; or also, by a contiguous group. */
static bool meets_large(const struct oracle *o, struct range range, bool groups)
{
	uint64_t page = next_used(o, range, range.first);
	while (page < range.end) {
		struct arm64_translation t = leaf_at(o, page);
		bool block = t.level < ARM64_LAST_LEVEL &&
			     arm64_kind(&o->g, t.level, t.desc) != ARM64_TABLE;
		if (t.desc && (block || (groups && t.desc & ARM64_CONTIGUOUS)))
			return true;
		page = next_used(o, range, page + 1);
	}
	return false;
}

/* Pages of a contiguous group, and of a level 2 block. */
static uint64_t group_pages(const struct oracle *o)
{
	return UINT64_C(1) << arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL);
}

static uint64_t block_pages(const struct oracle *o)
{
	return UINT64_C(1) << arm64_leaf_order(&o->g, ARM64_LAST_LEVEL - 1);
}

/* Whether a range that begins or ends at `page` cuts a contiguous group of pages. */
static bool cuts_group(const struct oracle *o, uint64_t page)
{
	struct arm64_translation t = leaf_at(o, page);
	return page & (group_pages(o) - 1) && t.desc & ARM64_CONTIGUOUS &&
	       t.level == ARM64_LAST_LEVEL;
}

/* Whether a page is mapped in an aligned window of so many pages that lies in the range. */
static bool meets_in_window(const struct oracle *o, struct range range, uint64_t window)
{
	struct range windows = { (range.first + window - 1) & ~(window - 1),
				 range.end & ~(window - 1) };
	return windows.first < windows.end && next_used(o, windows, windows.first) < windows.end;
}

/* --- set_memory ----------------------------------------------------------------------- */

/* The youngest area at the call's address, with its guard page: find_vm_area(). */
static const struct vm_area *area_of(const struct oracle *o, const struct call *call)
{
	uint64_t guard = UINT64_C(1) << o->g.granule;
	for (unsigned i = call->areas; i-- > 0;)
		if (call->va - call->area[i].va < call->area[i].bytes + guard)
			return &call->area[i];
	return NULL;
}

static bool is_refused(const struct vm_area *area, const struct call *call, uint64_t guard)
{
	return !area || area->kind != AREA_ALLOC ||
	       call->va + call->bytes > area->va + area->bytes + guard;
}

/* Why the aliases of an area's pages cannot be changed; NULL if they can. */
static const char *alias_trouble(const struct oracle *o, const struct vm_area *area)
{
	for (size_t i = 0; i < area->pages.count; i++) {
		struct range alias = { area->pages.page[i], area->pages.page[i] + 1 };
		if (alias.first >= oracle_linear_pages(o))
			return "a page lies beyond the linear map, which has all memory";
		if (oracle_waives(o, WAIVER_FILLS_EMPTY) && !all_used(o, alias))
			return waiver_list[WAIVER_FILLS_EMPTY].why;
		if (!kernel_splits() && meets_large(o, alias, true))
			return "before leaves were split, the linear map was made of single pages";
	}
	return NULL;
}

static const char *declines_set_memory(const struct oracle *o, const struct call *call)
{
	if (!kernel_sets_memory())
		return "the tree's set_memory was left out, since it did not build";
	struct range range = range_of(o, call);
	bool linear = call->change == MEMORY_INVALID || call->change == MEMORY_VALID;
	const struct vm_area *area = linear ? NULL : area_of(o, call);
	if (!linear && is_refused(area, call, UINT64_C(1) << o->g.granule))
		return NULL; /* before it does anything */
	if (area && area->flags & MAP_FLAG_HUGE)
		return oracle_waives(o, WAIVER_CHANGES_HUGE) ? waiver_list[WAIVER_CHANGES_HUGE].why
							     : NULL;
	if (oracle_waives(o, WAIVER_FILLS_EMPTY) && !all_used(o, range))
		return waiver_list[WAIVER_FILLS_EMPTY].why;
	if (!kernel_splits() && meets_large(o, range, true))
		return "before leaves were split, set_memory was for single pages";
	if (oracle_waives(o, WAIVER_CUT_GROUPS) &&
	    (cuts_group(o, range.first) || cuts_group(o, range.end)))
		return waiver_list[WAIVER_CUT_GROUPS].why;
	if (oracle_waives(o, WAIVER_PXN_TABLES) && call->change == MEMORY_X &&
	    meets_large(o, range, false))
		return waiver_list[WAIVER_PXN_TABLES].why;
	if (call->change == MEMORY_RO || call->change == MEMORY_RW)
		return alias_trouble(o, area);
	return NULL;
}

/* --- all calls ---------------------------------------------------------------------------- */

/* Whether an area of large blocks is as __vmalloc_node_range() and the page allocator make it. */
static bool is_aligned_area(const struct oracle *o, const struct call *call)
{
	uint64_t block = UINT64_C(1) << (call->asked_shift - o->g.granule);
	if ((call->va | call->bytes) & ((block << o->g.granule) - 1))
		return false;
	for (size_t i = 0; i < call->pages.count; i += block)
		if (PAGE_IS_PFN(call->pages.page[i]) && call->pages.page[i] & (block - 1))
			return false;
	return true;
}

static const char *declines_mapping(const struct oracle *o, const struct call *call)
{
	struct range range = range_of(o, call);
	bool blocks = call->kind == CALL_IOREMAP || call->flags & MAP_FLAG_HUGE ||
		      !oracle_before_series(o);
	if (call->kind == CALL_VMALLOC && !is_aligned_area(o, call))
		return "vmalloc() aligns an area and its size to the blocks, and blocks come "
		       "aligned";
	if (oracle_waives(o, WAIVER_DESCENDS_BLOCKS) && meets_large(o, range, false))
		return waiver_list[WAIVER_DESCENDS_BLOCKS].why;
	if (blocks && oracle_waives(o, WAIVER_FREES_LIVE_TABLES) &&
	    meets_in_window(o, range, block_pages(o)))
		return waiver_list[WAIVER_FREES_LIVE_TABLES].why;
	if (blocks && oracle_waives(o, WAIVER_HEAD_CHECK) &&
	    meets_in_window(o, range, group_pages(o)))
		return waiver_list[WAIVER_HEAD_CHECK].why;
	return NULL;
}

static const char *declines_vunmap(const struct oracle *o, const struct call *call)
{
	struct range range = range_of(o, call);
	bool cuts = cuts_group(o, range.first) || cuts_group(o, range.end);
	return cuts && oracle_waives(o, WAIVER_NARROW_FLUSH) ? waiver_list[WAIVER_NARROW_FLUSH].why
							     : NULL;
}

const char *kernel_declines(const struct oracle *o, const struct call *call)
{
	if (!is_kernel(o->mapper))
		return NULL;
	uint64_t guard = UINT64_C(1) << o->g.granule;
	if (-call->va <= call->bytes + guard)
		return "the range and its guard page reach the top of the address space";
	if (call->kind == CALL_SET_MEMORY)
		return declines_set_memory(o, call);
	return call->kind == CALL_VUNMAP ? declines_vunmap(o, call) : declines_mapping(o, call);
}

/* --- what is waived, since the tree is found to do it -------------------------------------- */

static unsigned index_of_kernel(void)
{
	unsigned i = 0;
	while (!is_kernel(player_mappers[i]))
		i++;
	return i;
}

/* Whether the tree breaks the waiver's rule in its scenario, where what would hide that is waived. */
static bool has_behaviour(struct player *player, const struct waiver *waiver)
{
	static struct scenario s; /* too large for a stack */
	struct text_error error;
	struct verdict verdict;
	if (!scenario_parse(waiver->scenario, strlen(waiver->scenario), &s, &error)) {
		fprintf(stderr, "vmapdiff: the scenario of %s: %u:%u: %s\n", waiver->name,
			error.line, error.column, error.message);
		_exit(2);
	}
	kernel_adapt(&s);
	if (!kernel_mapper.has_machine(&s.machine))
		return false;
	player->tree_waivers &= waiver->after;
	player_prepare(player, &s);
	player_run(player, &s, index_of_kernel(), s.ops, &verdict);
	return verdict.rule == waiver->rule[0];
}

/* Lets this process die without a word, and without an engine that keeps what it died of. */
static void die_quietly(void)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(NULL);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	alarm(TIME_LIMIT);
}

/*
 * The same in a process of its own: a tree that is under test may crash, and
 * then the crash is for the scenario that is to be played, not for this one.
 */
static bool has_behaviour_apart(struct player *player, const struct waiver *waiver)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		perror("vmapdiff: cannot start a process");
		exit(2);
	}
	if (!child) {
		die_quietly();
		_exit(has_behaviour(player, waiver) ? FOUND : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == FOUND;
}

/* Searches the tree for waiver `id`, and before that for those that would hide it. */
static void find_waiver(struct player *player, enum waiver_id id, uint32_t *searched)
{
	if (*searched & WAIVER(id))
		return;
	*searched |= WAIVER(id);
	for (int before = 0; before < WAIVERS; before++)
		if (waiver_list[id].after & WAIVER(before))
			find_waiver(player, (enum waiver_id)before, searched);
	if (has_behaviour_apart(player, &waiver_list[id]))
		player->tree_waivers |= WAIVER(id);
}

void kernel_find_waivers(struct player *player)
{
	uint32_t searched = 0;
	for (int id = 0; id < WAIVERS; id++)
		find_waiver(player, (enum waiver_id)id, &searched);
}
