/* SPDX-License-Identifier: MIT */
/* needs.h: what a test needs of the build. Behind cmocka.h. */
#ifndef TESTS_LIB_NEEDS_H
#define TESTS_LIB_NEEDS_H

#include "build.h"

#define BUILD_BOTH (BUILD_CLIENT && BUILD_SERVER)

/* Nothing is left out: then no config of a test may be SNECK_E_UNSUPPORTED. */
#define BUILD_WHOLE                                                                                \
	(BUILD_BOTH && BUILD_CERTS && BUILD_KEX_PSK && BUILD_KEX_PSK_DHE && BUILD_TICKETS &&       \
	 BUILD_EARLY_DATA && BUILD_RAW_KEYS && BUILD_COMPRESSION && BUILD_TLS12 && BUILD_TLS13)

/* The test ends here, as skipped, in a build without it. */
#define NEEDS(built)                                                                               \
	do {                                                                                       \
		if (!(built)) {                                                                    \
			skip();                                                                    \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#endif
