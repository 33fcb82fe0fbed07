// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest program worth stepping through: one write(2) to a pipe or terminal. docs/debugging.md
 * follows it into the kernel and back.
 */
#include <string.h>
#include <unistd.h>

static int greet(const char *text)
{
	ssize_t written = write(STDOUT_FILENO, text, strlen(text));

	return written == (ssize_t)strlen(text) ? 0 : 1;
}

int main(void)
{
	return greet("hello, kernel\n");
}
