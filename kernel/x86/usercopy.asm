; SPDX-License-Identifier: GPL-2.0-only
;
; The copy between kernel and user memory. Each instruction that may fault has an entry in the
; exception table; what is left then is copied or cleared bytewise as far as it goes, and the number
; of bytes that were not copied is returned.
;
; Idea: from 64 bytes on the string instruction, eight bytes a step (a byte a step, as newer CPUs
; would like it, costs one emulated instruction each); below that, where starting a string
; instruction does not pay, words in a loop, and at last at most one of 4, 2 and 1 bytes each.
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
	mov rcx, rdx
	shr rcx, 3
	and edx, 7
	MAY .string_fault, rep movsq
	jmp .tail
.word:
	MAY .fault, mov rax, [rsi]
	MAY .fault, mov [rdi], rax
	add rsi, 8
	add rdi, 8
	sub edx, 8
.words:
	cmp edx, 8
	jae .word
.tail:
	test edx, edx
	jz .done
	test dl, 4
	jz .below_4
	MAY .fault, mov eax, [rsi]
	MAY .fault, mov [rdi], eax
	add rsi, 4
	add rdi, 4
	sub edx, 4
.below_4:
	test dl, 2
	jz .below_2
	MAY .fault, mov ax, [rsi]
	MAY .fault, mov [rdi], ax
	add rsi, 2
	add rdi, 2
	sub edx, 2
.below_2:
	test edx, edx
	jz .done
	MAY .done, mov al, [rsi]
	MAY .done, mov [rdi], al
	xor edx, edx
.done:
	mov rax, rdx
	SMAP_SITE 0
	ret
.string_fault:
	lea rdx, [rdx + rcx * 8]
; rdx bytes are left and the next few of them cannot be copied at once: up to the very one that
; faults, one by one.
.fault:
	MAY .done, mov al, [rsi]
	MAY .done, mov [rdi], al
	inc rsi
	inc rdi
	dec rdx
	jnz .fault
	jmp .done

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
