// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assertions: what the code relies on, checked in every build. They never
 * compile out; NDEBUG means nothing to them. A failed one prints file, line,
 * expression and, with ASSERT_CMP(), both values, then what was being worked
 * on, and ends the process by abort(), which a fuzz engine reports as a crash.
 *
 * They are for mistakes in this project. What a scenario, a file or a mapper
 * under test may get wrong is refused or judged, and never asserted.
 */
#ifndef MAPPER_MACHINE_ASSERT_H
#define MAPPER_MACHINE_ASSERT_H

#include <stdint.h>

struct assertion {
	const char *file, *expression;
	unsigned line;
};

/*
 * What is being worked on, for the message of an assertion that fails: a file,
 * say. Borrowed until the next call; NULL for nothing, as at the start.
 */
void assert_about(const char *what);

/* From now on `first` is called before an assertion that fails is printed; NULL: nothing, as at the start. */
void assert_call(void (*first)(void));

/* Prints the assertion, and its values if there are any; does not return. */
void assert_failed(const struct assertion *a) __attribute__((noreturn, cold));
void assert_failed_values(const struct assertion *a, uint64_t left, uint64_t right)
	__attribute__((noreturn, cold));

/* The condition holds. */
#define ASSERT(condition)                                                                          \
	do {                                                                                       \
		if (__builtin_expect(!(condition), 0))                                             \
			assert_failed(                                                             \
				&(const struct assertion){ __FILE__, #condition, __LINE__ });      \
	} while (0)

/* Two integers compare so, as in ASSERT_CMP(index, <, count). Each is evaluated once. */
#define ASSERT_CMP(left, operator, right)                                                          \
	do {                                                                                       \
		const typeof(left) assert_left = (left);                                           \
		const typeof(right) assert_right = (right);                                        \
		if (__builtin_expect(!(assert_left operator assert_right), 0))                     \
			assert_failed_values(                                                      \
				&(const struct assertion){                                         \
					__FILE__, #left " " #operator" " #right, __LINE__ },       \
				(uint64_t)assert_left, (uint64_t)assert_right);                    \
	} while (0)

#endif
