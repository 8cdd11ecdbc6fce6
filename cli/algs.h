/* SPDX-License-Identifier: MIT */
/* algs.h: suites, groups and schemes as people name them, and whether the provider has them. */
#ifndef CLI_ALGS_H
#define CLI_ALGS_H

#include <sneck/config.h>
#include <sneck/crypto.h>

#include <stdbool.h>

/* One kind of algorithm: its list, best first, with short names besides the library's. */
struct kind {
	const char *what; /* "suite" */
	const char *(*name)(int id);
	bool (*has)(const struct sneck_provider *p, uint16_t id);
	struct alg {
		uint16_t id; /* 0 ends the list */
		const char *shorts[3];
		const char *needs; /* what would help where it is missing; NULL: nothing known */
	} algs[16];
};
extern const struct kind suite_kind, group_kind, scheme_kind;

/* The entry that is nearest to name; *off is how far it is. Case, hyphens and underscores do not
 * count. */
const struct alg *algs_nearest(const struct kind *kind, const char *name, size_t len,
			       unsigned *off);

/* "NAME: needs libcrypto >= 3.5" of an algorithm that is missing. */
enum { WHY_MAX = 128 };
void algs_why(char dst[WHY_MAX], const struct kind *kind, uint16_t id);

#endif
