// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin for QEMU's emulation that counts how often each block of instructions runs.
 *
 * Idea: QEMU translates guest code in blocks without jumps. For each block it asks us once; we note
 * its address and length and have a counter raised whenever it runs. Nothing is sampled: the sums
 * are exact, but for the rare block that a fault leaves half-way.
 * Counting goes on between the first run of the block at address `start` and the next one at `stop`
 * (hexadecimal arguments; without them all the time). When QEMU ends, one line for each block goes
 * to the file `out`: its address, its instructions, how often it ran.
 * Start at: qemu_plugin_install(). Run by tools/profile, with one CPU.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU's plugin interface, version 1; the header is not packaged everywhere. */
struct qemu_plugin_tb;
typedef uint64_t plugin_id;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*call)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*call)(unsigned int cpu, void *data), int flags,
					  void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*call)(plugin_id, void *), void *data);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

struct block {
	struct block *next;
	uint64_t address, instructions, runs;
};

static struct block *blocks; /* every translation; the same code may be translated again */
static uint64_t start, stop;
static int counting, started;
static char *out;

static void count(unsigned int cpu, void *data)
{
	struct block *block = data;

	if (block->address == start && !started)
		counting = started = 1;
	else if (block->address == stop)
		counting = 0;
	block->runs += counting;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));

	block->address = qemu_plugin_tb_vaddr(tb);
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, count, 0, block);
}

static void write_all(plugin_id id, void *unused)
{
	FILE *file = fopen(out, "w");

	if (!file)
		return;
	for (struct block *block = blocks; block; block = block->next)
		if (block->runs)
			fprintf(file, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", block->address,
				block->instructions, block->runs);
	fclose(file);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
							       int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
		else if (!strncmp(argv[i], "start=", 6))
			start = strtoull(argv[i] + 6, NULL, 16);
		else if (!strncmp(argv[i], "stop=", 5))
			stop = strtoull(argv[i] + 5, NULL, 16);
	}
	if (!out)
		return 1;
	counting = !start;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, write_all, NULL);
	return 0;
}
