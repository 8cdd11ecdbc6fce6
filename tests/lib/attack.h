/* SPDX-License-Identifier: MIT */
/* attack.h: one line says how a man in the middle changes a flow, who must notice, and as what. */
#ifndef TESTS_LIB_ATTACK_H
#define TESTS_LIB_ATTACK_H

#include "lib/edit.h"

enum act {
	ACT_DROP = 1,
	ACT_DUP,
	ACT_SWAP,      /* with the unit behind it */
	ACT_SET,       /* bytes at `at` */
	ACT_XOR,       /* the byte at `at`, with bytes[0] */
	ACT_TRUNC,     /* the last `at` bytes go; the header knows */
	ACT_GROW,      /* `bytes` behind; the header knows */
	ACT_REPLACE,   /* the whole by bytes */
	ACT_GLUE,      /* bytes in the same record behind it */
	ACT_BEFORE,    /* a record of `content` before it, */
	ACT_AFTER,     /* and behind it, `count` times */
	ACT_INTERRUPT, /* such a record between its two halves */
	ACT_PROT,      /* protected if it was not, and the reverse */
	ACT_RAW,       /* bytes as they are, in its place */
	ACT_EXT_ADD,   /* in front; with `at` behind the last */
	ACT_EXT_DEL,
	ACT_EXT_SET,
	ACT_LATE, /* a record of `content` in a connection that is up */
	ACT_LATE_RAW
};

struct attack {
	const char *name;
	bool by_server; /* whose bytes are changed */
	uint8_t msg;	/* handshake type; 0: the unit of type `content` */
	uint8_t content, act;
	bool plain; /* for records that are added */
	uint16_t ext;
	size_t at, n;
	const char *bytes;
	unsigned count; /* 0: 1 */
	bool self;	/* not the receiver notices, but the sender whose bytes are changed */
	bool up;	/* the victim may have been connected before */
	bool alpn, no_name, rsa;
	bool old;	    /* TLS 1.2 */
	bool retry, cookie; /* the flow has a HelloRetryRequest, and its state is in a cookie */
	uint8_t fragment;   /* what the client asks for, RFC 6066 */
	uint8_t auth;	    /* of the client: enum sneck_client_auth */
	void (*begin)(struct pair *p); /* changes the configs, or makes them anew */
	uint32_t wants;		       /* the client's verifier: SNECK_VERIFIER_WANTS_* */
	uint8_t nth;		       /* which of the messages of that type: 0 the first */
	enum sneck_rc rc;
	uint8_t alert;
};

#define B(text)	   .bytes = (text), .n = sizeof(text) - 1u
#define E(r, a)	   .rc = SNECK_E_##r, .alert = (a)
#define ADD(x)	   .act = ACT_EXT_ADD, .ext = (x)
#define DEL(x)	   .act = ACT_EXT_DEL, .ext = (x)
#define SET_EXT(x) .act = ACT_EXT_SET, .ext = (x)
#define BEFORE(c)  .act = ACT_BEFORE, .content = (c)
#define LATE(c)	   .act = ACT_LATE, .content = (c)

/* Edits an extension, as ACT_EXT_* says, for hooks of their own. */
void attack_ext(struct unit *u, const struct attack *a);

/* Plays a flow with the attack and checks how it ends. */
void attack_run(struct pair *p, const struct attack *a);
/* The same from other configs, which begin() makes. */
void attack_from(struct pair *p, const struct attack *a, void (*begin)(struct pair *p));
/* All of a table. */
void attack_all(struct pair *p, const struct attack *a, size_t n, const char *what);
#define ATTACK_ALL(p, table) attack_all(p, table, sizeof(table) / sizeof((table)[0]), #table)
/* The test attacks_TABLE, in a file whose pair is p. */
#define ATTACK_TEST(table)                                                                         \
	static void attacks_##table(void **state)                                                  \
	{                                                                                          \
		(void)state;                                                                       \
		ATTACK_ALL(&p, table);                                                             \
	}

#endif
