// SPDX-License-Identifier: GPL-2.0-only
/* cmocka.h with what it wants to be included before it. */
#ifndef MAPPER_TEST_CMOCKA_ALL_H
#define MAPPER_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
