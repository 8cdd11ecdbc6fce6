/* SPDX-License-Identifier: MIT */
/* Files below a root. A target is decoded once (RFC 3986, 2.1), every segment that begins with a
 * dot is refused, `..` among them (.well-known is allowed, RFC 8615), and the path that the system
 * makes of it, all symbolic links followed, must still lie below the root. What may not be seen
 * looks like what is not there. */
#define _GNU_SOURCE
#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".htm", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".md", "text/plain; charset=utf-8" },
	{ ".c", "text/plain; charset=utf-8" },
	{ ".h", "text/plain; charset=utf-8" },
	{ ".xml", "application/xml" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
	{ ".ico", "image/x-icon" },
	{ ".pdf", "application/pdf" },
	{ ".wasm", "application/wasm" },
	{ ".woff2", "font/woff2" },
	{ ".mp4", "video/mp4" },
	{ ".webm", "video/webm" },
	{ ".gz", "application/gzip" },
	{ ".zip", "application/zip" },
};

static const char *type_of(const char *path)
{
	const char *const dot = strrchr(path, '.');

	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
		if (strcasecmp(dot, types[i].suffix) == 0)
			return types[i].type;
	return "application/octet-stream";
}

/* ---- targets ------------------------------------------------------------------------------- */

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *const at = c == '\0' ? NULL : strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Decodes the path of a target, up to its query. false: it is malformed. */
static bool decode(char *path, const char *target)
{
	for (; *target != '\0' && *target != '?' && *target != '#'; target++) {
		int c = (unsigned char)*target;

		if (c == '%') {
			const int high = hex(target[1]);
			const int low = high < 0 ? -1 : hex(target[2]);

			if (low < 0)
				return false;
			c = high << 4 | low;
			target += 2;
		}
		if (c < ' ' || c == 0x7f)
			return false;
		*path++ = (char)c;
	}
	*path = '\0';
	return true;
}

/* Every segment but the last has a name, and none is hidden. */
static bool decent(const char *path)
{
	for (const char *at = path; at != NULL; at = strchr(at, '/')) {
		const size_t len = strcspn(++at, "/");

		if (len == 0 && *at == '/')
			return false;
		if (*at == '.' && (len != 11 || memcmp(at, ".well-known", 11) != 0))
			return false;
	}
	return true;
}

/* Opens root + path + leaf, if that is below root. -1: it is not, or it is not there. */
static int open_below(const char *root, const char *path, const char *leaf, char real[PATH_MAX])
{
	const size_t len = strcmp(root, "/") == 0 ? 0 : strlen(root);
	char all[PATH_MAX];

	if ((size_t)snprintf(all, sizeof all, "%s%s%s", root, path, leaf) >= sizeof all ||
	    realpath(all, real) == NULL || strncmp(real, root, len) != 0 ||
	    (real[len] != '/' && real[len] != '\0'))
		return -1;
	/* a FIFO must not make us wait; a link that was put there since must not be followed */
	return open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
}

/* ---- listings ------------------------------------------------------------------------------ */

static int shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void put_html(FILE *f, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			fprintf(f, "&#%u;", c);
		else
			fputc(c, f);
	}
}

static void put_link(FILE *f, const char *name)
{
	for (; *name != '\0'; name++) {
		const unsigned char c = (unsigned char)*name;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_' || c == '.' || c == '~')
			fputc(c, f);
		else
			fprintf(f, "%%%02X", c);
	}
}

static void put_entry(FILE *f, const struct dirent *entry)
{
	const char *const slash = entry->d_type == DT_DIR ? "/" : "";

	fputs("<p><a href=\"./", f);
	put_link(f, entry->d_name);
	fprintf(f, "%s\">", slash);
	put_html(f, entry->d_name);
	fprintf(f, "%s</a>\n", slash);
}

static void list(struct file *found, const char *folder, const char *path)
{
	struct dirent **entries = NULL;
	size_t size = 0;
	const int n = scandir(folder, &entries, shown, alphasort);
	FILE *const f = n < 0 ? NULL : open_memstream(&found->listing, &size);

	if (f != NULL) {
		fputs("<!doctype html><meta charset=utf-8><title>", f);
		put_html(f, path);
		fputs("</title>\n", f);
	}
	for (int i = 0; i < n; i++) {
		if (f != NULL)
			put_entry(f, entries[i]);
		free(entries[i]);
	}
	free(entries);
	if (f == NULL)
		return;
	if (fclose(f) != 0) {
		free(found->listing);
		found->listing = NULL;
		return;
	}
	found->status = 200;
	found->size = size;
	found->type = "text/html; charset=utf-8";
}

/* ---- finding ------------------------------------------------------------------------------- */

void files_find(struct file *found, const char *root, const char *target)
{
	char path[TARGET_MAX], real[PATH_MAX], index[PATH_MAX];
	struct stat st;
	size_t len;
	int fd;

	*found = (struct file){ .status = 404, .fd = -1 };
	if (target[0] != '/' || strlen(target) >= sizeof path || !decode(path, target)) {
		found->status = 400;
		return;
	}
	fd = decent(path) ? open_below(root, path, "", real) : -1;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		len = strlen(path);
		close(fd);
		if (path[len - 1] != '/') {
			found->status = 301;
			return;
		}
		fd = open_below(root, path, "index.html", index);
		if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
			if (fd >= 0)
				close(fd);
			list(found, real, path);
			return;
		}
		memcpy(real, index, sizeof real);
	}
	if (fd >= 0 && S_ISREG(st.st_mode)) {
		*found = (struct file){
			.status = 200, .fd = fd, .size = (uint64_t)st.st_size, .type = type_of(real)
		};
		return;
	}
	if (fd >= 0)
		close(fd);
}
