/* SPDX-License-Identifier: MIT */
/* path_test.c: G22: the verifier on C2SP/x509-limbo and Netflix/bettertls. The files are not in
 * this tree: SNECK_VECTORS names the folder that has them in a folder "x509"; without it the test
 * says so and is skipped. What comes out otherwise than the suite says is in path.txt, a line each
 * with its reason; any other difference fails, and so does a line that is no difference any more.
 */
#include <stdio.h>
#include <time.h>

#include <jansson.h>

#include "judge.h"

#define BETTERTLS_MS                                                                               \
	UINT64_C(1795244400000) /* 2026-11-21T07:00:00Z: its chains live for a year                \
				 */
#define CERTS 512u

static struct {
	struct sneck_pki_chain *list[CERTS];
	struct sneck_span der[CERTS];
	size_t n;
} certs;

static void forget(void)
{
	for (size_t i = 0; i < certs.n; i++)
		sneck_pki_chain_close(certs.list[i]);
	certs.n = 0;
}

/* False: it cannot even be read. */
static bool add(struct sneck_span data)
{
	assert_true(certs.n < CERTS);
	if (sneck_pki_chain_read(&certs.list[certs.n], data, NULL) != SNECK_OK)
		return false;
	certs.der[certs.n] = certs.list[certs.n]->certs[0];
	certs.n++;
	return true;
}

static struct sneck_span text(const json_t *value)
{
	return sneck_span_of(json_string_value(value), json_string_length(value));
}

/* ---- what is known to differ ---- */

static char known[64][200];
static bool seen[64];
static size_t n_known;

static void read_known(void)
{
	FILE *const f = fopen(SOURCE_DIR "/tests/pki/path.txt", "r");

	assert_non_null(f);
	while (n_known < 64 && fgets(known[n_known], sizeof known[0], f) != NULL)
		if (known[n_known][0] != '#' && known[n_known][0] != '\n')
			n_known++;
	(void)fclose(f);
}

/* "accepts ID" or "rejects ID" begins its line; an ID may end in a star. */
static bool is_known(const char *what, const char *id)
{
	for (size_t i = 0; i < n_known; i++) {
		const size_t verb = strlen(what);
		const char *const line = known[i] + verb + 1;
		const size_t len = strcspn(line, " *");

		if (strncmp(known[i], what, verb) != 0 || strncmp(line, id, len) != 0 ||
		    (line[len] != '*' && id[len] != '\0'))
			continue;
		seen[i] = true;
		return true;
	}
	return false;
}

static struct count {
	unsigned judged, agree, known;
	unsigned fresh;
} count;

static void compare(const char *id, bool wanted, int reason)
{
	const bool got = reason == 0;

	count.judged++;
	if (got == wanted) {
		count.agree++;
	} else if (is_known(got ? "accepts" : "rejects", id)) {
		count.known++;
	} else {
		count.fresh++;
		print_error("%s %s %s\n", got ? "accepts" : "rejects", id, sneck_rc_name(reason));
	}
}

/* ---- the suites ---- */

static int judge_case(struct sneck_pki_trust *t, size_t from, struct sneck_span name,
		      uint64_t now_ms, int peer)
{
	struct sneck_cert_entry entries[CERTS] = { { .der = { NULL, 0 } } };
	const struct sneck_chain c = {
		.certs = entries,
		.n_certs = certs.n - from,
		.name = name,
		.now_ms = now_ms,
		.peer_role = (uint8_t)peer,
	};
	const struct sneck_verifier *const v = sneck_pki_trust_verifier(t);
	struct sneck_verdict verdict = { 0 };

	for (size_t i = from; i < certs.n; i++)
		entries[i - from].der = certs.der[i];
	assert_int_equal(v->verify(v->ctx, &c, &verdict), SNECK_OK);
	assert_int_equal(verdict.chain == SNECK_CHAIN_VALID, verdict.reason == 0);
	return verdict.reason;
}

/* "2024-01-01T00:00:00+00:00" */
static uint64_t time_of(const json_t *value)
{
	const char *const s = json_string_value(value);
	struct tm tm = { 0 };

	if (s == NULL)
		return (uint64_t)time(NULL) * 1000u;
	assert_int_equal(sscanf(s, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
				&tm.tm_hour, &tm.tm_min, &tm.tm_sec),
			 6);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (uint64_t)timegm(&tm) * 1000u;
}

static bool is_server(const json_t *t)
{
	return strcmp(json_string_value(json_object_get(t, "validation_kind")), "SERVER") == 0;
}

static int limbo_reason(const json_t *t)
{
	const json_t *const anchors = json_object_get(t, "trusted_certs");
	const json_t *const others = json_object_get(t, "untrusted_intermediates");
	const json_t *const name = json_object_get(t, "expected_peer_name");
	const json_t *const depth = json_object_get(t, "max_chain_depth");
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1 };
	struct sneck_pki_trust *own;
	const json_t *one;
	size_t i, n;
	int reason;

	json_array_foreach(anchors, i, one) if (!add(text(one))) return SNECK_E_CERT_BAD;
	n = certs.n;
	o.anchors = certs.der;
	o.n_anchors = n;
	if (json_is_integer(depth))
		o.max_depth =
			(uint8_t)(json_integer_value(depth) > 8 ? 8 : json_integer_value(depth));
	if (sneck_pki_trust_open(&own, &o, NULL) != SNECK_OK)
		return SNECK_E_CERT_BAD;
	reason = add(text(json_object_get(t, "peer_certificate"))) ? 0 : SNECK_E_CERT_BAD;
	json_array_foreach(others, i, one) if (reason == 0 && !add(text(one))) reason =
		SNECK_E_CERT_BAD;
	if (reason == 0)
		reason = judge_case(own, n,
				    json_is_object(name) ? text(json_object_get(name, "value"))
							 : sneck_span_of("", 0),
				    time_of(json_object_get(t, "validation_time")),
				    is_server(t) ? SNECK_SERVER : SNECK_CLIENT);
	sneck_pki_trust_close(own);
	return reason;
}

/* The same chain, judged by libcrypto alone, name and purpose included: what we accept against a
 * suite must be a laxity of its. The anchors are the first n. */
static bool libcrypto_accepts(const json_t *t, size_t n)
{
	X509_STORE *const store = X509_STORE_new();
	X509_STORE_CTX *const ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *const others = sk_X509_new_null();
	const json_t *const name = json_object_get(t, "expected_peer_name");
	X509_VERIFY_PARAM *param;
	X509 *x[CERTS];
	bool good;

	for (size_t i = 0; i < certs.n; i++) {
		x[i] = sneck__pki_x509(certs.der[i]);
		if (i < n)
			assert_int_equal(X509_STORE_add_cert(store, x[i]), 1);
		else if (i > n)
			assert_true(sk_X509_push(others, x[i]) > 0);
	}
	assert_int_equal(X509_STORE_CTX_init(ctx, store, x[n], others), 1);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(
		param, (time_t)(time_of(json_object_get(t, "validation_time")) / 1000u));
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	assert_int_equal(X509_STORE_CTX_set_purpose(ctx, is_server(t) ? X509_PURPOSE_SSL_SERVER
								      : X509_PURPOSE_SSL_CLIENT),
			 1);
	if (json_is_object(name)) {
		const char *const value = json_string_value(json_object_get(name, "value"));
		const bool ip = strcmp(json_string_value(json_object_get(name, "kind")), "IP") == 0;

		assert_int_equal(ip ? X509_VERIFY_PARAM_set1_ip_asc(param, value)
				    : X509_VERIFY_PARAM_set1_host(param, value, 0),
				 1);
	}
	good = X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(others);
	for (size_t i = 0; i < certs.n; i++)
		X509_free(x[i]);
	return good;
}

static json_t *load(const char *file)
{
	const char *const root = getenv("SNECK_VECTORS");
	char path[600];
	json_t *all;

	(void)snprintf(path, sizeof path, "%s/x509/%s", root, file);
	all = json_load_file(path, 0, NULL);
	if (all == NULL)
		fail_msg("%s cannot be read", path);
	return all;
}

static void report(const char *suite)
{
	const struct count c = count;

	count = (struct count){ 0 };
	print_message("%s: %u judged, %u as it says, %u differ as listed\n", suite, c.judged,
		      c.agree, c.known);
	assert_int_equal(c.fresh, 0);
}

static void g22_limbo(void **state)
{
	json_t *const all = load("limbo.json");
	const json_t *t;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "testcases"), i, t)
	{
		const bool wanted = strcmp(json_string_value(json_object_get(t, "expected_result")),
					   "SUCCESS") == 0;

		const int reason = limbo_reason(t);

		compare(json_string_value(json_object_get(t, "id")), wanted, reason);
		if (reason == 0 && !wanted &&
		    !libcrypto_accepts(t, json_array_size(json_object_get(t, "trusted_certs")))) {
			print_error("%s: libcrypto does not accept it\n",
				    json_string_value(json_object_get(t, "id")));
			count.fresh++;
		}
		forget();
	}
	json_decref(all);
	report("x509-limbo");
}

static struct sneck_span base64(const json_t *value, uint8_t *mem, size_t cap)
{
	const struct sneck_span in = text(value);
	const int n = EVP_DecodeBlock(mem, in.p, (int)in.len);
	size_t pad = 0;

	assert_true(n > 0 && (size_t)n <= cap);
	while (pad < 2 && in.p[in.len - 1u - pad] == '=')
		pad++;
	return sneck_span_of(mem, (size_t)n - pad);
}

static void bettertls(const char *file, const char *suite)
{
	static uint8_t mem[8192];
	json_t *const all = load(file);
	struct sneck_pki_trust *own;
	const json_t *t;
	struct sneck_span root;
	size_t i;

	assert_true(add(base64(json_object_get(all, "trustRoot"), mem, sizeof mem)));
	root = certs.der[0];
	own = trust_of(&root, 1, NULL, 0);
	json_array_foreach(json_object_get(json_object_get(json_object_get(all, "suites"), suite),
					   "testCases"),
			   i, t)
	{
		const json_t *const list = json_object_get(t, "certificates"), *one;
		const bool wanted =
			strcmp(json_string_value(json_object_get(t, "expected")), "ACCEPT") == 0;
		char id[100];
		int reason = 0;
		size_t k;

		(void)snprintf(id, sizeof id, "%s::%lld", suite,
			       (long long)json_integer_value(json_object_get(t, "id")));
		json_array_foreach(list, k, one) if (!add(base64(one, mem, sizeof mem))) reason =
			SNECK_E_CERT_BAD;
		if (reason == 0)
			reason = judge_case(own, 1, text(json_object_get(t, "hostname")),
					    BETTERTLS_MS, SNECK_SERVER);
		if (json_is_true(json_object_get(t, "failureIsWarning")) && (reason == 0) != wanted)
			count.known++, count.judged++; /* it leaves that to us */
		else
			compare(id, wanted, reason);
		while (certs.n > 1)
			sneck_pki_chain_close(certs.list[--certs.n]);
	}
	sneck_pki_trust_close(own);
	forget();
	json_decref(all);
	report(file);
}

static void g22_bettertls_paths(void **state)
{
	(void)state;
	bettertls("bettertls-pathbuilding.json", "pathbuilding");
}

static void g22_bettertls_names(void **state)
{
	(void)state;
	bettertls("bettertls-nameconstraints-sample.json", "nameconstraints");
}

static void all_listed_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_known; i++)
		if (!seen[i])
			fail_msg("no difference any more: %s", known[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(g22_limbo),
		cmocka_unit_test(g22_bettertls_paths),
		cmocka_unit_test(g22_bettertls_names),
		cmocka_unit_test(all_listed_are_seen),
	};

	if (getenv("SNECK_VECTORS") == NULL) {
		(void)fprintf(stderr, "SNECK_VECTORS is not set: skipped\n");
		return 77;
	}
	read_known();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
