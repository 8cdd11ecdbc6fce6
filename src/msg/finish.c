/* SPDX-License-Identifier: MIT */
/* finish.c: Finished. RFC 9846, 4.5.3; RFC 5246, 7.4.9. What is authenticated is keys/sched13.c's
 * and keys/prf12.c's; the messages of TLS 1.3 alone are small13.c. */
#include "finish.h"

#include "../wire/rd.h"
#include "types.h"

/* struct {
 *     opaque verify_data[Hash.length];
 * } Finished;
 */
enum sneck_rc sneck__finished_read(struct sneck_span *verify_data, size_t len,
				   struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*verify_data = rd_take(&r, len);
	return rd_end(&r);
}

void sneck__finished_write(struct wr *w, struct sneck_span verify_data)
{
	wr_u8(w, HT_FINISHED);
	wr_vec(w, 3, verify_data);
}
