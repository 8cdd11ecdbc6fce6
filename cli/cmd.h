/* SPDX-License-Identifier: MIT */
/* cmd.h: the verbs. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "options.h"

int cmd_serve(const struct options *o);
int cmd_connect(const struct options *o);
int cmd_doctor(const struct options *o);

#endif
