/* SPDX-License-Identifier: MIT */
/* head.c: the five bytes in front of every record. RFC 9846, 5.1. Each byte is judged as soon as it
 * is there, so that who speaks something else hears it at once and a wrong length keeps no memory.
 * What an unprotected ChangeCipherSpec or alert may do is conn/'s to decide. */
#include "rec.h"

#include "../wire/rd.h"

/* struct {
 *     ContentType type;
 *     ProtocolVersion legacy_record_version;
 *     uint16 length;
 *     opaque fragment[TLSPlaintext.length];
 * } TLSPlaintext;
 *
 * Under a key only application_data is a protected record, and only ChangeCipherSpec may come
 * without protection (RFC 9846, 5): an alert or message that anybody could have sent counts for
 * nothing. In TLS 1.2 every record is protected then, and says what it is, with the version that is
 * spoken (RFC 5246, 6.2.1). RFC 9846, 5.1: otherwise the minor version MUST be ignored. */
enum sneck_rc sneck__rec_head(struct rec_head *head, const uint8_t *p, size_t n, int first,
			      enum rec_guard guard)
{
	const uint16_t max = guard != REC_PLAIN ? BOUND_CIPHER : BOUND_PLAIN;
	struct rd r;

	if (p[0] < CT_CCS || p[0] > CT_APP_DATA)
		return first ? SNECK_E_NOT_TLS : SNECK_E_UNEXPECTED;
	if (p[0] == CT_APP_DATA && guard == REC_PLAIN)
		return SNECK_E_UNEXPECTED;
	if (p[0] != CT_APP_DATA && p[0] != CT_CCS && guard == REC_INNER)
		return SNECK_E_BAD_MAC; /* not protected: as one that does not open */
	if (n >= 2 && p[1] != 3)
		return first ? SNECK_E_NOT_TLS : SNECK_E_ILLEGAL;
	if (n >= 3 && guard == REC_OUTER && p[2] != 3)
		return SNECK_E_ILLEGAL;
	if (n < BOUND_RECORD_HEAD)
		return SNECK_WANT_INPUT;
	rd_init(&r, sneck_span_of(p, BOUND_RECORD_HEAD));
	head->type = rd_u8(&r);
	(void)rd_u16(&r);
	head->len = rd_u16(&r);
	return head->len <= max ? SNECK_OK : SNECK_E_RECORD_SIZE;
}
