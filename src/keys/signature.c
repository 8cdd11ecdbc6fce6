/* SPDX-License-Identifier: MIT */
/* signature.c: what a CertificateVerify signs. RFC 9846, 4.5.2. */
#include "sched13.h"

size_t sneck__signature_input(uint8_t *tbs, int server, const uint8_t *th, size_t th_len)
{
	static const char context[2][34] = { "TLS 1.3, client CertificateVerify",
					     "TLS 1.3, server CertificateVerify" };

	memset(tbs, 0x20, 64);
	memcpy(tbs + 64, context[server != 0], 34); /* with the zero byte behind it */
	memcpy(tbs + 98, th, th_len);
	return 98 + th_len;
}
