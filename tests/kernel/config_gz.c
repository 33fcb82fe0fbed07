// SPDX-License-Identifier: GPL-2.0-only
/* /proc/config.gz, where there is one: programs unpack it with zcat. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "tests/ktap.h"

int main(void)
{
	static char text[300000];
	size_t len;
	FILE *f;

	if (access("/proc/config.gz", R_OK))
		return ktap_skip_all("no /proc/config.gz");
	f = popen("zcat /proc/config.gz", "r");
	len = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	ok(len > 100 && pclose(f) == 0, "zcat unpacks it: its sums are right");
	ok(strstr(text, "\nCONFIG_SYSVIPC=y\n") && strstr(text, "\nCONFIG_POSIX_MQUEUE=y\n") &&
		   strstr(text, "\nCONFIG_UNIX=y\n"),
	   "there are ways to talk");
	f = popen("wc -l < /proc/config.gz", "r");
	ok(f && fgets(text, sizeof(text), f) && pclose(f) == 0, "it can be read in pieces");
	return ktap_done();
}
