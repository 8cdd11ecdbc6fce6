/* SPDX-License-Identifier: MIT */
/* sneck/sneck.h: the core in one line, with nothing of its own. The optional layers are included
 * by name, because each allocates or needs a library of its own: sneck/pki.h, sneck/uv.h.
 */
#ifndef SNECK_SNECK_H
#define SNECK_SNECK_H

#include "base.h"
#include "crypto.h"
#include "config.h"
#include "cursor.h"
#include "state.h"
#include "conn.h"
#include "external.h"
#include "info.h"
#include "pump.h"
#include "session.h"
#include "split.h"

#endif
