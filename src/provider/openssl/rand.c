/* SPDX-License-Identifier: MIT */
/* rand.c: random bytes of libcrypto's DRBG, which is one per thread and knows about fork. */
#include <openssl/rand.h>

#include "openssl.h"

enum sneck_rc sneck__ossl_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	if (RAND_bytes_ex(NULL, out, len, 0) == 1)
		return SNECK_OK;
	if (len != 0)
		memset(out, 0, len);
	return sneck__ossl_fail(SNECK_E_RANDOM);
}
