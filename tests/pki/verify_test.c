/* SPDX-License-Identifier: MIT */
/* The verifier: what it accepts, and every refusal with its code and a sentence. N39.
 * What costs too much or is too weak is in limits_test.c. */
#include <pthread.h>
#include <stdlib.h>

#include "judge.h"

static void accepts_a_chain(void **state)
{
	struct sneck_span mixed[2];
	struct sneck_note why;

	(void)state;
	assert_int_equal(judge_server(chain, "a.example", &why), SNECK_OK);
	assert_string_equal(why.text, "valid until 2026-12-20 14:13 UTC, issued by CN=Test Mid");
	assert_int_equal(
		judge_odd(odd_leaf(key->pkey, "digitalSignature", "serverAuth", "CA:FALSE"), NULL),
		SNECK_OK);
	mixed[0] = chain->certs[0], mixed[1] = chain->certs[1]; /* without the root */
	assert_int_equal(judge(&(struct ask){ trust, mixed, 2, span_of("a.example"), 0,
					      SNECK_SERVER, NULL }),
			 SNECK_OK);
	mixed[1] = chain->certs[2]; /* the intermediate is missing */
	assert_int_equal(judge(&(struct ask){ trust, mixed, 2, span_of("a.example"), 0,
					      SNECK_SERVER, &why }),
			 SNECK_E_CERT_ISSUER);
	assert_non_null(strstr(why.text, "which CN=Test Mid issued"));
}

static void n39_names(void **state)
{
	static const char *const good[] = { "a.example", "A.Example.",	"b.w.example",
					    "192.0.2.1", "2001:db8::1", "2001:DB8:0:0::1" };
	static const char *const bad[] = {
		"b.example", "example",	     "a.a.example", "w.example",   "c.b.w.example",
		"192.0.2.2", "2001:db8::2",  "cn.example",  "*.w.example", "xa.example",
		".example",  "f1.v.example", "10.0.0.1",
	};
	struct sneck_pki_chain *c = chain_of(
		odd_below_ca(&(struct odd){
			.cn = "cn.example",
			.pkey = key->pkey,
			.exts = { { "subjectAltName", "DNS:a.example,DNS:*.w.example,IP:192.0.2.1,"
						      "IP:2001:db8::1,DNS:f*.v.example,"
						      "DNS:10.0.0.1" } } }),
		NULL, NULL);
	struct sneck_note why;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(judge_server(c, good[i], NULL), SNECK_OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (judge_server(c, bad[i], &why) != SNECK_E_CERT_NAME)
			fail_msg("%s: %s", bad[i], why.text);
	assert_string_equal(why.text,
			    "the certificate is for a.example, *.w.example, 192.0.2.1, "
			    "2001:db8::1, 10.0.0.1 and not for 10.0.0.1: ask for one of its names");
	assert_int_equal(judge_server(c, "a\x1b.example", &why), SNECK_E_CERT_NAME);
	assert_string_equal(why.text, "a\\x1B.example is no host name and no IP address");
	assert_int_equal(judge(&(struct ask){ trust, c->certs, 1, sneck_span_of("a.example\0x", 11),
					      0, SNECK_SERVER, NULL }),
			 SNECK_E_CERT_NAME);
	assert_int_equal(judge(&(struct ask){ trust, c->certs, 1, nothing, 0, SNECK_SERVER, NULL }),
			 SNECK_OK);
	sneck_pki_chain_close(c);
}

/* A common name alone names nobody; a NUL inside a name hides nothing. */
static void n39_common_name_and_nul(void **state)
{
	static const char san[] = "DER:300F820D612E6578616D706C65002E6576"; /* a.example\0.ev */
	struct odd o = { .cn = "a.example", .pkey = key->pkey };
	struct sneck_note why;

	(void)state;
	assert_int_equal(judge_odd(odd_below_ca(&o), &why), SNECK_E_CERT_NAME);
	assert_non_null(strstr(why.text, "is for no name at all and not for a.example"));
	o.exts[0][0] = "subjectAltName";
	o.exts[0][1] = san;
	assert_int_equal(judge_odd(odd_below_ca(&o), NULL), SNECK_E_CERT_NAME);
}

static void refuses_by_date(void **state)
{
	struct sneck_note why;

	(void)state;
	assert_int_equal(
		judge(&(struct ask){ trust, chain->certs, 3, span_of("a.example"),
				     NOW_MS + 91 * (uint64_t)86400000, SNECK_SERVER, &why }),
		SNECK_E_CERT_EXPIRED);
	assert_non_null(strstr(why.text, "expired on 2026-12-20 14:13 UTC"));
	assert_int_equal(judge(&(struct ask){ trust, chain->certs, 3, span_of("a.example"),
					      NOW_MS - 7200000, SNECK_SERVER, &why }),
			 SNECK_E_CERT_NOT_YET);
	assert_non_null(strstr(why.text, "begins on 2026-09-21 13:13 UTC"));
	assert_int_equal(judge(&(struct ask){ trust, chain->certs, 3, span_of("a.example"), 1,
					      SNECK_SERVER, NULL }),
			 SNECK_E_CERT_NOT_YET);
	assert_int_not_equal(judge(&(struct ask){ trust, chain->certs, 3, span_of("a.example"),
						  UINT64_MAX, SNECK_SERVER, NULL }),
			     SNECK_OK);
}

static void refuses_unknown_issuers(void **state)
{
	struct sneck_pki_key *other = make_key(SNECK_KEY_P256);
	struct sneck_pki_chain *false_ca = make_chain(other, NULL, NULL, NULL); /* same subject */
	struct sneck_pki_chain *c = make_chain(key, "a.example", false_ca, other);
	struct sneck_pki_chain *alone = make_chain(key, "a.example", NULL, NULL);
	struct sneck_note why;

	(void)state;
	assert_int_equal(judge_server(c, "a.example", NULL), SNECK_E_CERT_ISSUER);
	c->n_certs = 1;
	assert_int_equal(judge_server(c, "a.example", &why), SNECK_E_CERT_ISSUER);
	assert_non_null(strstr(why.text, "no trusted issuer of certificate 1"));
	c->n_certs = 2;
	assert_int_equal(judge_server(alone, "a.example", &why), SNECK_E_CERT_ISSUER);
	assert_non_null(strstr(why.text, "(CN=a.example) is self-signed and not trusted"));
	sneck_pki_chain_close(alone);
	sneck_pki_chain_close(c);
	sneck_pki_chain_close(false_ca);
	sneck_pki_key_close(other);
}

static void refuses_a_bad_signature(void **state)
{
	uint8_t forged[2048];
	struct sneck_span cert = { forged, chain->certs[0].len };
	struct sneck_span all[] = { cert, chain->certs[1] };

	(void)state;
	memcpy(forged, chain->certs[0].p, cert.len);
	forged[cert.len - 1] ^= 1;
	assert_int_equal(
		judge(&(struct ask){ trust, all, 2, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_E_CERT_BAD);
	all[0].len--;
	assert_int_equal(
		judge(&(struct ask){ trust, all, 2, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_E_CERT_BAD);
	all[0] = chain->certs[0], all[1] = span_of("no certificate");
	assert_int_equal(
		judge(&(struct ask){ trust, all, 2, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_E_CERT_BAD);
	assert_int_equal(
		judge(&(struct ask){ trust, all, 0, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_E_CERT_BAD);
}

static void trusts_a_leaf_as_anchor(void **state)
{
	struct sneck_pki_chain *alone = make_chain(key, "a.example", NULL, NULL);
	struct sneck_pki_trust *of_self = trust_of(alone->certs, 1, NULL, 0);
	struct sneck_pki_trust *of_leaf = trust_of(chain->certs, 1, NULL, 0);
	struct sneck_pki_trust *of_mid = trust_of(mid->certs, 1, NULL, 0);
	const struct sneck_span name = span_of("a.example");

	(void)state;
	assert_int_equal(judge(&(struct ask){ of_self, alone->certs, 1, name, 0, 1, NULL }), 0);
	assert_int_equal(judge(&(struct ask){ of_leaf, chain->certs, 1, name, 0, 1, NULL }), 0);
	assert_int_equal(judge(&(struct ask){ of_mid, chain->certs, 2, name, 0, 1, NULL }), 0);
	assert_int_equal(
		judge(&(struct ask){ of_self, alone->certs, 1, span_of("b.example"), 0, 1, NULL }),
		SNECK_E_CERT_NAME);
	assert_int_equal(judge(&(struct ask){ of_leaf, alone->certs, 1, name, 0, 1, NULL }),
			 SNECK_E_CERT_ISSUER);
	sneck_pki_trust_close(of_mid);
	sneck_pki_trust_close(of_leaf);
	sneck_pki_trust_close(of_self);
	sneck_pki_chain_close(alone);
}

static void refuses_wrong_usage(void **state)
{
	struct sneck_pki_chain *c;
	struct sneck_note why;
	const struct sneck_pki_cert client = {
		SNECK_PKI_CERT_INIT, .for_client = 1, .common_name = "someone",
		.now_ms = NOW_MS,    .issuer = ca,    .issuer_key = ca_key,
	};

	(void)state;
	assert_int_equal(sneck_pki_cert_make(&c, key, &client, NULL), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ trust, c->certs, 1, nothing, 0, SNECK_SERVER, &why }),
			 SNECK_E_CERT_USAGE);
	assert_int_equal(judge(&(struct ask){ trust, c->certs, 1, nothing, 0, SNECK_CLIENT, NULL }),
			 SNECK_OK);
	assert_int_equal(
		judge(&(struct ask){ trust, chain->certs, 2, nothing, 0, SNECK_CLIENT, NULL }),
		SNECK_E_CERT_USAGE);
	sneck_pki_chain_close(c);
	assert_int_equal(
		judge_odd(odd_leaf(key->pkey, "keyEncipherment", "serverAuth", "CA:FALSE"), &why),
		SNECK_E_CERT_USAGE);
	assert_non_null(strstr(why.text, "does not allow signatures"));
	assert_int_equal(judge_odd(odd_leaf(key->pkey, "digitalSignature,keyCertSign", "serverAuth",
					    "CA:TRUE"),
				   &why),
			 SNECK_E_CERT_USAGE);
	assert_non_null(strstr(why.text, "an authority's certificate as its own"));

	/* a leaf that issues, and one whose key usage alone says that it may */
	c = make_chain(mid_key, "b.example", ca, ca_key);
	for (size_t i = 0; i < 2; i++) {
		X509 *above =
			i == 0 ? sneck__pki_x509(c->certs[0])
			       : odd_leaf(mid_key->pkey, "keyCertSign", "serverAuth", "CA:FALSE");
		X509 *x = leaf_below(above, mid_key->pkey);
		struct sneck_pki_chain *two = chain_of(x, above, NULL);

		assert_int_equal(judge_server(two, "a.example", NULL), SNECK_E_CERT_USAGE);
		sneck_pki_chain_close(two);
	}
	sneck_pki_chain_close(c);
}

/* RFC 5280, 6.1.4 k: the key usage alone does not make an issuer. */
static void refuses_an_issuer_without_basic_constraints(void **state)
{
	X509 *above = odd_below_ca(&(struct odd){ .cn = "Half CA",
						  .pkey = mid_key->pkey,
						  .exts = { { "keyUsage", "keyCertSign" } } });
	X509 *x = leaf_below(above, mid_key->pkey);
	struct sneck_pki_chain *c = chain_of(x, above, NULL);
	struct sneck_note why;

	(void)state;
	assert_int_equal(judge_server(c, "a.example", &why), SNECK_E_CERT_USAGE);
	assert_string_equal(why.text, "certificate 2 (CN=Half CA): invalid CA certificate");
	sneck_pki_chain_close(c);
}

static void refuses_name_constraints(void **state)
{
	static const char *const rule[] = { "permitted;DNS:b.example", "excluded;DNS:a.example",
					    "permitted;DNS:a.example" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		X509 *above = odd_below_ca(
			&(struct odd){ .cn = "Bound CA",
				       .pkey = mid_key->pkey,
				       .exts = { { "basicConstraints", "critical,CA:TRUE" },
						 { "nameConstraints", rule[i] } } });
		X509 *x = leaf_below(above, mid_key->pkey);
		struct sneck_pki_chain *c = chain_of(x, above, NULL);

		assert_int_equal(judge_server(c, "a.example", NULL),
				 i < 2 ? SNECK_E_CERT_USAGE : SNECK_OK);
		sneck_pki_chain_close(c);
	}
}

static void pin_of(uint8_t pin[32], const struct sneck_pki_key *k)
{
	uint8_t *spki = NULL;
	const int len = i2d_PUBKEY(k->pkey, &spki);

	assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, spki, (size_t)len, pin, NULL), 1);
	OPENSSL_free(spki);
}

static void pins(void **state)
{
	uint8_t of[3][32] = { { 1 } };
	const struct sneck_span name = span_of("a.example");
	struct sneck_pki_trust *t;
	struct sneck_note why;

	(void)state;
	pin_of(of[1], key);
	pin_of(of[2], ca_key);
	t = trust_of(NULL, 0, (const uint8_t(*)[32])of, 2); /* the leaf, by its key alone */
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 1, name, 0, 1, &why }), SNECK_OK);
	assert_string_equal(why.text, "the key of certificate 1 is pinned");
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 3, span_of("b.c"), 1, 1, NULL }),
			 SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, mid->certs, 1, name, 0, 1, &why }),
			 SNECK_E_CERT_REFUSED);
	assert_non_null(strstr(why.text, "none of the keys is pinned"));
	sneck_pki_trust_close(t);
	t = trust_of(NULL, 0, (const uint8_t(*)[32])of[2], 1); /* not one behind the leaf */
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 3, name, 0, 1, NULL }),
			 SNECK_E_CERT_REFUSED);
	sneck_pki_trust_close(t);
	t = trust_of(ca->certs, 1, (const uint8_t(*)[32])of[2], 1); /* with anchors: any */
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, name, 0, 1, NULL }), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, span_of("b.c"), 0, 1, NULL }),
			 SNECK_E_CERT_NAME);
	sneck_pki_trust_close(t);
	t = trust_of(ca->certs, 1, (const uint8_t(*)[32])of, 1);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, name, 0, 1, NULL }),
			 SNECK_E_CERT_REFUSED);
	sneck_pki_trust_close(t);
}

/* What was parsed before serves the same bytes only, for as long as nobody else needs the slot. */
static void remembers_parsing_alone(void **state)
{
	struct pki_cache *cache = sneck__pki_cache_open();
	struct sneck_pki_chain *first = make_chain(key, "a.example", NULL, NULL);
	struct sneck_span der = first->certs[0];
	uint8_t other[2048];
	X509 *a = sneck__pki_cache_x509(cache, der), *b = sneck__pki_cache_x509(cache, der), *c;

	(void)state;
	assert_non_null(a);
	assert_ptr_equal(a, b);
	memcpy(other, der.p, der.len);
	other[der.len - 20] ^= 1; /* the same slot */
	c = sneck__pki_cache_x509(cache, sneck_span_of(other, der.len));
	assert_ptr_not_equal(a, c);
	X509_free(b);
	b = sneck__pki_cache_x509(cache, der);
	assert_ptr_not_equal(b, a);
	assert_ptr_not_equal(b, c);
	assert_null(sneck__pki_cache_x509(cache, sneck_span_of(der.p, 9)));
	assert_null(sneck__pki_cache_x509(cache, nothing));
	X509_free(a);
	X509_free(b);
	X509_free(c);
	sneck__pki_cache_close(cache);
	sneck_pki_chain_close(first);
}

static void *judge_often(void *unused)
{
	static int bad;
	struct sneck_cert_entry entries[2] = { { .der = chain->certs[0] },
					       { .der = chain->certs[1] } };
	const struct sneck_chain c = { .certs = entries,
				       .n_certs = 2,
				       .name = span_of("a.example"),
				       .now_ms = NOW_MS,
				       .peer_role = SNECK_SERVER };

	(void)unused;
	for (size_t i = 0; i < 50; i++)
		if (sneck__pki_judge(trust, &c, NULL, NULL) != SNECK_OK)
			return &bad;
	return NULL;
}

static void verifier_serves_all_threads(void **state)
{
	pthread_t threads[4];
	void *result;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, judge_often, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
}

static void skip_verify(void **state)
{
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .insecure_skip_verify = 1 };
	struct sneck_span junk = span_of("junk");
	struct sneck_pki_trust *t;

	(void)state;
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 1, span_of("\n"), 1, 1, NULL }),
			 SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, &junk, 1, nothing, 0, 1, NULL }),
			 SNECK_E_CERT_BAD);
	sneck_pki_trust_close(t);
}

static void open_refuses(void **state)
{
	const char *files[] = { "no/such/file" };
	const struct sneck_span junk = span_of("junk");
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1 };
	struct sneck_pki_trust *t;
	struct sneck_note note;

	(void)state;
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_CONFIG);
	assert_non_null(strstr(note.text, "nothing would be trusted"));
	o.files = files, o.n_files = 1;
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_SYSTEM);
	assert_non_null(strstr(note.text, "no/such/file"));
	files[0] = "pki_verify_test.pem";
	write_file(files[0], "nothing", 7);
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_SYNTAX);
	write_file(files[0], "-----BEGIN CERTIFICATE-----\nAA", 30);
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_SYNTAX);
	assert_int_equal(remove(files[0]), 0);
	o.n_files = 0, o.anchors = &junk, o.n_anchors = 1;
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_CERT_BAD);
	o.size++;
	assert_int_equal(sneck_pki_trust_open(&t, &o, &note), SNECK_E_SIZE);
	assert_null(t);
}

static void system_store_and_files(void **state)
{
	const char *const path = "pki_verify_ca.pem";
	const char *const files[] = { path };
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT };
	const struct sneck_span name = span_of("a.example");
	struct sneck_pki_trust *t;
	char pem[4096];
	size_t len;

	(void)state;
	assert_int_equal(sneck_pki_chain_write(ca, pem, sizeof pem, &len), SNECK_OK);
	write_file(path, pem, len);
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, name, 0, 1, NULL }),
			 SNECK_E_CERT_ISSUER);
	sneck_pki_trust_close(t);
	assert_int_equal(setenv("SSL_CERT_FILE", path, 1), 0);
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, name, 0, 1, NULL }), SNECK_OK);
	sneck_pki_trust_close(t);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
	o.no_system = 1, o.files = files, o.n_files = 1;
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	assert_int_equal(judge(&(struct ask){ t, chain->certs, 2, name, 0, 1, NULL }), SNECK_OK);
	sneck_pki_trust_close(t);
	assert_int_equal(remove(path), 0);
}

static void schemes(void **state)
{
	const struct sneck_verifier *v = sneck_pki_trust_verifier(trust);
	static const uint16_t want[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804,
					 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0 };
	static const uint16_t inside[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808,
					   0x0804, 0x0805, 0x0806, 0x0809, 0x080a,
					   0x080b, 0x0401, 0x0501, 0x0601, 0 };

	(void)state;
	assert_memory_equal(v->schemes, want, sizeof want);
	assert_memory_equal(v->cert_schemes, inside, sizeof inside);
}

/* The subjects of the anchors, each once, as they stand in the certificates. RFC 9846, 4.3.4 */
static void names_to_announce(void **state)
{
	const struct sneck_span anchors[] = { ca->certs[0], chain->certs[0], ca->certs[0] };
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1, .announce = 1,
					     .anchors = anchors, .n_anchors = 3 };
	const struct sneck_verifier *v;
	struct sneck_pki_trust *t;

	(void)state;
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	v = sneck_pki_trust_verifier(t);
	assert_int_equal(v->n_ca_names, 2);
	for (size_t i = 0; i < 2; i++) {
		X509 *const x = sneck__pki_x509(anchors[i]);
		unsigned char *der = NULL;
		const int len = i2d_X509_NAME(X509_get_subject_name(x), &der);

		assert_int_equal(v->ca_names[i].len, len);
		assert_memory_equal(v->ca_names[i].p, der, (size_t)len);
		OPENSSL_free(der);
		X509_free(x);
	}
	sneck_pki_trust_close(t);
	o.announce = 0;
	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_trust_verifier(t)->n_ca_names, 0);
	sneck_pki_trust_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_chain),
		cmocka_unit_test(n39_names),
		cmocka_unit_test(n39_common_name_and_nul),
		cmocka_unit_test(refuses_by_date),
		cmocka_unit_test(refuses_unknown_issuers),
		cmocka_unit_test(refuses_a_bad_signature),
		cmocka_unit_test(trusts_a_leaf_as_anchor),
		cmocka_unit_test(refuses_wrong_usage),
		cmocka_unit_test(refuses_an_issuer_without_basic_constraints),
		cmocka_unit_test(refuses_name_constraints),
		cmocka_unit_test(pins),
		cmocka_unit_test(remembers_parsing_alone),
		cmocka_unit_test(verifier_serves_all_threads),
		cmocka_unit_test(skip_verify),
		cmocka_unit_test(open_refuses),
		cmocka_unit_test(system_store_and_files),
		cmocka_unit_test(schemes),
		cmocka_unit_test(names_to_announce),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
