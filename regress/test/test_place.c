// SPDX-License-Identifier: GPL-2.0-only
/* What a function of a slice is called in its tree. */
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "regress/tool/place.h"

static void a_name_is_as_the_tree_has_it(void **state)
{
	(void)state;
	static const struct {
		const char *function, *path, *expected;
	} names[] = {
		{ "is_ours__mm_vmalloc_c", "mm/vmalloc.c", "is_ours" },
		{ "is_ours__mm_vmalloc_c", "mm/vmalloc.c:12:3", "is_ours" },
		{ "f__arch_arm64_mm_page_attr_c", "arch/arm64/mm/page-attr.c", "f" },
		/* Another file's, or its own end. */
		{ "is_ours__mm_vmalloc_c", "mm/ioremap.c", "is_ours__mm_vmalloc_c" },
		{ "is_ours_mm_vmalloc_c", "mm/vmalloc.c", "is_ours_mm_vmalloc_c" },
		{ "__mm_vmalloc_c", "mm/vmalloc.c", "__mm_vmalloc_c" },
		{ "vmap", "mm/vmalloc.c", "vmap" },
		{ "a___c", "c", "a_" },
		{ "", "", "" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int length = function_in_tree(names[i].function, names[i].path);
		assert_int_equal(length, strlen(names[i].expected));
		assert_memory_equal(names[i].function, names[i].expected, (size_t)length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_as_the_tree_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
