/* SPDX-License-Identifier: MIT */
/* build.h: what a build may leave out. CMake's options drop files and say so here; a table names
 * the rows of such a file inside IF_X(), and a branch that would call into it begins with BUILD_X,
 * which a compiler takes out. No other line of the core knows of an option. */
#ifndef SNECK_BUILD_H
#define SNECK_BUILD_H

#ifdef SNECK_NO_CLIENT
#define BUILD_CLIENT	 0
#define ONLY_CLIENT(row) NULL
#else
#define BUILD_CLIENT	 1
#define ONLY_CLIENT(row) row
#endif

#ifdef SNECK_NO_SERVER
#define BUILD_SERVER	 0
#define ONLY_SERVER(row) NULL
#else
#define BUILD_SERVER	 1
#define ONLY_SERVER(row) row
#endif

#ifdef SNECK_NO_KEX_EPHEMERAL /* (EC)DHE with certificates: those, and all signatures */
#define BUILD_CERTS 0
#define IF_CERTS(...)
#else
#define BUILD_CERTS   1
#define IF_CERTS(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_KEX_PSK /* psk_ke */
#define BUILD_KEX_PSK 0
#else
#define BUILD_KEX_PSK 1
#endif

#ifdef SNECK_NO_KEX_PSK_EPHEMERAL /* psk_dhe_ke */
#define BUILD_KEX_PSK_DHE 0
#else
#define BUILD_KEX_PSK_DHE 1
#endif

#define BUILD_PSK (BUILD_KEX_PSK || BUILD_KEX_PSK_DHE)
#if defined(SNECK_NO_KEX_PSK) && defined(SNECK_NO_KEX_PSK_EPHEMERAL)
#define IF_PSK(...)
#else
#define IF_PSK(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_TICKETS /* sessions; needs a mode with pre-shared keys, or TLS 1.2 */
#define BUILD_TICKETS 0
#else
#define BUILD_TICKETS 1
#endif

#ifdef SNECK_NO_EARLY_DATA /* needs tickets */
#define BUILD_EARLY_DATA 0
#define IF_EARLY_DATA(...)
#else
#define BUILD_EARLY_DATA   1
#define IF_EARLY_DATA(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_RAW_KEYS /* RFC 7250: ext/cert_type.c */
#define BUILD_RAW_KEYS 0
#define IF_RAW_KEYS(...)
#else
#define BUILD_RAW_KEYS	 1
#define IF_RAW_KEYS(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_COMPRESSION /* RFC 8879: ext/compress.c and the files named packed.c */
#define BUILD_COMPRESSION 0
#define IF_COMPRESSION(...)
#else
#define BUILD_COMPRESSION   1
#define IF_COMPRESSION(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_TLS12 /* files with 12 in their names, and the extensions of TLS 1.2 alone */
#define BUILD_TLS12 0
#define IF_TLS12(...)
#else
#define BUILD_TLS12   1
#define IF_TLS12(...) __VA_ARGS__,
#endif

#if BUILD_TICKETS && BUILD_TLS12 /* sessions of TLS 1.2 */
#define BUILD_TICKETS12	  1
#define IF_TICKETS12(...) __VA_ARGS__,
#else
#define BUILD_TICKETS12 0
#define IF_TICKETS12(...)
#endif

#define BUILD_NEEDS_PSK (BUILD_PSK || BUILD_TICKETS12) /* conn/psk.c: keys, or session ids */

#ifdef SNECK_NO_TLS13 /* files with 13 in their names, and what belongs to it alone */
#define BUILD_TLS13 0
#define IF_TLS13(...)
#else
#define BUILD_TLS13   1
#define IF_TLS13(...) __VA_ARGS__,
#endif

#if BUILD_TICKETS && BUILD_TLS13
#define BUILD_TICKETS13	  1
#define IF_TICKETS13(...) __VA_ARGS__,
#else
#define BUILD_TICKETS13 0
#define IF_TICKETS13(...)
#endif

#endif
