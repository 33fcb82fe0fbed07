// SPDX-License-Identifier: GPL-2.0-only
/* getrandom: flags, lengths, and that nothing repeats. */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static long getrandom_(void *buf, size_t n, unsigned int flags)
{
	return syscall(SYS_getrandom, buf, n, flags);
}

int main(void)
{
	static unsigned char big[100000];
	static uint64_t words[1000];
	unsigned int counts[256] = { 0 }, low = ~0u, high = 0;
	int repeats = 0, p[2];
	uint64_t mine, childs;
	pid_t pid;

	ok(getrandom_(big, sizeof(big), 0) == (long)sizeof(big), "100,000 bytes at once");
	for (size_t i = 0; i < sizeof(big); i++)
		counts[big[i]]++;
	for (int i = 0; i < 256; i++) {
		low = counts[i] < low ? counts[i] : low;
		high = counts[i] > high ? counts[i] : high;
	}
	ok(low > 250 && high < 550, "each value about 390 times (%u to %u)", low, high);
	for (int i = 0; i < 1000; i++)
		getrandom_(&words[i], 8, 0);
	for (int i = 0; i < 1000; i++)
		for (int k = 0; k < i; k++)
			repeats += words[i] == words[k];
	ok(!repeats, "a thousand requests, no word twice");
	ok(getrandom_(big, 0, 0) == 0, "no bytes");
	ok(getrandom_(big, 8, 1) == 8 && getrandom_(big, 8, 2) == 8 && getrandom_(big, 8, 4) == 8,
	   "GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE");
	ok(failed_with(getrandom_(big, 8, 8), EINVAL) && failed_with(getrandom_(big, 8, 6), EINVAL),
	   "unknown flags, contradicting flags");
	ok(failed_with(getrandom_((void *)8, 8, 0), EFAULT), "a bad pointer");

	ok(pipe(p) == 0, "a pipe");
	pid = fork();
	if (!pid) {
		getrandom_(&childs, 8, 0);
		_exit(write(p[1], &childs, 8) != 8);
	}
	getrandom_(&mine, 8, 0);
	ok(read(p[0], &childs, 8) == 8 && mine != childs, "parent and child get different ones");
	waitpid(pid, NULL, 0);
	return ktap_done();
}
