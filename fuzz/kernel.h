// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is different when a Linux tree's own code is played: the tree says
 * what its policy is, some calls its callers never make, and some things that
 * it does are waived.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include "fuzz/player.h"

#ifdef VMAPDIFF_KERNEL

/* Whether a tree decides the policy of every scenario. */
bool kernel_decides_policy(void);

/* Gives the scenario the policy of the tree, under which it is expected to hold. */
void kernel_adapt(struct scenario *s);

/* A machine that the tree is built for, like the given one. */
void kernel_fit_machine(struct machine_config *config);

/* Whether the mapper is the tree's. */
bool is_kernel(const struct mapper *mapper);

/*
 * Why the tree's code is not to be called so, in the space as `o` has it; a
 * sentence, or NULL if it is. Static.
 */
const char *kernel_declines(const struct oracle *o, const struct call *call);

/*
 * Where the tree's function for a call begins, named as in a signature line:
 * the line, and in `file` the path; 0 where there is none.
 */
unsigned kernel_entry(const char *call, char *file, size_t size);

/* A path of the tree, from the tree's top. */
const char *kernel_path(const char *path);

/* Plays the scenario of each waiver; player->tree_waivers says then which the tree has. */
void kernel_find_waivers(struct player *player);

#else

static inline bool kernel_decides_policy(void)
{
	return false;
}

static inline void kernel_adapt(struct scenario *s)
{
	(void)s;
}

static inline void kernel_fit_machine(struct machine_config *config)
{
	(void)config;
}

static inline bool is_kernel(const struct mapper *mapper)
{
	(void)mapper;
	return false;
}

static inline const char *kernel_declines(const struct oracle *o, const struct call *call)
{
	(void)o;
	(void)call;
	return NULL;
}

static inline unsigned kernel_entry(const char *call, char *file, size_t size)
{
	(void)call;
	(void)file;
	(void)size;
	return 0;
}

static inline const char *kernel_path(const char *path)
{
	return path;
}

static inline void kernel_find_waivers(struct player *player)
{
	(void)player;
}

#endif
#endif
