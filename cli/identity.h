/* SPDX-License-Identifier: MIT */
/* identity.h: who we are: pairs of --cert and --key as credentials of a config. */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include <sneck/pki.h>

#include "options.h"

struct identity {
	struct sneck_pki_key *keys[LIST_MAX];
	struct sneck_pki_chain *chains[LIST_MAX];
	struct sneck_credential credentials[LIST_MAX];
	struct sneck_pki_chain *raw; /* the first key without a certificate; NULL: not shown */
	struct sneck_credential raw_credential;
	const struct sneck_credential *list[LIST_MAX + 1]; /* that, and then the others */
	size_t n, n_list;
};

/* Reads the pairs that the options name. Returns 0 or the exit code. */
int identity_load(struct identity *id, const struct options *o);

/* Takes a chain and its key that lie in slot id->n; whose they are on failure does not matter: the
 * command ends. Returns 0 or the exit code. */
int identity_add(struct identity *id, const struct options *o);

/* Shows the first key also without its certificate, to who accepts that. Returns as above. */
int identity_raw(struct identity *id, const struct options *o);

void identity_close(struct identity *id);

#endif
