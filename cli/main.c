/* SPDX-License-Identifier: MIT */
/* The command `sneck`: a table of verbs. Each verb reads its options and returns an exit code of
 * out.h. */
#include "cmd.h"
#include "help.h"
#include "out.h"

#include <sneck/base.h>

#include <signal.h>
#include <string.h>

static const struct verb {
	const char *name;
	int (*run)(const struct options *o);
} verbs[] = {
	{ "serve", cmd_serve },
	{ "connect", cmd_connect },
	{ "doctor", cmd_doctor },
};

static int run(const struct verb *verb, int argc, char **argv)
{
	static struct options o; /* large, and lent to a config for the life of the process */
	const int rc = options_read(&o, argc, argv);

	return rc >= 0 ? rc : verb->run(&o);
}

int main(int argc, char **argv)
{
	const char *const word = argc < 2 ? "" : argv[1];

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(word, verbs[i].name) == 0)
			return run(&verbs[i], argc - 1, argv + 1);
	if (strcmp(word, "--version") == 0) {
		const unsigned v = sneck_version();

		printf("sneck %u.%u.%u\n", v / 10000, v / 100 % 100, v % 100);
		return CODE_OK;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		fputs(help_sneck, stdout);
		return CODE_OK;
	}
	if (argc < 2)
		return out_fail(CODE_USAGE, NULL, "serve, connect or doctor? see sneck --help");
	return out_fail(CODE_USAGE, NULL,
			"\"%s\" is neither serve, connect nor doctor; see "
			"sneck --help",
			word);
}
