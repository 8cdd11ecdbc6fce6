/* SPDX-License-Identifier: MIT */
/* build.h: what a build may leave out. CMake's options drop files and say so here; a table names
 * the rows of such a file inside IF_X(), and a branch that would call into it begins with BUILD_X,
 * which a compiler takes out. No other line of the core knows of an option. */
#ifndef SNECK_BUILD_H
#define SNECK_BUILD_H

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
#define IF_TLS12(...)
#else
#define IF_TLS12(...) __VA_ARGS__,
#endif

#ifdef SNECK_NO_TLS13 /* files with 13 in their names, and what belongs to it alone */
#define IF_TLS13(...)
#else
#define IF_TLS13(...) __VA_ARGS__,
#endif

#endif
