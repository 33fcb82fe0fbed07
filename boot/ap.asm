; SPDX-License-Identifier: GPL-2.0-only
;
; How the other CPUs (application processors) come from their start-up interrupt to C.
;
; Idea: a CPU that gets a start-up IPI begins in real mode at the start of a page below 1 MiB.
; kernel/x86/smpboot.c copies the code between ap_trampoline and ap_trampoline_end to such a page;
; it goes straight to long mode with the boot page tables, which map the first GiB at 0 and at
; -2 GiB, and jumps up to ap_start64. That loads what smpboot.c left in ap_start: EFER (with NX, which
; the kernel's page tables need), page tables, per-CPU base and the idle task's stack.
;
; Rules: 1. the trampoline knows its own address only through CS; 2. no stack before ap_start64.
; References: Intel SDM volume 3, 9.4.4 (MP initialisation protocol), 9.8.5 (entering IA-32e mode).

extern boot_pml4
extern boot_gdt
extern start_secondary
extern ap_start                         ; struct ap_start in kernel/x86/smpboot.c

CR0_CD_NW equ 0x60000000                ; caches off, as after INIT
AP_EFER   equ 0
AP_CR3    equ 8
AP_GS     equ 16
AP_STACK  equ 24

section .boot progbits alloc exec write align=16
global ap_trampoline
global ap_trampoline_end
bits 16
ap_trampoline:
	cli
	cld
	mov ax, cs
	mov ds, ax
	o32 lgdt [.gdtr - ap_trampoline]
	mov eax, cr4
	or eax, 1 << 5                  ; PAE
	mov cr4, eax
	mov eax, boot_pml4
	mov cr3, eax
	mov ecx, 0xc0000080             ; EFER
	rdmsr
	or eax, 1 << 8                  ; LME
	wrmsr
	mov eax, cr0
	and eax, ~CR0_CD_NW
	or eax, (1 << 31) | (1 << 16) | 1       ; PG, WP, PE
	mov cr0, eax
	jmp dword 8:ap_start64_low
.gdtr:
	dw 3 * 8 - 1
	dd boot_gdt
ap_trampoline_end:

bits 64
; Out of the low page's reach: this is linked where it is loaded, below 4 GiB.
ap_start64_low:
	mov rax, ap_start64
	jmp rax

section .text
ap_start64:
	mov ax, 16
	mov ss, ax
	xor eax, eax
	mov ds, ax
	mov es, ax
	mov fs, ax
	mov gs, ax
	mov rbx, ap_start
	mov ecx, 0xc0000080             ; EFER
	mov eax, [rbx + AP_EFER]
	mov edx, [rbx + AP_EFER + 4]
	wrmsr
	mov rax, [rbx + AP_CR3]
	mov cr3, rax
	mov ecx, 0xc0000101             ; GS base: this CPU's variables
	mov eax, [rbx + AP_GS]
	mov edx, [rbx + AP_GS + 4]
	wrmsr
	mov rsp, [rbx + AP_STACK]
	xor ebp, ebp                    ; backtraces end here
	call start_secondary

section .note.GNU-stack noalloc noexec nowrite progbits
