// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/version.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#ifdef __clang__
#define COMPILER                                                                                   \
	"clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)
#else
#define COMPILER "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__) "." TEXT(__GNUC_PATCHLEVEL__)
#endif

#ifdef __x86_64__
#define MACHINE "x86-64"
#elif defined(__aarch64__)
#define MACHINE "arm64"
#else
#define MACHINE "another architecture"
#endif

bool is_the_tool(void)
{
	const char *volatile commit = tool_commit; /* else a compiler takes it to be there */
	return commit;
}

const char *version_commit(void)
{
	return is_the_tool() ? tool_commit : "";
}

void print_version(FILE *to)
{
	fprintf(to, "vmapdiff %s (", tool_release);
	if (version_commit()[0])
		fprintf(to, "commit %s, ", version_commit());
	fprintf(to, "%s, %s)\n", COMPILER, MACHINE);
}
