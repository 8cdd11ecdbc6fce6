/* SPDX-License-Identifier: MIT */
/* cred.c: chains of certificates, read and written, and the credential made of one and its key.
 * RFC 7468; 9846, 4.5.1.2.
 *
 * A chain keeps DER and the names of its leaf and nothing of libcrypto's, so that all threads may
 * read it. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "pki.h"

static enum sneck_rc read_pem(STACK_OF(X509) * certs, BIO *in);
static enum sneck_rc fill(struct sneck_pki_chain *chain, STACK_OF(X509) * certs);
static enum sneck_rc fill_names(struct sneck_pki_chain *chain, const X509 *leaf);

X509 *sneck__pki_x509(struct sneck_span der)
{
	const uint8_t *p = der.p;
	X509 *cert =
		der.len != 0 && der.len <= INT32_MAX ? d2i_X509(NULL, &p, (long)der.len) : NULL;

	if (cert == NULL || p == der.p + der.len)
		return cert;
	X509_free(cert);
	return NULL;
}

enum sneck_rc sneck_pki_chain_read(struct sneck_pki_chain **chain, struct sneck_span data,
				   struct sneck_note *note)
{
	STACK_OF(X509) * certs;
	X509 *der;
	const void *p = data.len != 0 ? (const void *)data.p : "";
	BIO *in;
	enum sneck_rc rc = SNECK_E_NO_MEMORY;

	ERR_clear_error();
	*chain = NULL;
	certs = sk_X509_new_null();
	der = sneck__pki_x509(data);
	in = data.len <= INT32_MAX ? BIO_new_mem_buf(p, (int)data.len) : NULL;
	if (der != NULL && certs != NULL && sk_X509_push(certs, der) > 0) {
		der = NULL;
		rc = SNECK_OK;
	} else if (der == NULL && certs != NULL && in != NULL) {
		rc = sneck__pki_fail(SNECK_OK);
		rc = rc == SNECK_OK ? read_pem(certs, in) : rc;
	}
	if (rc == SNECK_OK)
		rc = sneck__pki_chain_of(chain, certs);
	if (rc == SNECK_E_SYNTAX)
		sneck__pki_note(note, "no certificate in there: give PEM, the leaf first");
	else if (rc != SNECK_OK)
		sneck__pki_note(note,
				rc == SNECK_E_CERT_BAD
					? "certificate %d cannot be read: the file is damaged"
					: "no memory for %d certificates",
				sk_X509_num(certs) + 1);
	X509_free(der);
	BIO_free(in);
	sk_X509_pop_free(certs, X509_free);
	return sneck__pki_fail(rc);
}

enum sneck_rc sneck_pki_chain_load(struct sneck_pki_chain **chain, const char *path,
				   struct sneck_note *note)
{
	uint8_t *data;
	size_t len;
	enum sneck_rc rc = sneck__pki_file_read(path, PKI_OPEN, &data, &len, note);

	*chain = NULL;
	if (rc == SNECK_OK)
		rc = sneck_pki_chain_read(chain, sneck_span_of(data, len), note);
	OPENSSL_clear_free(data, len); /* a key may be in there too */
	return rc;
}

const struct sneck_span *sneck_pki_chain_certs(const struct sneck_pki_chain *chain, size_t *n)
{
	*n = chain->n_certs;
	return chain->certs;
}

enum sneck_rc sneck_pki_chain_write(const struct sneck_pki_chain *chain, void *dst, size_t cap,
				    size_t *len)
{
	BIO *out;
	bool ok;
	enum sneck_rc rc;

	ERR_clear_error();
	*len = 0;
	out = BIO_new(BIO_s_mem());
	ok = out != NULL;
	for (size_t i = 0; ok && i < chain->n_certs; i++)
		ok = PEM_write_bio(out, PEM_STRING_X509, "", chain->certs[i].p,
				   (long)chain->certs[i].len) > 0;
	rc = ok ? sneck__pki_copy_out(out, dst, cap, len) : sneck__pki_fail(SNECK_E_NO_MEMORY);
	BIO_free(out);
	return rc;
}

void sneck_pki_chain_close(struct sneck_pki_chain *chain)
{
	if (chain == NULL)
		return;
	for (size_t i = 0; i < chain->n_certs; i++)
		OPENSSL_free((void *)(uintptr_t)chain->certs[i].p);
	for (size_t i = 0; i < chain->n_names; i++)
		OPENSSL_free((void *)(uintptr_t)chain->names[i]);
	OPENSSL_free((void *)(uintptr_t)chain->ocsp.p);
	OPENSSL_free(chain->certs);
	OPENSSL_free(chain->names);
	OPENSSL_free(chain);
}

enum sneck_rc sneck_pki_credential(struct sneck_credential *credential,
				   const struct sneck_pki_chain *chain,
				   const struct sneck_pki_key *key, struct sneck_note *note)
{
	const uint8_t *der = chain->certs[0].p;
	const bool raw = chain->type == SNECK_RAW_PUBLIC_KEY;
	X509 *leaf;
	EVP_PKEY *pkey;
	enum sneck_rc rc = SNECK_OK;

	ERR_clear_error();
	leaf = raw ? NULL : sneck__pki_x509(chain->certs[0]);
	pkey = raw	      ? d2i_PUBKEY(NULL, &der, (long)chain->certs[0].len)
	       : leaf != NULL ? X509_get0_pubkey(leaf)
			      : NULL;
	if (pkey == NULL || sneck__pki_kind(pkey) == PKI_NONE) {
		rc = SNECK_E_CERT_TYPE;
		sneck__pki_note(note, "the certificate has a kind of key that is not served: "
				      "use P-256, P-384, P-521, Ed25519, Ed448 or RSA");
	} else if (EVP_PKEY_eq(pkey, key->pkey) != 1) {
		rc = SNECK_E_CERT_KEY;
		sneck__pki_note(note, "the private key is not that of the first certificate: "
				      "give the pair, and the leaf first");
	}
	if (raw)
		EVP_PKEY_free(pkey);
	X509_free(leaf);
	rc = sneck__pki_fail(rc);
	if (rc == SNECK_OK)
		*credential = (struct sneck_credential){
			SNECK_CREDENTIAL_INIT,
			.type = chain->type,
			.ocsp = chain->ocsp,
			.chain = chain->certs,
			.n_chain = chain->n_certs,
			.signer = &key->signer,
			.names = chain->n_names != 0 ? chain->names : NULL,
			.n_names = chain->n_names,
		};
	return rc;
}

enum sneck_rc sneck__pki_chain_of(struct sneck_pki_chain **chain, STACK_OF(X509) * certs)
{
	struct sneck_pki_chain *c = OPENSSL_zalloc(sizeof *c);
	enum sneck_rc rc = SNECK_E_NO_MEMORY;

	if (c != NULL)
		rc = fill(c, certs);
	if (rc == SNECK_OK)
		*chain = c;
	else
		sneck_pki_chain_close(c);
	return rc;
}

/* Blocks of other kinds, keys among them, are passed over. */
static enum sneck_rc read_pem(STACK_OF(X509) * certs, BIO *in)
{
	char *label, *header;
	unsigned char *data;
	long len;

	while (PEM_read_bio(in, &label, &header, &data, &len) == 1) {
		const bool is_cert = strcmp(label, PEM_STRING_X509) == 0;
		X509 *cert = is_cert ? sneck__pki_x509(sneck_span_of(data, (size_t)len)) : NULL;

		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(data, (size_t)len);
		if (is_cert && (cert == NULL || sk_X509_push(certs, cert) <= 0)) {
			const bool bad = cert == NULL;

			X509_free(cert);
			return sneck__pki_fail(bad ? SNECK_E_CERT_BAD : SNECK_E_NO_MEMORY);
		}
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return sneck__pki_fail(SNECK_E_CERT_BAD);
	return sneck__pki_fail(sk_X509_num(certs) > 0 ? SNECK_OK : SNECK_E_SYNTAX);
}

static enum sneck_rc fill(struct sneck_pki_chain *chain, STACK_OF(X509) * certs)
{
	const size_t n = (size_t)sk_X509_num(certs);

	chain->certs = OPENSSL_zalloc(n * sizeof *chain->certs);
	if (chain->certs == NULL)
		return SNECK_E_NO_MEMORY;
	for (; chain->n_certs < n; chain->n_certs++) {
		unsigned char *der = NULL;
		const int len = i2d_X509(sk_X509_value(certs, (int)chain->n_certs), &der);

		if (len <= 0)
			return SNECK_E_NO_MEMORY;
		chain->certs[chain->n_certs] = sneck_span_of(der, (size_t)len);
	}
	return fill_names(chain, sk_X509_value(certs, 0));
}

static enum sneck_rc fill_names(struct sneck_pki_chain *chain, const X509 *leaf)
{
	GENERAL_NAMES *sans = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	const int n = sans != NULL ? sk_GENERAL_NAME_num(sans) : 0;
	bool ok = true;

	if (n > 0)
		chain->names = OPENSSL_zalloc((size_t)n * sizeof *chain->names);
	ok = n == 0 || chain->names != NULL;
	for (int i = 0; ok && i < n; i++) {
		struct pki_name name;

		if (!sneck__pki_name_text(&name, sk_GENERAL_NAME_value(sans, i)))
			continue;
		chain->names[chain->n_names] = OPENSSL_strdup(name.text);
		ok = chain->names[chain->n_names] != NULL;
		chain->n_names += ok;
	}
	GENERAL_NAMES_free(sans);
	return sneck__pki_fail(ok ? SNECK_OK : SNECK_E_NO_MEMORY);
}
