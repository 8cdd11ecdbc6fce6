/* SPDX-License-Identifier: MIT */
/* help.h: the pages of --help, one screen each, in help.c. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

extern const char help_sneck[], help_serve[], help_connect[], help_doctor[];

#endif
