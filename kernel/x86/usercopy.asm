; SPDX-License-Identifier: GPL-2.0-only
;
; The copy between kernel and user memory. Each instruction that may fault has an entry in the
; exception table; what is left then is copied or cleared bytewise as far as it goes, and the number
; of bytes that were not copied is returned.
;
; Idea: 64 bytes a turn through registers (an emulated machine counts each repetition of a string
; instruction, and real ones start string instructions slowly), then 8, then 1.
; Linux: arch/x86/lib/copy_user_64.S.

default abs

section .text

%macro EXTABLE 2
	section __ex_table progbits alloc noexec nowrite align=4
	dd %1 - $
	dd %2 - $
	section .text
%endmacro

%macro SMAP_SITE 1                      ; 1: stac, 0: clac
%%site:
	db 0x0f, 0x1f, 0x00
	section .smap_sites progbits alloc noexec nowrite align=4
	dd %%site - $
	dd %1
	section .text
%endmacro

; One faulting instruction.
%macro MAY 2+
%%insn:
	%2
	EXTABLE %%insn, %1
%endmacro

; unsigned long __copy_user(void *to, const void *from, unsigned long n)
global __copy_user
align 16
__copy_user:
	SMAP_SITE 1
	cmp rdx, 64
	jb .words
.block:
	MAY .words_fault, mov rax, [rsi]
	MAY .words_fault, mov rcx, [rsi + 8]
	MAY .words_fault, mov r8, [rsi + 16]
	MAY .words_fault, mov r9, [rsi + 24]
	MAY .words_fault, mov [rdi], rax
	MAY .words_fault, mov [rdi + 8], rcx
	MAY .words_fault, mov [rdi + 16], r8
	MAY .words_fault, mov [rdi + 24], r9
	MAY .words_fault, mov rax, [rsi + 32]
	MAY .words_fault, mov rcx, [rsi + 40]
	MAY .words_fault, mov r8, [rsi + 48]
	MAY .words_fault, mov r9, [rsi + 56]
	MAY .words_fault, mov [rdi + 32], rax
	MAY .words_fault, mov [rdi + 40], rcx
	MAY .words_fault, mov [rdi + 48], r8
	MAY .words_fault, mov [rdi + 56], r9
	add rsi, 64
	add rdi, 64
	sub rdx, 64
	cmp rdx, 64
	jae .block
.words:
	cmp rdx, 8
	jb .bytes
.word:
	MAY .words_fault, mov rax, [rsi]
	MAY .words_fault, mov [rdi], rax
	add rsi, 8
	add rdi, 8
	sub rdx, 8
	cmp rdx, 8
	jae .word
.bytes:
	test rdx, rdx
	jz .done
.byte:
	MAY .done, mov al, [rsi]
	MAY .done, mov [rdi], al
	inc rsi
	inc rdi
	dec rdx
	jnz .byte
.done:
	mov rax, rdx
	SMAP_SITE 0
	ret
; Somewhere in a block or word: copy bytes up to the very one that faults.
.words_fault:
	jmp .byte

; unsigned long __clear_user_asm(void *to, unsigned long n)
global __clear_user_asm
align 16
__clear_user_asm:
	SMAP_SITE 1
	xor eax, eax
	mov rcx, rsi
	shr rcx, 3
	and esi, 7
	MAY .words_fault, rep stosq     ; one instruction a word, and the fastest way under emulation
	test rsi, rsi
	jz .done
.byte:
	MAY .done, mov [rdi], al
	inc rdi
	dec rsi
	jnz .byte
.done:
	mov rax, rsi
	SMAP_SITE 0
	ret
.words_fault:
	lea rsi, [rsi + rcx * 8]
	jmp .byte

section .note.GNU-stack noalloc noexec nowrite progbits
