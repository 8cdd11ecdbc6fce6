/* SPDX-License-Identifier: MIT */
/* hash.c: SHA-256 and SHA-384 on EVP. A context is a pointer to an EVP_MD_CTX, which is made by the
 * first init and kept until wipe: init on it again costs neither malloc nor a lookup. */
#include "openssl.h"

struct md {
	EVP_MD_CTX *evp;
};

static enum sneck_rc init(struct md *m, const EVP_MD *type)
{
	if (m->evp == NULL)
		m->evp = EVP_MD_CTX_new();
	if (m->evp == NULL || EVP_DigestInit_ex2(m->evp, type, NULL) != 1)
		return sneck__ossl_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static enum sneck_rc init_sha256(void *ctx)
{
	return init(ctx, sneck__ossl.sha256);
}

static enum sneck_rc init_sha384(void *ctx)
{
	return init(ctx, sneck__ossl.sha384);
}

static enum sneck_rc update(void *ctx, struct sneck_span in)
{
	const struct md *const m = ctx;

	if (in.len != 0 && EVP_DigestUpdate(m->evp, in.p, in.len) != 1)
		return sneck__ossl_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static enum sneck_rc digest_of(EVP_MD_CTX *evp, uint8_t *digest)
{
	if (EVP_DigestFinal_ex(evp, digest, NULL) == 1)
		return SNECK_OK;
	memset(digest, 0, (size_t)EVP_MD_CTX_get_size(evp));
	return sneck__ossl_fail(SNECK_E_CRYPTO);
}

static enum sneck_rc finish(void *ctx, uint8_t *digest)
{
	const struct md *const m = ctx;

	return digest_of(m->evp, digest);
}

static enum sneck_rc peek(const void *ctx, uint8_t *digest)
{
	const struct md *const m = ctx;
	EVP_MD_CTX *const copy = EVP_MD_CTX_new();
	enum sneck_rc rc;

	if (copy != NULL && EVP_MD_CTX_copy_ex(copy, m->evp) == 1) {
		rc = digest_of(copy, digest);
	} else {
		memset(digest, 0, (size_t)EVP_MD_CTX_get_size(m->evp));
		rc = sneck__ossl_fail(SNECK_E_CRYPTO);
	}
	EVP_MD_CTX_free(copy);
	return rc;
}

static void wipe(void *ctx)
{
	struct md *const m = ctx;

	EVP_MD_CTX_free(m->evp); /* libcrypto wipes the state */
	m->evp = NULL;
}

const struct sneck_hash sneck__ossl_sha256 = {
	.id = 4,
	.len = 32,
	.block_len = 64,
	.ctx_size = sizeof(struct md),
	.name = "SHA-256",
	.init = init_sha256,
	.update = update,
	.peek = peek,
	.finish = finish,
	.wipe = wipe,
};

const struct sneck_hash sneck__ossl_sha384 = {
	.id = 5,
	.len = 48,
	.block_len = 128,
	.ctx_size = sizeof(struct md),
	.name = "SHA-384",
	.init = init_sha384,
	.update = update,
	.peek = peek,
	.finish = finish,
	.wipe = wipe,
};
