/* SPDX-License-Identifier: MIT */
/* files.h: from the target of a request to a file below the root, or the reason why not. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stddef.h>
#include <stdint.h>

enum { TARGET_MAX = 4096 };

struct file {
	int status; /* HTTP's: 200, 301 (the folder's name lacks its last /), 400, 404 */
	int fd;	    /* -1: the body is `listing`, or there is none */
	uint64_t size;
	const char *type;
	char *listing; /* the caller frees it */
};

/* Finds what a target names. root is a canonical absolute path. */
void files_find(struct file *found, const char *root, const char *target);

#endif
