// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command-line options. Every mistake ends the program with the words that the GNU library uses.
 * Start at: next_option().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/options.h"

void start_options(struct options *o, const char *program, const struct option_name *names,
		   char **argv)
{
	*o = (struct options){ .program = program, .names = names, .argv = argv, .at = 1 };
}

void try_help(const struct options *o)
{
	fprintf(stderr, "Try '%s --help' for more information.\n", o->program);
	exit(1);
}

static const struct option_name *find_letter(const struct options *o, int letter)
{
	for (const struct option_name *n = o->names; n->letter; n++)
		if (n->letter == letter)
			return n;
	return NULL;
}

/* A word may be cut short as long as only one option begins so. */
static const struct option_name *find_word(const struct options *o, const char *word, size_t length)
{
	const struct option_name *found = NULL;
	int count = 0;

	for (const struct option_name *n = o->names; n->letter; n++) {
		if (strncmp(n->word, word, length))
			continue;
		if (!n->word[length])
			return n;
		found = n;
		count++;
	}
	if (count == 1)
		return found;
	if (!count) {
		fprintf(stderr, "%s: unrecognized option '--%s'\n", o->program, word);
		try_help(o);
	}
	fprintf(stderr, "%s: option '--%s' is ambiguous; possibilities:", o->program, word);
	for (const struct option_name *n = o->names; n->letter; n++)
		if (!strncmp(n->word, word, length))
			fprintf(stderr, " '--%s'", n->word);
	fputc('\n', stderr);
	try_help(o);
}

static int long_option(struct options *o, const char *word)
{
	size_t length = strcspn(word, "=");
	const struct option_name *name = find_word(o, word, length);

	o->value = word[length] ? word + length + 1 : NULL;
	if (o->value && name->value == VALUE_NONE) {
		fprintf(stderr, "%s: option '--%s' doesn't allow an argument\n", o->program,
			name->word);
		try_help(o);
	}
	if (!o->value && name->value == VALUE_REQUIRED) {
		o->value = o->argv[o->at];
		if (!o->value) {
			fprintf(stderr, "%s: option '--%s' requires an argument\n", o->program,
				name->word);
			try_help(o);
		}
		o->at++;
	}
	return name->letter;
}

static int short_option(struct options *o)
{
	int letter = (unsigned char)*o->cluster++;
	const struct option_name *name = find_letter(o, letter);

	o->value = NULL;
	if (!name) {
		fprintf(stderr, "%s: invalid option -- '%c'\n", o->program, letter);
		try_help(o);
	}
	if (name->value == VALUE_NONE)
		return letter;
	/* What stands behind the letter is its value; else, if it must have one, the next argument. */
	if (*o->cluster)
		o->value = o->cluster;
	else if (name->value == VALUE_REQUIRED && o->argv[o->at])
		o->value = o->argv[o->at++];
	o->cluster = "";
	if (!o->value && name->value == VALUE_REQUIRED) {
		fprintf(stderr, "%s: option requires an argument -- '%c'\n", o->program, letter);
		try_help(o);
	}
	return letter;
}

int next_option(struct options *o)
{
	char *argument;

	if (o->cluster && *o->cluster)
		return short_option(o);
	while ((argument = o->argv[o->at])) {
		o->at++;
		if (!strcmp(argument, "--"))
			break;
		if (!strncmp(argument, "--", 2))
			return long_option(o, argument + 2);
		if (argument[0] == '-' && argument[1]) {
			o->cluster = argument + 1;
			return short_option(o);
		}
		o->argv[++o->rest] = argument;
	}
	while (o->argv[o->at])
		o->argv[++o->rest] = o->argv[o->at++];
	return -1;
}
