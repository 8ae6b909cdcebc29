// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/version.h"

#define STRING(tokens) #tokens
#define VALUE_AS_STRING(macro) STRING(macro)

const char tool_version[] = VALUE_AS_STRING(VMAPDIFF_VERSION);
