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

/* Not by st_size: the file may be a pipe. */
static enum sneck_rc read_all(int fd, uint8_t **data, size_t *len)
{
	size_t cap = FILE_FIRST;
	uint8_t *bytes = OPENSSL_malloc(cap);
	ssize_t got = bytes != NULL ? read(fd, bytes, cap) : 0;

	for (*len = 0; bytes != NULL && got > 0; got = read(fd, bytes + *len, cap - *len)) {
		*len += (size_t)got;
		if (*len == cap && cap < FILE_TOP) {
			*data = bytes;
			bytes = OPENSSL_clear_realloc(bytes, cap, 2 * cap);
			cap *= 2;
			if (bytes == NULL)
				OPENSSL_clear_free(*data, *len);
		}
		if (*len == cap) {
			errno = EFBIG;
			got = -1;
			break;
		}
	}
	*data = bytes;
	if (bytes != NULL && got == 0)
		return SNECK_OK;
	OPENSSL_clear_free(bytes, *len);
	*data = NULL;
	return bytes == NULL ? sneck__pki_fail(SNECK_E_NO_MEMORY) : SNECK_E_SYSTEM;
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
