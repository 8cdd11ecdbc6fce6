/* SPDX-License-Identifier: MIT */
/* exporter.c: TLS-Exporter(label, context, length). RFC 9846, 7.5:
 *
 *   HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context), length)
 */
#include "exporter.h"

#include "../bounds.h"
#include "../crypto/hkdf.h"
#include "../crypto/transcript.h"
#include "../wire/ct.h"

static enum sneck_rc digest(uint8_t *out, const struct sneck_hash *hash, struct sneck_span in)
{
	struct transcript t;
	enum sneck_rc rc;

	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, hash);
	if (rc == SNECK_OK)
		rc = sneck__transcript_add(&t, in);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, out);
	sneck__transcript_wipe(&t);
	return rc;
}

enum sneck_rc sneck__exporter(uint8_t *out, size_t out_len, const struct sneck_hash *hash,
			      const uint8_t *exporter_secret, const char *label,
			      struct sneck_span context)
{
	uint8_t derived[BOUND_HASH], d[BOUND_HASH];
	enum sneck_rc rc;

	SNECK_TRY(digest(d, hash, sneck_span_of(NULL, 0)));
	rc = sneck__hkdf_expand_label(derived, hash->len, hash, exporter_secret, label,
				      sneck_span_of(d, hash->len));
	if (rc == SNECK_OK)
		rc = digest(d, hash, context);
	if (rc == SNECK_OK)
		rc = sneck__hkdf_expand_label(out, out_len, hash, derived, "exporter",
					      sneck_span_of(d, hash->len));
	sneck__ct_wipe(derived, sizeof derived);
	return rc;
}
