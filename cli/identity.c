/* SPDX-License-Identifier: MIT */
/* Chains and keys from files, as credentials in the order in which they were given: the first that
 * fits the name asked for, and what the peer can check, is taken. */
#include "identity.h"
#include "out.h"

int identity_add(struct identity *id, const struct options *o)
{
	struct sneck_credential *const c = &id->credentials[id->n];
	struct sneck_note why = { "" };

	if (id->n == 0 && o->ocsp != NULL &&
	    sneck_pki_chain_staple_load(id->chains[0], o->ocsp, &why) != SNECK_OK)
		return out_fail_file(o->verb, o->ocsp, why.text);
	if (sneck_pki_credential(c, id->chains[id->n], id->keys[id->n], &why) != SNECK_OK)
		return out_fail(CODE_USAGE, o->verb, "%s", why.text);
	id->list[id->n_list++] = c;
	id->n++;
	return 0;
}

int identity_raw(struct identity *id, const struct options *o)
{
	struct sneck_note why = { "" };

	if (sneck_pki_raw_chain(&id->raw, id->keys[0]) != SNECK_OK ||
	    sneck_pki_credential(&id->raw_credential, id->raw, id->keys[0], &why) != SNECK_OK)
		return out_fail(CODE_CHECK, o->verb, "cannot show the key without its certificate");
	for (size_t i = id->n_list++; i > 0; i--)
		id->list[i] = id->list[i - 1];
	id->list[0] = &id->raw_credential;
	return 0;
}

int identity_load(struct identity *id, const struct options *o)
{
	struct sneck_note why = { "" };
	int rc = 0;

	while (rc == 0 && id->n < o->n_certs) {
		const char *const cert = o->certs[id->n], *const key = o->keys[id->n];

		if (sneck_pki_chain_load(&id->chains[id->n], cert, &why) != SNECK_OK)
			return out_fail_file(o->verb, cert, why.text);
		if (sneck_pki_key_load(&id->keys[id->n], key, &why) != SNECK_OK)
			return out_fail_file(o->verb, key, why.text);
		rc = identity_add(id, o);
	}
	return rc;
}

void identity_close(struct identity *id)
{
	for (size_t i = 0; i < LIST_MAX; i++) { /* one that was not complete, too */
		sneck_pki_chain_close(id->chains[i]);
		sneck_pki_key_close(id->keys[i]);
	}
	sneck_pki_chain_close(id->raw);
	id->n = id->n_list = 0;
}
