// SPDX-License-Identifier: GPL-2.0-only
/* Events in words. */
#ifndef REGRESS_TOOL_EVENT_TEXT_H
#define REGRESS_TOOL_EVENT_TEXT_H

#include <stdio.h>

#include "oracle/oracle.h"

/* An enum machine_lock, such as "page table lock". Static. */
const char *lock_name(unsigned lock);

/* The first word that a store stored; and what it made of the entry: "table", say. Static. */
uint64_t event_first_word(const struct oracle *o, const struct event *e);
const char *event_stores(const struct oracle *o, const struct event *e);

/* Prints the event, whose stores are `count` entries, without an end of line. */
void event_print(const struct oracle *o, const struct event *e, uint32_t count, FILE *to);

#endif
