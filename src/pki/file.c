/* SPDX-License-Identifier: MIT */
/* file.c: files in, text out, and what libcrypto's error queue says.
 *
 * The mode of a secret file is asked of the open file, not of its name, so that nobody can swap
 * it in between. stdio is avoided: its buffers would keep a copy of the key. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "pki.h"

#define FILE_FIRST 16384u
#define FILE_TOP   (16u << 20) /* a bundle of all the world's authorities has 200 KiB */

static enum sneck_rc read_all(int fd, uint8_t **data, size_t *len);

enum sneck_rc sneck__pki_file_read(const char *path, enum pki_file kind, uint8_t **data,
				   size_t *len, struct sneck_note *note)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	char shown[160];
	struct stat st;
	enum sneck_rc rc = SNECK_E_SYSTEM;

	*data = NULL;
	*len = 0;
	sneck__pki_escape(shown, sizeof shown, path, strlen(path));
	if (fd < 0 || fstat(fd, &st) != 0) {
		sneck__pki_note(note, "cannot open %s: %s", shown, strerror(errno));
	} else if (kind == PKI_SECRET && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		sneck__pki_note(note, "others may read the private key: run chmod 600 %s", shown);
	} else {
		rc = read_all(fd, data, len);
		if (rc == SNECK_E_SYSTEM)
			sneck__pki_note(note, "cannot read %s: %s", shown, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Not by st_size: the file may be a pipe. What was read is wiped before it is freed or moved. */
static enum sneck_rc read_all(int fd, uint8_t **data, size_t *len)
{
	size_t cap = FILE_FIRST;
	uint8_t *bytes = OPENSSL_malloc(cap), *more;
	enum sneck_rc rc = bytes != NULL ? SNECK_WANT_INPUT : SNECK_E_NO_MEMORY;

	for (*len = 0; rc == SNECK_WANT_INPUT;) {
		const ssize_t got = read(fd, bytes + *len, cap - *len);

		if (got <= 0) {
			rc = got == 0 ? SNECK_OK : SNECK_E_SYSTEM;
		} else if ((*len += (size_t)got) == FILE_TOP) {
			errno = EFBIG;
			rc = SNECK_E_SYSTEM;
		} else if (*len == cap) {
			more = OPENSSL_clear_realloc(bytes, cap, 2 * cap);
			rc = more != NULL ? rc : SNECK_E_NO_MEMORY;
			bytes = more != NULL ? more : bytes;
			cap *= more != NULL ? 2 : 1;
		}
	}
	if (rc == SNECK_OK) {
		*data = bytes;
		return SNECK_OK;
	}
	OPENSSL_clear_free(bytes, *len);
	*len = 0;
	return sneck__pki_fail(rc);
}

enum sneck_rc sneck__pki_copy_out(BIO *from, void *dst, size_t cap, size_t *len)
{
	char *text;

	*len = (size_t)BIO_get_mem_data(from, &text);
	if (*len > cap)
		return SNECK_WANT_SPACE;
	memcpy(dst, text, *len);
	return SNECK_OK;
}

enum sneck_rc sneck__pki_fail(enum sneck_rc rc)
{
	unsigned long e = ERR_get_error();

	for (; e != 0; e = ERR_get_error())
		if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
			rc = SNECK_E_NO_MEMORY;
	return rc;
}
