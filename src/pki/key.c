/* SPDX-License-Identifier: MIT */
/* key.c: private keys: made, read, written, closed. RFC 7468; 5958; 5915.
 *
 * Kinds of keys are served that a scheme of RFC 9846, 4.3.3 signs a handshake with: three NIST
 * curves, Ed25519, Ed448, RSA of 2048, 3072 and 4096 bits. Signing is in signer.c. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "pki.h"

static enum sneck_rc key_of(struct sneck_pki_key **key, EVP_PKEY *pkey);
static EVP_PKEY *decode(struct sneck_span data, struct sneck_span pass, bool *asked);

static EVP_PKEY *generate(const char *type, const char *group, int bits)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (c == NULL || EVP_PKEY_keygen_init(c) != 1 ||
	    (group != NULL && EVP_PKEY_CTX_set_group_name(c, group) != 1) ||
	    (bits != 0 && EVP_PKEY_CTX_set_rsa_keygen_bits(c, bits) != 1) ||
	    EVP_PKEY_generate(c, &pkey) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(c);
	return pkey;
}

enum sneck_rc sneck_pki_key_make(struct sneck_pki_key **key, int kind)
{
	static const struct {
		const char *type, *group;
		int bits;
	} kinds[] = {
		[SNECK_KEY_P256] = { "EC", "P-256", 0 },
		[SNECK_KEY_P384] = { "EC", "P-384", 0 },
		[SNECK_KEY_ED25519] = { "ED25519", NULL, 0 },
		[SNECK_KEY_RSA2048] = { "RSA", NULL, 2048 },
		[SNECK_KEY_RSA3072] = { "RSA", NULL, 3072 },
		[SNECK_KEY_RSA4096] = { "RSA", NULL, 4096 },
		[SNECK_KEY_P521] = { "EC", "P-521", 0 },
		[SNECK_KEY_ED448] = { "ED448", NULL, 0 },
		[SNECK_KEY_RSA_PSS2048] = { "RSA-PSS", NULL, 2048 },
	};
	EVP_PKEY *pkey;

	ERR_clear_error();
	*key = NULL;
	if (kind < 0 || (size_t)kind >= sizeof kinds / sizeof *kinds)
		return SNECK_E_ARG;
	pkey = generate(kinds[kind].type, kinds[kind].group, kinds[kind].bits);
	if (pkey == NULL)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	return key_of(key, pkey);
}

enum sneck_rc sneck_pki_key_read(struct sneck_pki_key **key, struct sneck_span data,
				 struct sneck_span pass, struct sneck_note *note)
{
	bool asked = false;
	EVP_PKEY *pkey;
	enum sneck_rc rc;

	ERR_clear_error();
	*key = NULL;
	pkey = decode(data, pass, &asked);
	if (pkey == NULL) {
		rc = sneck__pki_fail(asked ? SNECK_E_ARG : SNECK_E_SYNTAX);
		sneck__pki_note(note, "%s",
				rc == SNECK_E_NO_MEMORY ? "no memory to read the private key"
				: !asked ? "no private key in there: give one in PEM or DER"
				: pass.len == 0
					? "the private key is encrypted: give its pass phrase"
					: "the pass phrase does not open the private key");
		return rc;
	}
	rc = key_of(key, pkey);
	if (rc == SNECK_E_CERT_TYPE)
		sneck__pki_note(note, "a kind of private key that is not served: "
				      "use P-256, P-384, P-521, Ed25519, Ed448, or RSA "
				      "of 2048, 3072 or 4096 bits");
	return rc;
}

enum sneck_rc sneck_pki_key_load(struct sneck_pki_key **key, const char *path,
				 struct sneck_note *note)
{
	const struct sneck_span no_pass = { NULL, 0 };
	uint8_t *data;
	size_t len;
	enum sneck_rc rc = sneck__pki_file_read(path, PKI_SECRET, &data, &len, note);

	*key = NULL;
	if (rc == SNECK_OK)
		rc = sneck_pki_key_read(key, sneck_span_of(data, len), no_pass, note);
	OPENSSL_clear_free(data, len);
	return rc;
}

enum sneck_rc sneck_pki_key_write(const struct sneck_pki_key *key, void *dst, size_t cap,
				  size_t *len)
{
	BIO *out;
	enum sneck_rc rc;

	ERR_clear_error();
	out = BIO_new(BIO_s_mem()); /* wiped when freed */
	*len = 0;
	if (out == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(out, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		rc = sneck__pki_fail(SNECK_E_CRYPTO);
	else
		rc = sneck__pki_copy_out(out, dst, cap, len);
	BIO_free(out);
	return rc;
}

const struct sneck_signer *sneck_pki_key_signer(const struct sneck_pki_key *key)
{
	return &key->signer;
}

void sneck_pki_key_close(struct sneck_pki_key *key)
{
	if (key == NULL)
		return;
	sneck__pki_signer_close(key);
	EVP_PKEY_free(key->pkey); /* libcrypto wipes it */
	OPENSSL_free(key);
}

/* Owns pkey from here on. */
static enum sneck_rc key_of(struct sneck_pki_key **key, EVP_PKEY *pkey)
{
	const int bits = EVP_PKEY_get_bits(pkey);
	const enum pki_kind kind = sneck__pki_kind(pkey);
	struct sneck_pki_key *k = NULL;
	enum sneck_rc rc = SNECK_E_CERT_TYPE;

	if (kind != PKI_NONE && (kind < PKI_RSA || bits == 2048 || bits == 3072 || bits == 4096)) {
		k = OPENSSL_zalloc(sizeof *k);
		rc = SNECK_E_NO_MEMORY;
	}
	if (k == NULL) {
		EVP_PKEY_free(pkey);
		return sneck__pki_fail(rc);
	}
	k->pkey = pkey;
	k->kind = kind;
	rc = sneck__pki_signer_open(k);
	if (rc == SNECK_OK)
		*key = k;
	else
		sneck_pki_key_close(k);
	return rc;
}

struct asking {
	struct sneck_span pass;
	bool *asked;
};

static int give_pass(char *buf, int size, int writing, void *user)
{
	const struct asking *a = user;

	(void)writing;
	*a->asked = true;
	if (a->pass.len == 0 || a->pass.len > (size_t)size)
		return -1;
	memcpy(buf, a->pass.p, a->pass.len);
	return (int)a->pass.len;
}

/* The bytes as PEM, else as DER in the clear, else as encrypted DER. */
static EVP_PKEY *decode(struct sneck_span data, struct sneck_span pass, bool *asked)
{
	struct asking asking = { pass, asked };
	const uint8_t *p = data.p;
	EVP_PKEY *pkey = NULL;
	BIO *in;

	if (data.len == 0 || data.len > INT32_MAX)
		return NULL;
	in = BIO_new_mem_buf(data.p, (int)data.len);
	if (in == NULL)
		return NULL;
	pkey = PEM_read_bio_PrivateKey(in, NULL, give_pass, &asking);
	if (pkey == NULL && !*asked)
		pkey = d2i_AutoPrivateKey_ex(NULL, &p, (long)data.len, NULL, NULL);
	if (pkey == NULL && !*asked && BIO_reset(in) == 1)
		pkey = d2i_PKCS8PrivateKey_bio(in, NULL, give_pass, &asking);
	BIO_free(in);
	return pkey;
}
