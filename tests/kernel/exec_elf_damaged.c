// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged ELF files: exec refuses them or the program dies, and the kernel stands.
 *
 * Idea: a tiny program is made in memory, byte by byte; then first chosen fields get chosen bad
 * values, and after that random bytes of the headers change, from a fixed seed. Whatever comes out
 * is run in a child with limits; only the undamaged file must succeed.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <stddef.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define BASE 0x400000ul

static struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[4];
	unsigned char code[64];
} good;

static char name[] = "/tmp/exec_elf_damaged.XXXXXX";

static void make_good(void)
{
	/* mov edi, [bss]; add edi, 42; mov eax, 60; syscall */
	static const unsigned char code[] = { 0x8b, 0x3c, 0x25, 0x00, 0x20, 0x40, 0x00, 0x83, 0xc7,
					      42,   0xb8, 60,   0,    0,    0,    0x0f, 0x05 };

	memset(&good, 0, sizeof(good));
	memcpy(good.eh.e_ident, ELFMAG, SELFMAG);
	good.eh.e_ident[EI_CLASS] = ELFCLASS64;
	good.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	good.eh.e_ident[EI_VERSION] = EV_CURRENT;
	good.eh.e_type = ET_EXEC;
	good.eh.e_machine = EM_X86_64;
	good.eh.e_version = EV_CURRENT;
	good.eh.e_entry = BASE + offsetof(struct image, code);
	good.eh.e_phoff = offsetof(struct image, ph);
	good.eh.e_ehsize = sizeof(Elf64_Ehdr);
	good.eh.e_phentsize = sizeof(Elf64_Phdr);
	good.eh.e_phnum = 3;
	good.ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
				   .p_flags = PF_R | PF_X,
				   .p_vaddr = BASE,
				   .p_filesz = sizeof(good),
				   .p_memsz = sizeof(good),
				   .p_align = 4096 };
	good.ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
				   .p_flags = PF_R | PF_W,
				   .p_vaddr = BASE + 0x1000,
				   .p_filesz = sizeof(good),
				   .p_memsz = 0x3000,
				   .p_align = 4096 };
	good.ph[2] = (Elf64_Phdr){ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };
	memcpy(good.code, code, sizeof(code));
}

/* 'e': exec was refused; else the wait status. A damaged program may spin: it has a second. */
static int run_for(const void *image, size_t size, rlim_t seconds)
{
	struct rlimit cpu = { seconds, seconds }, as = { 512ul << 20, 512ul << 20 },
		      none = { 0, 0 };
	int fd = open(name, O_WRONLY | O_TRUNC), status;
	pid_t pid;

	if (fd < 0 || write(fd, image, size) != (ssize_t)size)
		return -1;
	close(fd);
	pid = fork();
	if (!pid) {
		char *argv[] = { name, NULL }, *envp[] = { NULL };

		setrlimit(RLIMIT_CPU, &cpu);
		setrlimit(RLIMIT_AS, &as);
		setrlimit(RLIMIT_CORE, &none);
		alarm(3 * (unsigned int)seconds);
		execve(name, argv, envp);
		_exit('e');
	}
	waitpid(pid, &status, 0);
	return status;
}

static int run(const void *image, size_t size)
{
	return run_for(image, size, 1);
}

/* For those that end by themselves: the limits are far off, whatever the host does meanwhile. */
static int run_to_its_end(const void *image, size_t size)
{
	return run_for(image, size, 30);
}

struct field {
	const char *name;
	size_t offset, size;
};

#define EH(f)                                                                                      \
	{                                                                                          \
		"e_" #f, offsetof(struct image, eh.e_##f), sizeof(good.eh.e_##f)                   \
	}
#define PH(i, f)                                                                                   \
	{                                                                                          \
		"ph[" #i "].p_" #f, offsetof(struct image, ph[i].p_##f), sizeof(good.ph[i].p_##f)  \
	}

static const struct field fields[] = {
	EH(type),     EH(machine),  EH(entry),     EH(phoff),     EH(phentsize), EH(phnum),
	PH(0, type),  PH(0, flags), PH(0, offset), PH(0, vaddr),  PH(0, filesz), PH(0, memsz),
	PH(0, align), PH(1, type),  PH(1, flags),  PH(1, offset), PH(1, vaddr),  PH(1, filesz),
	PH(1, memsz), PH(1, align), PH(2, type),   PH(2, offset), PH(2, filesz),
};

static const uint64_t values[] = {
	0,
	1,
	2,
	3,
	4,
	7,
	0x38,
	0xff,
	0x100,
	0xfff,
	0x1000,
	0x1001,
	0x8000,
	0xffff,
	0x10000,
	0x401000,
	0x7fffffff,
	0x80000000,
	0xfffff000,
	0xffffffff,
	0x100000000,
	0x10000000000,
	0x7ffffffde000,
	0x7fffffffe000,
	0x7ffffffff000,
	0x7fffffffffff,
	0x800000000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffff888000000000,
	0xffffffff80000000,
	0xfffffffffffff000,
	0xffffffffffffffff,
};

static void test_fields(void)
{
	int refused = 0, died = 0, ran = 0, strange = 0;

	for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			struct image bad = good;
			int status;

			memcpy((char *)&bad + fields[f].offset, &values[v], fields[f].size);
			status = run(&bad, sizeof(bad));
			if (status == 'e' << 8)
				refused++;
			else if (WIFSIGNALED(status))
				died++;
			else if (WIFEXITED(status))
				ran++;
			else
				strange++;
		}
	}
	ok(!strange, "chosen damage: %d refused, %d died, %d ran", refused, died, ran);
	ok(refused > 50 && died > 50, "some of each");
}

static void test_random(void)
{
	uint64_t seed = 0x1234567;
	int runs = 0;

	for (int i = 0; i < 1500; i++) {
		struct image bad = good;
		unsigned char *bytes = (void *)&bad;
		int n;

		for (n = (int)(seed >> 60) % 6 + 1; n > 0; n--) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			/* Not the magic: that would only be refused at once. */
			bytes[4 + (seed >> 33) % (offsetof(struct image, code) - 4)] =
				(unsigned char)(seed >> 20);
		}
		if (run(&bad, sizeof(bad)) >= 0)
			runs++;
	}
	ok(runs == 1500, "random damage of the headers");
}

static void test_lengths(void)
{
	int bad = 0;

	for (size_t size = 0; size < sizeof(good); size += 3) {
		int status = run_to_its_end(&good, size);

		if (size < offsetof(struct image, ph[2]) && status != 'e' << 8)
			bad++;
	}
	ok(!bad, "a file that is cut within its headers is refused");
}

int main(void)
{
	int fd = mkstemp(name);

	fchmod(fd, 0755);
	close(fd);
	make_good();
	ok(run_to_its_end(&good, sizeof(good)) == 42 << 8,
	   "the undamaged program runs, its bss is zero");
	test_lengths();
	test_fields();
	test_random();
	ok(run_to_its_end(&good, sizeof(good)) == 42 << 8, "and so it does afterwards");
	unlink(name);
	return ktap_done();
}
