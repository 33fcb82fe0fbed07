// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting up a CPU: descriptor tables, task state segment, control registers, system call
 * registers, SMAP patching.
 *
 * Data: each CPU has a GDT, a TSS and two interrupt stacks (double fault, NMI) in its per-CPU area;
 * all share one IDT.
 * Rules: a CR4 bit is set only when CPUID has it (an emulated CPU hangs otherwise).
 * Linux: arch/x86/kernel/cpu/common.c. Intel SDM volume 3, 3.5, 6.14, 7.2.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/msr.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/pgtable.h"
#include "kernel/x86/tlbflush.h"

#define IST_DOUBLE_FAULT 1
#define IST_NMI          2
#define IST_STACK_SIZE   8192

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7]; /* ist[n - 1] is IST n */
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;
} __packed;

struct gdt {
	u64 entry[10];
};

struct ist_stacks {
	u64 words[2][IST_STACK_SIZE / 8];
};

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

struct table_register {
	u16 limit;
	u64 base;
} __packed;

DEFINE_PER_CPU(int, cpu_number);
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned long, cpu_current_top_of_stack); /* entry.asm: stack of SYSCALL */
DEFINE_PER_CPU(unsigned long, user_rsp_scratch);         /* entry.asm */
static DEFINE_PER_CPU_ALIGNED(struct tss, cpu_tss);
static DEFINE_PER_CPU_ALIGNED(struct gdt, cpu_gdt);
static DEFINE_PER_CPU_ALIGNED(struct ist_stacks, ist_stacks);

unsigned long __per_cpu_offset[NR_CPUS];
unsigned int nr_cpu_ids = 1;
u64 cpu_online_mask = 1;

static struct gate idt[256] __aligned(16);
extern const u64 entry_vectors[256];
void syscall_entry(void);

static void set_gate(unsigned int vector, u64 target, unsigned int ist, unsigned int dpl)
{
	struct gate *g = &idt[vector];

	g->offset_low = target;
	g->offset_middle = target >> 16;
	g->offset_high = target >> 32;
	g->selector = __KERNEL_CS;
	g->ist = ist;
	g->type = 0x8e | dpl << 5; /* present, interrupt gate */
}

static void load_idt(void)
{
	struct table_register idtr = { sizeof(idt) - 1, (u64)idt };

	__asm__ __volatile__("lidt %0" : : "m"(idtr));
}

static void idt_init(void)
{
	for (unsigned int vector = 0; vector < 256; vector++)
		set_gate(vector, entry_vectors[vector], 0, 0);
	set_gate(2, entry_vectors[2], IST_NMI, 0);
	set_gate(8, entry_vectors[8], IST_DOUBLE_FAULT, 0);
	set_gate(3, entry_vectors[3], 0, 3);
	set_gate(4, entry_vectors[4], 0, 3);
}

/* The word at the top of an IST stack is the GS base that entry.asm loads: rule 2 there. */
static u64 ist_stack_top(int which)
{
	u64 *top = this_cpu_ptr(&ist_stacks)->words[which] + IST_STACK_SIZE / 8;

	top[-2] = this_cpu_read(this_cpu_off);
	return (u64)(top - 2);
}

static void gdt_and_tss_init(void)
{
	struct tss *tss = this_cpu_ptr(&cpu_tss);
	u64 *gdt = this_cpu_ptr(&cpu_gdt)->entry;
	struct table_register gdtr = { sizeof(cpu_gdt) - 1, (u64)gdt };
	u64 base = (u64)tss, limit = sizeof(*tss) - 1;

	tss->ist[IST_DOUBLE_FAULT - 1] = ist_stack_top(0);
	tss->ist[IST_NMI - 1] = ist_stack_top(1);
	tss->io_bitmap = sizeof(*tss); /* none */
	gdt[__KERNEL_CS / 8] = 0x00af9b000000ffff;
	gdt[__KERNEL_DS / 8] = 0x00cf93000000ffff;
	gdt[__USER32_CS / 8] = 0x00cffb000000ffff;
	gdt[__USER_DS / 8] = 0x00cff3000000ffff;
	gdt[__USER_CS / 8] = 0x00affb000000ffff;
	gdt[GDT_TSS / 8] = (limit & 0xffff) | (base & 0xffffff) << 16 | 0x89ull << 40 |
			   (base >> 24 & 0xff) << 56;
	gdt[GDT_TSS / 8 + 1] = base >> 32;
	__asm__ __volatile__("lgdt %0\n\t"
			     "pushq %1\n\t"
			     "leaq 1f(%%rip), %%rax\n\t"
			     "pushq %%rax\n\t"
			     "lretq\n"
			     "1: movl %2, %%ss\n\t"
			     "movl %3, %%ds\n\t"
			     "movl %3, %%es\n\t"
			     "ltr %w4"
			     :
			     : "m"(gdtr), "i"(__KERNEL_CS), "r"(__KERNEL_DS), "r"(0), "r"(GDT_TSS)
			     : "rax", "memory");
}

static void control_registers_init(void)
{
	unsigned long cr4 = read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;

	write_cr0((read_cr0() & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP | X86_CR0_NE | X86_CR0_WP |
		  X86_CR0_AM);
	if (cpu_has(X86_FEATURE_PGE))
		cr4 |= X86_CR4_PGE;
	if (cpu_has(X86_FEATURE_SMEP))
		cr4 |= X86_CR4_SMEP;
	if (cpu_has(X86_FEATURE_SMAP))
		cr4 |= X86_CR4_SMAP;
	if (cpu_has(X86_FEATURE_UMIP))
		cr4 |= X86_CR4_UMIP;
	if (cpu_has(X86_FEATURE_FSGSBASE))
		cr4 |= X86_CR4_FSGSBASE;
	write_cr4(cr4);
}

static void syscall_init(void)
{
	wrmsrl(MSR_EFER, rdmsrl(MSR_EFER) | EFER_SCE);
	/* SYSCALL loads CS from bits 32-47 and SS 8 above; SYSRET CS 16 above bits 48-63, SS 8. */
	wrmsrl(MSR_STAR, (u64)__USER32_CS << 48 | (u64)__KERNEL_CS << 32);
	wrmsrl(MSR_LSTAR, (u64)syscall_entry);
	wrmsrl(MSR_SYSCALL_MASK, X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | X86_EFLAGS_IOPL |
					 X86_EFLAGS_NT | X86_EFLAGS_AC | X86_EFLAGS_RF);
}

void cpu_init(void)
{
	int cpu = raw_smp_processor_id();

	if (cpu == 0)
		idt_init();
	gdt_and_tss_init();
	/* Loading selectors may clear the bases. */
	wrmsrl(MSR_GS_BASE, per_cpu_offset(cpu));
	wrmsrl(MSR_KERNEL_GS_BASE, 0);
	load_idt();
	control_registers_init();
	syscall_init();
	fpu_init_cpu();
}

/* Called at each switch: where the kernel is entered while the task runs in user mode. */
void load_task_stack(unsigned long top)
{
	this_cpu_write(cpu_current_top_of_stack, top);
	this_cpu_ptr(&cpu_tss)->rsp[0] = top;
}

/* A place in the code that opens or closes user memory under SMAP. */
struct smap_site {
	s32 where;
	u32 kind; /* 1: stac, 0: clac */
};

extern const struct smap_site __start_smap_sites[], __stop_smap_sites[];

void apply_alternatives(void)
{
	if (!cpu_has(X86_FEATURE_SMAP))
		return;
	for (const struct smap_site *site = __start_smap_sites; site < __stop_smap_sites; site++) {
		u8 *code = (u8 *)&site->where + site->where;

		ASSERT(code[0] == 0x0f && code[1] == 0x1f && code[2] == 0x00);
		code[1] = 0x01;
		code[2] = site->kind ? 0xcb : 0xca;
	}
}
