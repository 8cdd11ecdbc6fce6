/* SPDX-License-Identifier: MIT */
/* system.c: what this machine brings along: the libcrypto that runs, and the anchors that a trust
 * takes without being told of any (OpenSSL's default file and folder, or the ones that
 * SSL_CERT_FILE and SSL_CERT_DIR name). Here they are only counted; trust.c reads them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "pki.h"

static uint32_t count_file(const char *path)
{
	X509_STORE *const store = X509_STORE_new();
	uint32_t n = 0;

	if (store != NULL && X509_STORE_load_file(store, path) == 1)
		n = (uint32_t)sk_X509_OBJECT_num(X509_STORE_get0_objects(store));
	X509_STORE_free(store);
	return n;
}

/* libcrypto finds an anchor in a folder by the hash of its name: "9d66eef0.0". */
static bool is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       strspn(name + 9, "0123456789") == strlen(name + 9) && name[9] != '\0';
}

/* The folders are separated by colons. */
static uint32_t count_dirs(const char *list)
{
	char path[256];
	uint32_t n = 0;

	for (size_t len = strcspn(list, ":"); len != 0; len = strcspn(list, ":")) {
		const struct dirent *entry;
		DIR *dir;

		snprintf(path, sizeof path, "%.*s", (int)len, list);
		dir = opendir(path);
		while (dir != NULL && (entry = readdir(dir)) != NULL)
			n += is_hashed(entry->d_name);
		if (dir != NULL)
			closedir(dir);
		list += len + (list[len] == ':');
	}
	return n;
}

void sneck_pki_system(struct sneck_pki_system *about)
{
	const char *const file = getenv(X509_get_default_cert_file_env());
	const char *const dir = getenv(X509_get_default_cert_dir_env());
	struct sneck_pki_system *const a = about;

	ERR_clear_error();
	*a = (struct sneck_pki_system){ .n_file = 0 };
	snprintf(a->libcrypto, sizeof a->libcrypto, "%s", OpenSSL_version(OPENSSL_VERSION_STRING));
	snprintf(a->file, sizeof a->file, "%s", file != NULL ? file : X509_get_default_cert_file());
	snprintf(a->dir, sizeof a->dir, "%s", dir != NULL ? dir : X509_get_default_cert_dir());
	a->n_file = count_file(a->file);
	a->n_dir = count_dirs(a->dir);
	ERR_clear_error();
}
