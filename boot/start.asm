; SPDX-License-Identifier: GPL-2.0-only
;
; From the boot loader to kmain(): the headers that loaders look for, and the way from 32-bit
; protected mode without paging to 64-bit code in the higher half.
;
; Idea: both loaders enter in 32-bit protected mode. We note who called (EDI: 0 PVH, 1 multiboot2)
; and what it passed (ESI), map the first GiB twice, at 0 and at -2 GiB, with 2 MiB pages, switch to
; long mode and jump up. The real page tables are made later (kernel/x86/paging.c).
;
; References: Multiboot2 specification; PVH: docs/misc/pvh.pandoc of Xen; Intel SDM volume 3, 9.8.5.

KERNEL_BASE   equ 0xffffffff80000000
STACK_SIZE    equ 16384

; ---- multiboot2 header, within the first 32 KiB of the file ----
section .boot.header progbits alloc exec write align=8
header_start:
	dd 0xe85250d6                   ; magic
	dd 0                            ; i386 protected mode
	dd header_end - header_start
	dd -(0xe85250d6 + 0 + (header_end - header_start))
	dw 6, 1                         ; modules page-aligned (optional)
	dd 8
	dw 0, 0                         ; end tag
	dd 8
header_end:

; ---- PVH entry point note: QEMU -kernel ----
section .note.PVH note alloc noexec nowrite align=4
	dd 4, 4, 18                     ; name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY
	db "Xen", 0
	dd pvh_start

section .boot progbits alloc exec write align=16
bits 32
global multiboot_start
pvh_start:
	xor edi, edi
	mov esi, ebx
	jmp start32
multiboot_start:
	mov edi, 1
	mov esi, ebx
start32:
	cli
	cld
	mov esp, boot_stack_end
	; Tables: level 4 entry 0 and 511, level 3 entry 0 and 510, one level 2 for 1 GiB.
	mov dword [boot_pml4], boot_pdpt + 3
	mov dword [boot_pml4 + 511 * 8], boot_pdpt + 3
	mov dword [boot_pdpt], boot_pd + 3
	mov dword [boot_pdpt + 510 * 8], boot_pd + 3
	mov eax, 0x83                   ; present, writable, 2 MiB
	mov ecx, boot_pd
.fill:
	mov [ecx], eax
	add eax, 0x200000
	add ecx, 8
	cmp ecx, boot_pd + 4096
	jne .fill
	; PAE, then the tables, long mode enable (and NX where there is), paging.
	mov eax, cr4
	or eax, 1 << 5
	mov cr4, eax
	mov eax, boot_pml4
	mov cr3, eax
	mov eax, 0x80000001
	push edi
	cpuid
	pop edi
	mov ebp, edx                    ; bit 20: NX
	mov ecx, 0xc0000080             ; EFER
	rdmsr
	or eax, 1 << 8                  ; LME
	test ebp, 1 << 20
	jz .no_nx
	or eax, 1 << 11                 ; NXE
.no_nx:
	wrmsr
	mov eax, cr0
	or eax, (1 << 31) | (1 << 16)   ; PG, WP
	mov cr0, eax
	lgdt [boot_gdtr]
	jmp 8:start64_low

bits 64
start64_low:
	mov rax, start64_high
	jmp rax

align 16
global boot_gdt
boot_gdt:
	dq 0
	dq 0x00af9b000000ffff           ; 64-bit code
	dq 0x00cf93000000ffff           ; data
boot_gdtr:
	dw boot_gdtr - boot_gdt - 1
	dd boot_gdt

align 4096
global boot_pml4
boot_pml4:
	times 4096 db 0
boot_pdpt:
	times 4096 db 0
boot_pd:
	times 4096 db 0
align 16
	times 256 db 0
boot_stack_end:

section .text
extern _sbss
extern _ebss
extern boot_main
; EDI: loader, ESI: what it passed (physical). Never returns.
start64_high:
	mov ax, 16
	mov ds, ax
	mov es, ax
	mov ss, ax
	xor eax, eax
	mov fs, ax
	mov gs, ax
	mov rsp, boot_stack_top
	mov r8d, edi
	mov r9d, esi
	mov rdi, _sbss
	mov rcx, _ebss
	sub rcx, rdi
	shr rcx, 3
	rep stosq
	mov edi, r8d
	mov esi, r9d
	xor ebp, ebp                    ; backtraces end here
	call boot_main
.hang:
	hlt
	jmp .hang

section .bss nobits alloc noexec write align=32768
; The first task's kernel stack: the upper THREAD_SIZE bytes.
	resb 32768
global boot_stack_top
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
