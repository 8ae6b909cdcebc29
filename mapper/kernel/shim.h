// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the sliced files of a tree see of the rest of the kernel: included
 * before all else. Every name that stands here is left out of the slice, so
 * this is also the list of where a slice ends.
 *
 * A kernel that uses a name which is missing here does not compile, and the
 * message says where. Then either add the name, as what it does to one CPU
 * that maps kernel memory; or, if mapping code itself is behind it, add its
 * file to `files`.
 */
/* The formatter takes casts by typeof for subtractions. */
// clang-format off
#ifndef MAPPER_KERNEL_SHIM_H
#define MAPPER_KERNEL_SHIM_H

#include "mapper/kernel/abi.h"

/* The names by which a compiler says what it compiles for: arm64's, on every host. */
#undef __amd64
#undef __amd64__
#undef __x86_64
#undef __x86_64__
#undef __AARCH64EL__
#undef __aarch64__
#define __AARCH64EL__ 1
#define __aarch64__ 1
#define __KERNEL__ 1

#include <linux/kconfig.h> /* the tree's own, with the geometry's generated/autoconf.h */
#include <configs.h> /* of options that only the tree knows: slicer/configs.py */

/* --- the host ----------------------------------------------------------------- */

static const struct rig_host *rig;
static void rig_write(void *to, const void *value, size_t bytes);
static void rig_loaded(const volatile void *from);
static void rig_sync(enum rig_barrier kind);
static void rig_tlbi(unsigned what, uint64_t operand);
static bool rig_test_bit(unsigned long bit, const volatile void *flags);
static bool rig_change_bit(unsigned long bit, volatile void *flags, bool set);
static void *rig_fill(void *to, int byte, size_t bytes);
static void *rig_copy(void *to, const void *from, size_t bytes);

/* --- where an event is caused ------------------------------------------------------ */

/*
 * What is recorded has a line of the tree: the one in a .c file. A line of a
 * header says little, since every store is one of __set_pte()'s; the call in
 * mapping code that led there says who stored. So in .c files, and only there,
 * calls of functions of other files that may record something are wrapped in
 * RIG_AT(), by macros of their names that slicer/places.py makes. So are the
 * functions above: an event that is added there gets its place by itself. What
 * calls the host otherwise is written with RIG_AT() below.
 *
 * The place is a pointer to what the compiler knows of the call, and is given
 * back when the call returns. No address and no debug information enters it.
 */

static struct source_place rig_place;
static uint32_t rig_calls; /* counts RIG_PLACED() of this call of the rig */

/*
 * What rig_place was around each RIG_PLACED() that is being executed. It is kept
 * here and not in the functions' own frames: with sanitizers, a variable in each
 * doubled the time of the compiler. Of calls nested deeper than that, which only
 * a runaway recursion has, the place is the last that had room.
 */
#define RIG_PLACES 256
static struct rig_places {
	struct source_place outer[RIG_PLACES];
	unsigned depth;
} rig_own_places, *rig_places = &rig_own_places;

#define RIG_PLAIN __attribute__((no_sanitize("address"))) /* nothing is written there */
#define RIG_OWN __attribute__((__no_sanitize__("address", "undefined", "coverage")))
#define RIG_APART RIG_OWN __attribute__((__noinline__)) /* trees define noinline */

static RIG_APART void rig_enter(const struct source_call *here)
{
	struct source_place outer = rig_place;
	if (rig_places->depth++ >= RIG_PLACES)
		return;
	rig_places->outer[rig_places->depth - 1] = outer;
	/* One call inside another's arguments, or a macro inside a macro, is not another caller. */
	if (!outer.at || outer.at->function != here->function) {
		rig_place.caller = outer.at;
		rig_place.caller_number = outer.at_number;
	}
	rig_place.at = here;
	rig_place.at_number = ++rig_calls;
}

static RIG_APART void rig_leave(void)
{
	if (--rig_places->depth < RIG_PLACES)
		rig_place = rig_places->outer[rig_places->depth];
}

static inline __attribute__((always_inline)) void rig_leave_scope(const char *scope)
{
	(void)scope;
	rig_leave();
}

#define RIG_PLACED(...)                                                                            \
	({                                                                                         \
		static const struct source_call _rig_here RIG_PLAIN = { __FILE__, __func__,        \
									__LINE__ };        \
		const char _rig_scope __attribute__((cleanup(rig_leave_scope))) = 0;               \
		rig_enter(&_rig_here);                                                             \
		__VA_ARGS__;                                                                       \
	})
#define RIG_AT(...) __VA_ARGS__
/* Whether NAME stands for NAME, while RIG_ITSELF_NAME is 1. */
#define RIG_IS_ITSELF_(name) RIG_ITSELF_##name
#define RIG_IS_ITSELF(name) RIG_IS_ITSELF_(name)

/* --- types ---------------------------------------------------------------------- */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef u64 resource_size_t;
typedef s64 ktime_t;
typedef unsigned int gfp_t;
typedef unsigned long vm_flags_t;
typedef unsigned long pgoff_t;
typedef struct {
	unsigned long f;
} memdesc_flags_t;
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	long counter;
} atomic_long_t;
typedef struct {
	unsigned long held; /* the call in which it is held: locks of a tree outlive calls */
} spinlock_t;
struct mutex {
	unsigned long held;
};
struct list_head {
	struct list_head *next, *prev;
};
struct llist_node {
	struct llist_node *next;
};
struct rb_node {
	struct rb_node *left, *right;
};

/* --- words of the compiler ------------------------------------------------------- */

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __always_unused __attribute__((unused))
#define __bitwise
#define __cacheline_aligned_in_smp
#define __init
#define __init_or_module
#define __maybe_unused __attribute__((unused))
#define __meminit
#define __must_check
#define __page_aligned_bss
#define __pure
#define __read_mostly
#define __ref
#define __ro_after_init
#define __user
#define asmlinkage
#define fallthrough __attribute__((fallthrough))
#define noinline __attribute__((noinline))
#define noinstr
#define notrace
#define unreachable() __builtin_unreachable()
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __UNIQUE_ID(prefix) __PASTE(rig_unique_##prefix, __COUNTER__)
#define inline inline
#define static_assert(...) struct rig_unused
#define EXPORT_SYMBOL(x) struct rig_unused
#define EXPORT_SYMBOL_GPL(x) struct rig_unused
#define EXPORT_SYMBOL_FOR_MODULES(x, y) struct rig_unused
#define EXPORT_SYMBOL_IF_KUNIT(x) struct rig_unused
#define VISIBLE_IF_KUNIT static

#include <linux/compiler_types.h> /* the tree's own: attributes, what sparse reads */

/* --- numbers ---------------------------------------------------------------------- */

#define __AC(x, y) x##y
#define _AC(x, y) __AC(x, y)
#define _AT(type, x) ((type)(x))
#define UL(x) _AC(x, UL)
#define ULL(x) _AC(x, ULL)
#define _UL(x) _AC(x, UL)
#define _ULL(x) _AC(x, ULL)
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(high, low) ((~0UL >> (63 - (high))) & (~0UL << (low)))
#define GENMASK_ULL(high, low) GENMASK(high, low)
#include <linux/sizes.h> /* the tree's own */
#include <linux/bitfield.h>
#define BITS_PER_LONG 64
#define U8_MAX 255
#define U16_MAX 65535
#define U32_MAX (~0U)
#define INT_MAX 0x7fffffff
#define UINT_MAX (~0U)
#define LONG_MAX ((long)(~0UL >> 1))
#define ULONG_MAX (~0UL)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __ALIGN_KERNEL(x, a) (((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define ALIGN(x, a) __ALIGN_KERNEL(x, a)
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a) ((typeof(p))ALIGN((unsigned long)(p), (unsigned long)(a)))
#define PTR_ALIGN_DOWN(p, a) ((typeof(p))ALIGN_DOWN((unsigned long)(p), (unsigned long)(a)))
#define round_up(x, y) ALIGN(x, y)
#define round_down(x, y) ALIGN_DOWN(x, y)
#define rounddown_pow_of_two(n) (1UL << ilog2(n))
#define roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << fls64((n) - 1))
#define is_power_of_2(n) ((n) && !((n) & ((n) - 1)))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ilog2(n) (63 - __builtin_clzll(n))
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define __fls(n) ((unsigned long)ilog2(n))
#define fls(n) ((n) ? 32 - __builtin_clz(n) : 0)
#define fls64(n) ((n) ? 64 - __builtin_clzll(n) : 0)
#define fls_long(n) fls64(n)
#define __ffs(n) ((unsigned long)__builtin_ctzl(n))
#define ffs(n) __builtin_ffs(n)
#define get_order(n) ((n) <= PAGE_SIZE ? 0 : ilog2((n) - 1) + 1 - PAGE_SHIFT)
#define min(a, b)                                                                                  \
	({                                                                                         \
		typeof(a) _a = (a);                                                                \
		typeof(b) _b = (b);                                                                \
		_a < _b ? _a : _b;                                                                 \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		typeof(a) _a = (a);                                                                \
		typeof(b) _b = (b);                                                                \
		_a > _b ? _a : _b;                                                                 \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define umin(a, b) min((unsigned long)(a), (unsigned long)(b))
#define umax(a, b) max((unsigned long)(a), (unsigned long)(b))
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define clamp(v, low, high) min(max(v, low), high)
#define abs_diff(a, b)                                                                             \
	({                                                                                         \
		typeof(a) _a = (a);                                                                \
		typeof(b) _b = (b);                                                                \
		_a > _b ? _a - _b : _b - _a;                                                       \
	})
#define in_range(v, start, size) ((u64)(v) - (u64)(start) < (u64)(size))
#define check_add_overflow(a, b, sum) __builtin_add_overflow(a, b, sum)
#define check_sub_overflow(a, b, difference) __builtin_sub_overflow(a, b, difference)
#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)
#define hweight32(n) ((unsigned int)__builtin_popcount((u32)(n)))
#define hweight64(n) ((unsigned long)__builtin_popcountll(n))
#define hweight_long(n) hweight64(n)
#define struct_group(name, ...)                                                                    \
	union {                                                                                    \
		struct {                                                                           \
			__VA_ARGS__                                                                \
		};                                                                                 \
		struct {                                                                           \
			__VA_ARGS__                                                                \
		} name;                                                                            \
	}
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		typeof(a) _t = (a);                                                                \
		(a) = (b);                                                                         \
		(b) = _t;                                                                          \
	} while (0)

#define EPERM 1
#define ENOENT 2
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define ERANGE 34
#define EOPNOTSUPP 95
#define ERR_PTR(error) ((void *)(long)(error))
#define PTR_ERR(p) ((long)(p))
#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-4095)
#define IS_ERR(p) IS_ERR_VALUE(p)
#define IS_ERR_OR_NULL(p) (!(p) || IS_ERR(p))
#define PTR_ERR_OR_ZERO(p) (IS_ERR(p) ? (int)PTR_ERR(p) : 0)
#define ERR_CAST(p) ((void *)(uintptr_t)(p))

/* --- WARN and BUG -------------------------------------------------------------------- */

#define BUG() RIG_AT(rig->bug(__FILE__, __LINE__, "BUG()"))
/* Each has the condition as the tree spells it: an argument that is handed on would be expanded. */
#define RIG_BUG_ON(c, text)                                                                        \
	do {                                                                                       \
		if (unlikely(c))                                                                   \
			RIG_AT(rig->bug(__FILE__, __LINE__, text));                                \
	} while (0)
#define RIG_WARN_ON(c, text)                                                                       \
	({                                                                                         \
		bool _warns = !!(c);                                                               \
		if (unlikely(_warns))                                                              \
			RIG_AT(rig->warn(__FILE__, __LINE__, text));                               \
		_warns;                                                                            \
	})
#define BUG_ON(c) RIG_BUG_ON(c, #c)
#define WARN_ON(c) RIG_WARN_ON(c, #c)
#define WARN_ON_ONCE(c) RIG_WARN_ON(c, #c)
#define WARN(c, ...) RIG_WARN_ON(c, #c)
#define WARN_ONCE(c, ...) RIG_WARN_ON(c, #c)
#define VM_BUG_ON(c) RIG_BUG_ON(c, #c)
#define VM_BUG_ON_PAGE(c, page) RIG_BUG_ON(c, #c)
#define VM_BUG_ON_VMA(c, vma) RIG_BUG_ON(c, #c)
#define VM_WARN_ON(c) RIG_WARN_ON(c, #c)
#define VM_WARN_ON_ONCE(c) RIG_WARN_ON(c, #c)
#define VM_WARN_ON_ONCE_PAGE(c, page) RIG_WARN_ON(c, #c)
#define VM_WARN_ON_FOLIO(c, folio) RIG_WARN_ON(c, #c)
#define VM_WARN(c, ...) RIG_WARN_ON(c, #c)
#define VM_WARN_ONCE(c, ...) RIG_WARN_ON(c, #c)
#define VIRTUAL_BUG_ON(c) ((void)0) /* without CONFIG_DEBUG_VIRTUAL */
#define BUILD_BUG() __builtin_trap()
#define BUILD_BUG_ON(c) ((void)sizeof(char[1 - 2 * !!(c)]))
#define BUILD_BUG_ON_MSG(c, text) BUILD_BUG_ON(c)
#define BUILD_BUG_ON_ZERO(c, ...) ((int)sizeof(struct { int : (-!!(c)); }))
#define __BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) & ((n) - 1))
/* A report that a caller prints comes with a WARN() or BUG() of its own, which says so. */
#define pr_err(...) ((void)0)
#define pr_warn(...) ((void)0)
#define pr_warn_once(...) ((void)0)
#define pr_warn_ratelimited(...) ((void)0)
#define pr_info(...) ((void)0)
#define pr_debug(...) ((void)0)
#define dump_page(page, why) ((void)0)
#define might_sleep() ((void)0)
#define might_alloc(gfp) ((void)0)
#define cond_resched() ((void)0)
/* An interrupt, which another call of the rig is. */
static bool rig_interrupts;
#define in_interrupt() (rig_interrupts)
#define in_hardirq() (rig_interrupts)
#define in_task() (!rig_interrupts)
#define in_nmi() 0
#define might_sleep_if(c) ((void)0)
#define lockdep_assert_held(lock) ((void)(lock))

/* --- memory that tables are in ------------------------------------------------------ */

#define READ_ONCE(x)                                                                               \
	({                                                                                         \
		rig_loaded(&(x));                                                                  \
		*(const volatile typeof(x) *)&(x);                                                 \
	})
#define WRITE_ONCE(x, v)                                                                           \
	do {                                                                                       \
		typeof(x) _v = (v);                                                                \
		rig_write((void *)(uintptr_t)&(x), &_v, sizeof(_v));                               \
	} while (0)
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		rig_sync(RIG_DMB_ISHST);                                                           \
		WRITE_ONCE(*(p), v);                                                               \
	} while (0)
#define xchg_relaxed(p, v)                                                                         \
	({                                                                                         \
		typeof(*(p)) _old = READ_ONCE(*(p));                                               \
		WRITE_ONCE(*(p), (typeof(*(p)))(v));                                               \
		_old;                                                                              \
	})
#define xchg(p, v) xchg_relaxed(p, v)
#define cmpxchg_relaxed(p, expected, v)                                                            \
	({                                                                                         \
		typeof(*(p)) _old = READ_ONCE(*(p));                                               \
		if (_old == (expected))                                                            \
			WRITE_ONCE(*(p), (typeof(*(p)))(v));                                       \
		_old;                                                                              \
	})
#define cmpxchg64_relaxed(p, expected, v) cmpxchg_relaxed(p, expected, v)

#define rig_dsb_ishst() rig_sync(RIG_DSB_ISHST)
#define rig_dsb_ish() rig_sync(RIG_DSB_ISH)
#define rig_dsb_ishld() ((void)0) /* of loads alone, as the other `ld` */
#define rig_dsb_nshst() rig_sync(RIG_DSB_NSHST)
#define rig_dsb_nsh() rig_sync(RIG_DSB_NSH)
#define rig_dsb_nshld() ((void)0)
#define rig_dsb_oshst() rig_sync(RIG_DSB_ISHST)
#define rig_dsb_osh() rig_sync(RIG_DSB_ISH)
#define rig_dsb_oshld() ((void)0)
#define rig_dsb_st() rig_sync(RIG_DSB_ISHST)
#define rig_dsb_sy() rig_sync(RIG_DSB_ISH)
#define rig_dsb_ld() ((void)0)
#define rig_dmb_ishst() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_ish() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_ishld() ((void)0)
#define rig_dmb_nshst() ((void)0) /* orders nothing for other processors */
#define rig_dmb_nsh() ((void)0)
#define rig_dmb_nshld() ((void)0)
#define rig_dmb_oshst() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_osh() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_oshld() ((void)0)
#define rig_dmb_st() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_sy() rig_sync(RIG_DMB_ISHST)
#define rig_dmb_ld() ((void)0)
#define dsb(domain) rig_dsb_##domain()
#define isb() rig_sync(RIG_ISB)
#define dmb(domain) rig_dmb_##domain()
#define smp_wmb() rig_sync(RIG_DMB_ISHST)
#define smp_mb() rig_sync(RIG_DMB_ISHST)
#define smp_rmb() ((void)0)
#define barrier() __asm__ volatile("" ::: "memory")

/* --- TLB maintenance: the tree's own functions, down to the instruction -------------- */

#define __tlbi(op, ...) rig_tlbi_##op(__VA_ARGS__)
#define __tlbi_user(op, argument) ((void)0)
#define __tlbi_user_level(op, argument, level) ((void)0)
/* Inner and outer shareable ones are broadcast; those without a domain are not. */
#define rig_tlbi_vmalle1() rig_tlbi(RIG_TLBI_ALL | RIG_TLBI_LOCAL, 0)
#define rig_tlbi_vmalle1is() rig_tlbi(RIG_TLBI_ALL, 0)
#define rig_tlbi_vmalle1os() rig_tlbi(RIG_TLBI_ALL, 0)
#define rig_tlbi_vae1(operand) rig_tlbi(RIG_TLBI_LOCAL, operand)
#define rig_tlbi_vae1is(operand) rig_tlbi(0, operand)
#define rig_tlbi_vae1os(operand) rig_tlbi(0, operand)
#define rig_tlbi_vaae1(operand) rig_tlbi(RIG_TLBI_LOCAL, operand)
#define rig_tlbi_vaae1is(operand) rig_tlbi(0, operand)
#define rig_tlbi_vaae1os(operand) rig_tlbi(0, operand)
#define rig_tlbi_vale1(operand) rig_tlbi(RIG_TLBI_LAST | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_vale1is(operand) rig_tlbi(RIG_TLBI_LAST, operand)
#define rig_tlbi_vale1os(operand) rig_tlbi(RIG_TLBI_LAST, operand)
#define rig_tlbi_vaale1(operand) rig_tlbi(RIG_TLBI_LAST | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_vaale1is(operand) rig_tlbi(RIG_TLBI_LAST, operand)
#define rig_tlbi_vaale1os(operand) rig_tlbi(RIG_TLBI_LAST, operand)
#define rig_tlbi_rvae1(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_rvae1is(operand) rig_tlbi(RIG_TLBI_RANGE, operand)
#define rig_tlbi_rvae1os(operand) rig_tlbi(RIG_TLBI_RANGE, operand)
#define rig_tlbi_rvaae1(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_rvaae1is(operand) rig_tlbi(RIG_TLBI_RANGE, operand)
#define rig_tlbi_rvaae1os(operand) rig_tlbi(RIG_TLBI_RANGE, operand)
#define rig_tlbi_rvale1(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_rvale1is(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST, operand)
#define rig_tlbi_rvale1os(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST, operand)
#define rig_tlbi_rvaale1(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST | RIG_TLBI_LOCAL, operand)
#define rig_tlbi_rvaale1is(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST, operand)
#define rig_tlbi_rvaale1os(operand) rig_tlbi(RIG_TLBI_RANGE | RIG_TLBI_LAST, operand)
/* For entries of one address space, or of guests: kernel entries are global. */
#define rig_tlbi_aside1(operand) ((void)(operand))
#define rig_tlbi_aside1is(operand) ((void)(operand))
#define rig_tlbi_aside1os(operand) ((void)(operand))
#define rig_tlbi_ipas2e1(operand) ((void)(operand))
#define rig_tlbi_ipas2e1is(operand) ((void)(operand))
#define rig_tlbi_ipas2le1(operand) ((void)(operand))
#define rig_tlbi_ipas2le1is(operand) ((void)(operand))
#define rig_tlbi_ripas2e1(operand) ((void)(operand))
#define rig_tlbi_ripas2e1is(operand) ((void)(operand))
#define rig_tlbi_vae2is(operand) ((void)(operand))
#define rig_tlbi_vale2is(operand) ((void)(operand))
#define system_supports_tlb_range() (rig->tlb_range)
#define ASID(mm) 0
#define arch_tlbbatch_should_defer(mm) false
#define mmu_notifier_arch_invalidate_secondary_tlbs(...) ((void)0)
#define TLB_FLUSH_VMA(mm, flags) { .vm_mm = (mm), .vm_flags = (flags) }

/* --- caches, and what other architectures synchronize -------------------------------- */

#define flush_cache_vmap(start, end) RIG_AT(rig->flush_cache(false, start, (end) - (start)))
#define flush_cache_vunmap(start, end) RIG_AT(rig->flush_cache(true, start, (end) - (start)))
#define flush_cache_vmap_early(start, end) flush_cache_vmap(start, end)
#define PGTBL_PGD_MODIFIED BIT(0)
#define PGTBL_P4D_MODIFIED BIT(1)
#define PGTBL_PUD_MODIFIED BIT(2)
#define PGTBL_PMD_MODIFIED BIT(3)
#define PGTBL_PTE_MODIFIED BIT(4)
typedef unsigned int pgtbl_mod_mask;
/* slice.py writes it around the mask of each walk, which asks `mask & ARCH_PAGE_TABLE_SYNC_MASK` in the end. */
#define rig_modified(mask) (rig->modified(mask), (mask))
#define ARCH_PAGE_TABLE_SYNC_MASK 0u
#define arch_sync_kernel_mappings(start, end) ((void)0)

/* --- what this CPU can do -------------------------------------------------------------- */

/*
 * Static keys are variables: a series may hide what it adds behind one. Of a
 * key that a file outside of the slice defines, what its declaration says.
 */
struct static_key {
	int enabled;
};
struct static_key_true {
	struct static_key key;
};
struct static_key_false {
	struct static_key key;
};
#define STATIC_KEY_INIT_TRUE { 1 }
#define STATIC_KEY_INIT_FALSE { 0 }
#define STATIC_KEY_TRUE_INIT { STATIC_KEY_INIT_TRUE }
#define STATIC_KEY_FALSE_INIT { STATIC_KEY_INIT_FALSE }
#define DEFINE_STATIC_KEY_TRUE(name) struct static_key_true name = STATIC_KEY_TRUE_INIT
#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name = STATIC_KEY_FALSE_INIT
#define DEFINE_STATIC_KEY_TRUE_RO(name) DEFINE_STATIC_KEY_TRUE(name)
#define DEFINE_STATIC_KEY_FALSE_RO(name) DEFINE_STATIC_KEY_FALSE(name)
#define DEFINE_STATIC_KEY_MAYBE(config, name)                                                      \
	struct static_key_false name = { { IS_ENABLED(config) } }
#define DEFINE_STATIC_KEY_MAYBE_RO(config, name) DEFINE_STATIC_KEY_MAYBE(config, name)
#define DECLARE_STATIC_KEY_TRUE(name) extern struct static_key_true name __attribute__((weak))
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name __attribute__((weak))
#define DECLARE_STATIC_KEY_MAYBE(config, name) DECLARE_STATIC_KEY_FALSE(name)
#define rig_key_count(k) (*(int *)(k)) /* of each kind of key, the first member */
#define rig_key_is_on(k)                                                                           \
	({                                                                                         \
		typeof(k) _key = (k);                                                              \
		_key ? rig_key_count(_key) > 0                                                     \
		     : __builtin_types_compatible_p(typeof(*_key), struct static_key_true);        \
	})
#define static_branch_unlikely(k) rig_key_is_on(k)
#define static_branch_likely(k) rig_key_is_on(k)
#define static_branch_maybe(config, k) rig_key_is_on(k)
#define static_key_false(k) rig_key_is_on(k)
#define static_key_true(k) rig_key_is_on(k)
#define static_key_enabled(k) rig_key_is_on(k)
#define static_key_count(k) rig_key_count(k)
#define static_key_initialized true
#define static_branch_enable(k) ((void)(rig_key_count(k) = 1))
#define static_branch_disable(k) ((void)(rig_key_count(k) = 0))
#define static_branch_inc(k) ((void)++rig_key_count(k))
#define static_branch_dec(k) ((void)--rig_key_count(k))
#define static_branch_enable_cpuslocked(k) static_branch_enable(k)
#define static_branch_disable_cpuslocked(k) static_branch_disable(k)
#define static_branch_inc_cpuslocked(k) static_branch_inc(k)
#define static_branch_dec_cpuslocked(k) static_branch_dec(k)
#define static_key_enable(k) static_branch_enable(k)
#define static_key_disable(k) static_branch_disable(k)
#define static_key_slow_inc(k) static_branch_inc(k)
#define static_key_slow_dec(k) static_branch_dec(k)
#define alternative_has_feature_likely(feature) false
#define alternative_has_feature_unlikely(feature) false
/* By its name, so that a capability which no one knows is one that this CPU lacks. */
#define rig_has_cap(name)                                                                          \
	(rig->tlb_range && (!__builtin_strcmp(name, "ARM64_HAS_ARMv8_4_TTL") ||                    \
			    !__builtin_strcmp(name, "ARM64_HAS_TLB_RANGE")))
#define alternative_has_cap_likely(cap) rig_has_cap(#cap)
#define alternative_has_cap_unlikely(cap) rig_has_cap(#cap)
#define cpus_have_final_cap(cap) rig_has_cap(#cap)
#define cpus_have_const_cap(cap) rig_has_cap(#cap)
#define cpus_have_cap(cap) rig_has_cap(#cap)
#define system_capabilities_finalized() true
#define this_cpu_has_cap(cap) false
/* Sizes of leaves that change while they are live (Linux 6.18), as it is called since 7.3, too. */
#define system_supports_bbml2_noabort() (rig->splits_live)
#define cpu_supports_bbml2_noabort() (rig->splits_live)
#define system_supports_bbml3() (rig->splits_live)
#define cpu_supports_bbml3() (rig->splits_live)
#define system_supports_mte() false
#define system_supports_bti_kernel() false
#define system_supports_poe() false
#define system_supports_cnp() false
#define arm64_kernel_unmapped_at_el0() false
#define arm64_use_ng_mappings false
#define is_realm_world() (rig->realm)
#define kasan_enabled() false
#define kasan_hw_tags_enabled() false
#define kaslr_requires_kpti() false
#define num_online_cpus() 2
#define read_tcr() (IS_ENABLED(CONFIG_ARM64_LPA2) ? TCR_EL1_DS : 0)
#define TCR_DS (1UL << 59)
#define TCR_EL1_DS (1UL << 59)
#define vabits_actual ((u64)VA_BITS)
#define memstart_addr ((s64)0)
#define totalram_pages() (~0UL)
#define page_alloc_available true
#define debug_pagealloc_enabled() false
#define debug_pagealloc_enabled_static() false
#define arm64_kfence_can_set_direct_map() false
/* What interrupts change is of KFENCE's pool, which is mapped by pages. */
#define is_kfence_address(p) (rig_interrupts)
#define rodata_full (!rig->noalias)
#define vmap_allow_huge (rig->max_shift > PAGE_SHIFT) /* nohugevmalloc, with nohugeiomap */
#define ioremap_max_page_shift (rig->max_shift)

/* --- this task ------------------------------------------------------------------------ */

enum { TIF_LAZY_MMU, TIF_LAZY_MMU_PENDING };
struct lazy_mmu_state {
	u8 enable_count, pause_count;
};
struct task_struct {
	struct mm_struct *active_mm, *mm;
	struct lazy_mmu_state lazy_mmu_state;
	unsigned long flags;
};
static struct task_struct rig_task;
#define current (&rig_task)
#define current_thread_info() current
#define set_thread_flag(flag) ((void)(current->flags |= BIT(flag)))
#define clear_thread_flag(flag) ((void)(current->flags &= ~BIT(flag)))
#define test_thread_flag(flag) (!!(current->flags & BIT(flag)))
#define read_thread_flags() (current->flags)
#define test_and_set_thread_flag(flag)                                                             \
	({                                                                                         \
		bool _was = test_thread_flag(flag);                                                \
		set_thread_flag(flag);                                                             \
		_was;                                                                              \
	})
#define test_and_clear_thread_flag(flag)                                                           \
	({                                                                                         \
		bool _was = test_thread_flag(flag);                                                \
		clear_thread_flag(flag);                                                           \
		_was;                                                                              \
	})
#define is_lazy_mmu_mode_active()                                                                  \
	(!in_interrupt() && current->lazy_mmu_state.enable_count &&                                \
	 !current->lazy_mmu_state.pause_count)

/* --- locks: a call that takes one twice would never have it; of another call's it is told by the host --- */

static unsigned long rig_call; /* its number, from 1 */
static unsigned rig_locks;     /* held in it */
static void rig_take(const void *lock, bool is_mutex, const char *name);
static void rig_release(const void *lock, bool is_mutex, const char *name);
#define rig_take_lock(lock, is_mutex)                                                              \
	do {                                                                                       \
		BUG_ON((lock)->held == rig_call);                                                  \
		RIG_AT(rig_take(lock, is_mutex, #lock));                                           \
		(lock)->held = rig_call;                                                           \
		rig_locks++;                                                                       \
	} while (0)
#define rig_release_lock(lock, is_mutex)                                                           \
	do {                                                                                       \
		BUG_ON((lock)->held != rig_call);                                                  \
		(lock)->held = 0;                                                                  \
		rig_locks--;                                                                       \
		RIG_AT(rig_release(lock, is_mutex, #lock));                                        \
	} while (0)
#define spin_lock(lock) rig_take_lock(lock, false)
#define spin_unlock(lock) rig_release_lock(lock, false)
#define mutex_lock(lock) rig_take_lock(lock, true)
#define mutex_unlock(lock) rig_release_lock(lock, true)
#define DEFINE_MUTEX(name) struct mutex name
#define DEFINE_SPINLOCK(name) spinlock_t name
#define pmd_lock(mm, pmd)                                                                          \
	({                                                                                         \
		spin_lock(&(mm)->page_table_lock);                                                 \
		&(mm)->page_table_lock;                                                            \
	})
#define pud_lock(mm, pud) pmd_lock(mm, pud)
#define mmap_read_trylock(mm) RIG_AT(rig->trylock())
#define mmap_read_lock(mm) RIG_AT(rig->lock(false))
#define mmap_read_unlock(mm) RIG_AT(rig->unlock(false))
#define mmap_write_lock(mm) RIG_AT(rig->lock(true))
#define mmap_write_unlock(mm) RIG_AT(rig->unlock(true))
#define mmap_assert_locked(mm) ((void)(mm))
#define mmap_assert_write_locked(mm) ((void)(mm))
#define atomic_read(a) ((a)->counter)
#define atomic_set(a, n) ((void)((a)->counter = (n)))
#define atomic_add(n, a) ((void)((a)->counter += (n)))
#define atomic_sub(n, a) ((void)((a)->counter -= (n)))
#define atomic_inc(a) atomic_add(1, a)
#define atomic_dec(a) atomic_sub(1, a)
#define atomic_long_read(a) atomic_read(a)
#define atomic_long_set(a, n) atomic_set(a, n)
#define atomic_long_add(n, a) atomic_add(n, a)
#define atomic_long_inc(a) atomic_add(1, a)
#define atomic_long_dec(a) atomic_sub(1, a)
#define data_race(x) (x)
#define mm_inc_nr_puds(mm) ((void)(mm))
#define mm_inc_nr_pmds(mm) ((void)(mm))
#define mm_inc_nr_ptes(mm) ((void)(mm))
#define mmap_write_lock_nested(mm, class) mmap_write_lock(mm)
#define get_online_mems() ((void)0)
#define put_online_mems() ((void)0)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)

/* --- counters per CPU, static calls, time ------------------------------------------------ */

/* Two calls that meet have the same counters: no event depends on what they count. */
#define __percpu
#define DECLARE_PER_CPU(type, name) extern typeof(type) name
#define DEFINE_PER_CPU(type, name) typeof(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define per_cpu_ptr(p, cpu) ((void)(cpu), (p))
#define per_cpu(v, cpu) (*per_cpu_ptr(&(v), cpu))
#define this_cpu_ptr(p) (p)
#define raw_cpu_ptr(p) (p)
#define get_cpu_ptr(p) (p)
#define put_cpu_ptr(p) ((void)(p))
#define get_cpu_var(v) (v)
#define put_cpu_var(v) ((void)&(v))
#define this_cpu_read(v) (v)
#define this_cpu_write(v, n) ((void)((v) = (n)))
#define this_cpu_add(v, n) ((void)((v) += (n)))
#define this_cpu_sub(v, n) ((void)((v) -= (n)))
#define this_cpu_inc(v) this_cpu_add(v, 1)
#define this_cpu_dec(v) this_cpu_sub(v, 1)
#define this_cpu_add_return(v, n) ((v) += (n))
#define this_cpu_inc_return(v) this_cpu_add_return(v, 1)
#define this_cpu_dec_return(v) this_cpu_add_return(v, -1)
#define __this_cpu_read(v) this_cpu_read(v)
#define __this_cpu_write(v, n) this_cpu_write(v, n)
#define __this_cpu_add(v, n) this_cpu_add(v, n)
#define __this_cpu_sub(v, n) this_cpu_sub(v, n)
#define __this_cpu_inc(v) this_cpu_inc(v)
#define __this_cpu_dec(v) this_cpu_dec(v)
#define raw_cpu_read(v) this_cpu_read(v)
#define raw_cpu_write(v, n) this_cpu_write(v, n)
#define raw_cpu_add(v, n) this_cpu_add(v, n)
#define raw_cpu_inc(v) this_cpu_inc(v)
#define preempt_disable() ((void)0)
#define preempt_enable() ((void)0)
#define migrate_disable() ((void)0)
#define migrate_enable() ((void)0)
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define get_cpu() 0
#define put_cpu() ((void)0)
#define cpu_relax() ((void)0)

#define DECLARE_STATIC_CALL(name, function) extern typeof(function) *rig_static_call_##name
#define DEFINE_STATIC_CALL(name, function) typeof(function) *rig_static_call_##name = (function)
#define static_call(name) (*rig_static_call_##name)
#define static_call_update(name, function) ((void)(rig_static_call_##name = (function)))

/* Time stands still: the same input has the same verdict. */
#define HZ 250
#define jiffies 0UL
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define msecs_to_jiffies(n) ((unsigned long)(n)*HZ / 1000)
#define ktime_get() ((ktime_t)0)
#define ktime_get_ns() ((u64)0)
#define local_clock() ((u64)0)
#define ktime_add_ns(t, n) ((ktime_t)((t) + (s64)(n)))
#define ktime_add_us(t, n) ktime_add_ns(t, (n)*1000LL)
#define ktime_add_ms(t, n) ktime_add_ns(t, (n)*1000000LL)
#define ktime_sub(a, b) ((ktime_t)((a) - (b)))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
#define ktime_to_ns(t) ((s64)(t))
#define ktime_to_us(t) (ktime_to_ns(t) / 1000)
#define ktime_us_delta(a, b) ktime_to_us(ktime_sub(a, b))
struct ratelimit_state {
	int burst;
};
#define DEFINE_RATELIMIT_STATE(name, interval, most) struct ratelimit_state name = { most }
#define __ratelimit(state) ((void)(state), false) /* what is limited is text */

/* --- pages -------------------------------------------------------------------------------- */

#define PAGE_SHIFT CONFIG_PAGE_SHIFT
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define STRUCT_PAGE_MAX_SHIFT 6
struct mm_struct;
struct vm_area_struct;
struct vm_struct;
struct file;
struct vm_fault {
	unsigned long address;
};
struct page {
	unsigned long flags;
	unsigned long rest[7];
};
struct folio {
	struct page page;
};
struct vm_area_struct {
	struct mm_struct *vm_mm;
	unsigned long vm_start, vm_end, vm_flags;
};
typedef struct page *pgtable_t;
#define vmemmap ((struct page *)(uintptr_t)RIG_PAGES)
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page)-vmemmap))
/* In vmap_pfn(), whose frames have no struct page, it is the other way round. */
extern bool rig_frames;
#define pfn_valid(pfn) (((u64)(pfn) < rig->pfn_limit) != rig_frames)
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(pa) pfn_to_page((pa) >> PAGE_SHIFT)
#define __phys_to_pfn(pa) ((unsigned long)((pa) >> PAGE_SHIFT))
#define __pfn_to_phys(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define page_address(page) ((void *)(PAGE_OFFSET + page_to_phys(page)))
#define nth_page(page, n) ((page) + (n))
#define memdesc_section(flags) 0UL
#define page_to_section(page) 0UL
/* Arrays are of single pages: who needs to know of compound ones reads a struct page. */
#define compound_order(page) 0u
#define page_folio(p) ((struct folio *)(p))
#define folio_test_large(folio) false
#define folio_order(folio) 0u
#define folio_nr_pages(folio) 1L
#define folio_large_nr_pages(folio) 1L
#define folio_size(folio) PAGE_SIZE
#define mm_is_efi(mm) false
#define mm_is_user(mm) false
#define page_ref_count(page) 1
#define test_bit(n, p) rig_test_bit(n, p)
#define set_bit(n, p) ((void)rig_change_bit(n, p, true))
#define clear_bit(n, p) ((void)rig_change_bit(n, p, false))
#define test_and_set_bit(n, p) rig_change_bit(n, p, true)
#define test_and_clear_bit(n, p) rig_change_bit(n, p, false)

/* Physical addresses that the kernel reads and writes are those of tables. */
#define __va(pa) (rig->table_at(pa))
#define __pa(p) ((phys_addr_t)rig->table_pa((const void *)(uintptr_t)(p)))
#define __pa_symbol(p) __pa(p)
#define __phys_to_virt(pa) ((unsigned long)__va(pa))
#define phys_to_virt(pa) __va(pa)
#define virt_to_phys(p) __pa(p)
#define lm_alias(p) (p)

#define pte_alloc_one_kernel(mm) ((pte_t *)RIG_AT(rig->alloc_table()))
#define pmd_alloc_one(mm, addr) ((pmd_t *)RIG_AT(rig->alloc_table()))
#define pud_alloc_one(mm, addr) ((pud_t *)RIG_AT(rig->alloc_table()))
#define p4d_alloc_one(mm, addr) ((p4d_t *)RIG_AT(rig->alloc_table()))
/* Tables for leaves that are split (Linux 6.18). */
enum pgtable_type { TABLE_PTE, TABLE_PMD, TABLE_PUD, TABLE_P4D };
#define INVALID_PHYS_ADDR (~(phys_addr_t)0)
#define __pgd_pgtable_alloc(...)                                                                   \
	({                                                                                         \
		uint64_t *_table = RIG_AT(rig->alloc_table());                                     \
		_table ? (phys_addr_t)rig->table_pa(_table) : INVALID_PHYS_ADDR;                   \
	})
/* A table is written through the fixmap, whose own entry and TLBI are another range's: what they order counts. */
/* It was zeroed when it was allocated: of its stores one is recorded, to be ordered before the link. */
#define clear_page(page) RIG_AT(rig->store((uint64_t *)(page), 0))
#define set_fixmap_offset(slot, pa)                                                                \
	({                                                                                         \
		rig_sync(RIG_DSB_ISHST);                                                           \
		rig_sync(RIG_ISB);                                                                 \
		(unsigned long)__va(pa);                                                           \
	})
#define clear_fixmap(slot)                                                                         \
	do {                                                                                       \
		rig_sync(RIG_DSB_ISHST);                                                           \
		rig_sync(RIG_DSB_ISH);                                                             \
		rig_sync(RIG_ISB);                                                                 \
	} while (0)
#define pte_free_kernel(mm, table) RIG_AT(rig->free_table((uint64_t *)(table)))
#define pmd_free(mm, table) RIG_AT(rig->free_table((uint64_t *)(table)))
#define pud_free(mm, table) RIG_AT(rig->free_table((uint64_t *)(table)))
#define p4d_free(mm, table) RIG_AT(rig->free_table((uint64_t *)(table)))
/* Of removed memory: the struct page of a table is that of its frame. */
#define virt_to_page(table) phys_to_page(__pa(table))
#define free_hotplug_pgtable_page(page)                                                            \
	RIG_AT(rig->free_table((uint64_t *)rig->table_at(page_to_phys(page))))
/* The other pages that are given back are of memory for struct pages, which has no other place here. */
#define free_hotplug_page_range(page, size, altmap)                                                \
	RIG_AT(rig->free_memory(page_to_pfn(page), (size)))
#define vmemmap_alloc_block_zero(size, node) ((void)(node), RIG_AT(rig_vmemmap_table()))
#define vmemmap_alloc_block_buf(size, node, altmap)                                                \
	((void)(node), (void)(altmap), RIG_AT(rig->alloc_memory(size)))
#define vmemmap_verify(pte, node, start, end) ((void)(pte))
/* No other tables are to be kept like these; and blocks are of 4K pages (Linux 6.1). */
#define p4d_populate_kernel(addr, p4d, table) p4d_populate(&init_mm, p4d, table)
#define pgd_populate_kernel(addr, pgd, table) pgd_populate(&init_mm, pgd, table)
#define ARM64_KERNEL_USES_PMD_MAPS (PAGE_SHIFT == 12)
#define get_page(page) BUG() /* of compound pages of devices */
/* sparsemem.h of arm64 (Linux 5.12); STRUCT_PAGE_MAX_SHIFT above is its struct page's. */
#define SECTION_SIZE_BITS (PAGE_SHIFT == 16 ? 29 : 27)
#define PAGES_PER_SECTION (1UL << (SECTION_SIZE_BITS - PAGE_SHIFT))
static void *rig_vmemmap_table(void);
extern unsigned long rig_vmemmap_start, rig_vmemmap_end;
struct vmem_altmap;
/* Tables of users, which are never asked for. */
#define TASK_SIZE (UL(1) << VA_BITS)
#define split_huge_pmd(vma, pmd, addr) BUG()
#define split_huge_pud(vma, pud, addr) BUG()
#define pte_alloc_one(mm) ((pgtable_t)0)
#define pte_free(mm, table) ((void)(table))
#define pte_alloc_map_lock(mm, pmd, addr, lock) ((void)(lock), (pte_t *)0)
#define pte_offset_map_lock(mm, pmd, addr, lock) ((void)(lock), (pte_t *)0)
#define __pte_offset_map_lock(mm, pmd, addr, lock) ((void)(lock), (pte_t *)0)
#define __pte_offset_map(pmd, addr, found) ((pte_t *)0)
#define pte_unmap_unlock(pte, lock) ((void)(lock))
extern u64 swapper_pg_dir[]; /* not what init_mm.pgd is: the root has no fixmap here */
#define set_swapper_pgd(entry, value) BUG()
#define in_swapper_pgdir(p) false
#define init_mm rig_mm
extern struct mm_struct rig_mm;

/* --- watchers that see nothing here ----------------------------------------------------- */

#define __sync_icache_dcache(...) ((void)0)
#define sync_icache_aliases(...) ((void)0)
#define mte_sync_tags(...) ((void)0)
#define arch_swap_restore(...) ((void)0)
#define page_table_check_pte_clear(...) ((void)0)
#define page_table_check_pmd_clear(...) ((void)0)
#define page_table_check_pud_clear(...) ((void)0)
#define page_table_check_pte_set(...) ((void)0)
#define page_table_check_pmd_set(...) ((void)0)
#define page_table_check_pud_set(...) ((void)0)
#define page_table_check_ptes_set(...) ((void)0)
#define page_table_check_pmds_set(...) ((void)0)
#define page_table_check_puds_set(...) ((void)0)
#define kasan_reset_tag(p) (p)
#define kmsan_vmap_pages_range_noflush(...) 0
#define kmsan_ioremap_page_range(...) 0
#define kmsan_vunmap_range_noflush(...) ((void)0)
#define GFP_KERNEL 0u
#define GFP_PGTABLE_KERNEL 0u
#define GFP_ATOMIC 0u
#define __GFP_ZERO 0u
#define NUMA_NO_NODE (-1)
typedef struct {
	unsigned long pd;
} hugepd_t; /* of powerpc */
#define __hugepd(value) ((hugepd_t){ value })
#define is_hugepd(hugepd) ((void)(hugepd), 0)
#define hugetlb_swap_entry_to_folio(entry) ((struct folio *)0)
#define pte_to_swp_entry(pte) 0

/* --- what a dump of the tables is printed to ---------------------------------------------- */

struct seq_file {
	char *text;
	size_t room; /* bytes that are left, with a NUL */
};
void seq_printf(struct seq_file *file, const char *format, ...);
#define seq_puts(file, text) seq_printf(file, "%s", text)
static uint64_t rig_dump_end; /* of the dump that is asked for; 0: it goes on to the end of the space */
#define TASK_SIZE_64 rig_dump_end /* where ptdump_walk() ends if it begins below */
#define device_initcall(function) struct rig_unused
#define DEFINE_SHOW_ATTRIBUTE(name) struct rig_unused
#define ptdump_debugfs_register(info, name) ((void)(info))

/* --- the allocator of addresses: the scenario chooses them ------------------------------- */

struct vm_struct *rig_area(unsigned long size, unsigned long align, unsigned long flags);
struct vm_struct *find_vm_area(const void *addr);
#define get_vm_area_caller(size, flags, ...) rig_area(size, 1, flags)
#define get_vm_area(size, flags) rig_area(size, 1, flags)
#define __get_vm_area_node(size, align, shift, flags, ...) rig_area(size, align, flags)
#define vunmap(addr) ((void)(addr)) /* who calls a mapper unmaps what failed */
#define free_vm_area(area) ((void)(area))
/* What vfree() calls: the area's entries go, and later every range that went so is invalidated. */
struct vm_struct *remove_vm_area(const void *addr);
static void _vm_unmap_aliases(unsigned long start, unsigned long end, int flush);
#define vfree_atomic(addr) BUG()
#define __vfree_deferred(addr) BUG()
#define vm_area_free_pages(area, from, to) rig_free_pages(area, from, to)
static void rig_free_pages(const struct vm_struct *area, unsigned long from, unsigned long to);
/* And vrealloc(): there is no other place for an area that grows. */
#define __vmalloc_noprof(size, flags) NULL
#define __vmalloc_node_noprof(size, align, flags, nid, caller) NULL
#define want_init_on_free() false
#define want_init_on_alloc(flags) false
#define kasan_vrealloc(p, old_size, size) ((void)(p))
#define kasan_reset_tag(p) (p)
#define kmemleak_free_part(p, size) ((void)(p))
struct vmap_node {
	struct {
		spinlock_t lock;
	} busy;
};
extern struct vmap_node rig_vmap_node;
#define addr_to_node(addr) ((void)(addr), &rig_vmap_node)
#define page_to_nid(page) 0
#define __GFP_THISNODE 0
#define gfp_has_io_fs(flags) true
/* No memory backs the addresses of an area: to set or to copy them is a BUG(). All else is set and copied. */
#define rig_is_mapped(p) ((long)(p) < 0)
#define memset(to, byte, size)                                                                     \
	({                                                                                         \
		void *_to = (to);                                                                  \
		if (rig_is_mapped(_to))                                                            \
			BUG();                                                                     \
		rig_fill(_to, byte, size);                                                         \
	})
#define memcpy(to, from, size)                                                                     \
	({                                                                                         \
		void *_to = (to);                                                                  \
		const void *_from = (from);                                                        \
		if (rig_is_mapped(_to) || rig_is_mapped(_from))                                    \
			BUG();                                                                     \
		rig_copy(_to, _from, size);                                                        \
	})
#define free_pages_bulk(pages, count) ((void)(pages))
#define __free_page(page) ((void)(page))
#define __free_pages(page, order) ((void)(page))
#define kfree(p) ((void)(p))
#define kvfree(p) ((void)(p))
#define mod_memcg_page_state(page, item, count) ((void)(page))
#define mod_lruvec_page_state(page, item, count) ((void)(page))
#define atomic_long_sub(count, to) ((void)(count))
#define kmemleak_free(addr) ((void)(addr))
#define kasan_poison_vmalloc(addr, size) ((void)(addr))
#define debug_check_no_locks_freed(addr, size) ((void)(addr))
#define debug_check_no_obj_freed(addr, size) ((void)(addr))
#define vm_unmap_aliases() RIG_AT(rig->unmap_aliases())

#include <asm/memory.h> /* the tree's own: the layout of addresses, memory types */
#include <asm/pgtable-types.h>
/* Struct pages lie where the scenario has them, below one entry of the root. */
#undef VMEMMAP_START
#undef VMEMMAP_END
#define VMEMMAP_START rig_vmemmap_start
#define VMEMMAP_END rig_vmemmap_end
struct mm_struct {
	pgd_t *pgd;
	spinlock_t page_table_lock;
	atomic_t mm_users;
};

#endif
