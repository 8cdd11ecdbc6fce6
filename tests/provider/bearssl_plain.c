/* SPDX-License-Identifier: MIT */
/* bearssl_plain.c: a processor that has nothing special. Linked with --wrap for each of these
 * getters, it makes the provider take the implementations that run everywhere. */
#include <bearssl.h>

const br_block_ctr_class *__wrap_br_aes_x86ni_ctr_get_vtable(void);
const br_block_ctrcbc_class *__wrap_br_aes_x86ni_ctrcbc_get_vtable(void);
br_ghash __wrap_br_ghash_pclmul_get(void);
br_chacha20_run __wrap_br_chacha20_sse2_get(void);
br_poly1305_run __wrap_br_poly1305_ctmulq_get(void);

const br_block_ctr_class *__wrap_br_aes_x86ni_ctr_get_vtable(void)
{
	return NULL;
}

const br_block_ctrcbc_class *__wrap_br_aes_x86ni_ctrcbc_get_vtable(void)
{
	return NULL;
}

br_ghash __wrap_br_ghash_pclmul_get(void)
{
	return 0;
}

br_chacha20_run __wrap_br_chacha20_sse2_get(void)
{
	return 0;
}

br_poly1305_run __wrap_br_poly1305_ctmulq_get(void)
{
	return 0;
}
