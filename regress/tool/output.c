// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/output.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mapper/machine/assert.h"
#include "regress/tool/vmapdiff.h"

struct kept {
	dev_t device;
	ino_t inode;
};

static void *all_kept; /* a tree of tsearch() */

void output_begin(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		int opened = open(fd == STDOUT_FILENO ? "/dev/full" : "/dev/null", O_RDWR);
		ASSERT(opened < 0 || opened == fd); /* the lowest that is free */
	}
}

static int order(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static bool is_kept(const struct stat *st)
{
	const struct kept file = { st->st_dev, st->st_ino };
	return tfind(&file, &all_kept, order);
}

static void keep(const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || is_kept(st))
		return;
	struct kept *file = malloc(sizeof(*file));
	if (file)
		*file = (struct kept){ st->st_dev, st->st_ino };
	if (!file || !tsearch(file, &all_kept, order)) {
		fprintf(stderr, "vmapdiff: no memory for a list of files\n");
		exit(EXIT_UNUSABLE);
	}
}

void output_keep(int fd)
{
	struct stat st;
	if (!fstat(fd, &st))
		keep(&st);
}

void output_keep_path(const char *path)
{
	struct stat st;
	if (!stat(path, &st))
		keep(&st);
}

static bool refuse_kept(const char *path)
{
	fprintf(stderr,
		"%s: is read or was written by this command, and is not written over; name "
		"another file\n",
		path);
	return false;
}

/* A file beside the target, with the permissions that it would have; NULL where the folder cannot be written. */
static FILE *open_temporary(struct output *o, const struct stat *there)
{
	mode_t mask = umask(0);
	umask(mask);
	if (asprintf(&o->temporary, "%s.XXXXXX", o->target) < 0) {
		o->temporary = NULL;
		return NULL;
	}
	int fd = mkstemp(o->temporary);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
	if (to && !fchmod(fd, there ? there->st_mode & 07777 : 0666 & ~mask))
		return to;
	if (fd >= 0)
		unlink(o->temporary);
	if (to)
		fclose(to);
	else if (fd >= 0)
		close(fd);
	free(o->temporary);
	o->temporary = NULL;
	return NULL;
}

static void end(struct output *o)
{
	free(o->target);
	free(o->temporary);
	*o = (struct output){ 0 };
}

bool output_open(struct output *o, const char *path)
{
	struct stat st;
	*o = (struct output){ .path = path };
	if (!*path) {
		fprintf(stderr, "vmapdiff: the name of a file to be written is empty\n");
		return false;
	}
	if (!strcmp(path, "-")) {
		fprintf(stderr, "vmapdiff: '-' is standard output for --events alone; name a file "
				"to be written (./- has this name)\n");
		return false;
	}
	const bool there = !stat(path, &st), regular = !there || S_ISREG(st.st_mode);
	if (there && is_kept(&st))
		return refuse_kept(path);
	o->target = there ? realpath(path, NULL) : strdup(path);
	if (o->target && regular)
		o->to = open_temporary(o, there ? &st : NULL);
	if (!o->to)
		o->to = fopen(path, "wb");
	if (o->to)
		return true;
	cannot("write", path);
	end(o);
	return false;
}

bool output_close(struct output *o)
{
	ASSERT(o->to);
	const bool good = !fflush(o->to) && !ferror(o->to);
	int error = good ? 0 : errno ? errno : EIO;
	if (good)
		output_keep(fileno(o->to));
	if (fclose(o->to) && !error)
		error = errno;
	struct stat st;
	const bool was_read = !error && o->temporary && !stat(o->target, &st) && is_kept(&st);
	if (!error && !was_read && o->temporary && rename(o->temporary, o->target))
		error = errno;
	if ((error || was_read) && o->temporary)
		unlink(o->temporary);
	const char *path = o->path;
	end(o);
	errno = error;
	if (was_read)
		return refuse_kept(path);
	return !error || cannot("write", path);
}

bool output_is_printed(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	return cannot("write", "standard output");
}
