; SPDX-License-Identifier: GPL-2.0-only
;
; The doors of the kernel: system calls, exceptions and interrupts come in here, and everything
; leaves through here.
;
; Idea: each door leaves a struct pt_regs (ptrace.h) at rsp and calls a C function with its address.
; From user mode that is the top of the task's kernel stack.
;
; Rules: 1. GS is the user's in user mode and the kernel's in the kernel: swapgs exactly once on
; each crossing. 2. NMI and double fault may hit between a crossing and its swapgs, so they trust
; neither GS nor the stack: their own stacks (IST) carry the right GS base at the top.
; 3. Interrupts are off from the last check of pending work until user mode.
; Linux: arch/x86/entry/entry_64.S. Intel SDM volume 2, SYSCALL, SYSRET; volume 3, 6.14.
; Start at: syscall_entry.

%include "kernel/x86/cfi.inc"

default abs

REGS_BP      equ 32
REGS_R11     equ 48
REGS_AX      equ 80
REGS_ORIG_AX equ 120
REGS_IP      equ 128
REGS_CS      equ 136
REGS_FLAGS   equ 144
REGS_SP      equ 152
REGS_SS      equ 160
REGS_SIZE    equ 168
USER_CS      equ 0x33
USER_DS      equ 0x2b
ENOSYS       equ 38

extern do_syscall_64
extern do_exception
extern do_irq
extern do_nmi
extern fixup_bad_iret
extern schedule_tail
extern return_to_user
extern cpu_current_top_of_stack
extern user_rsp_scratch
extern TASK_THREAD_SP
extern __switch_to

section .entry.text progbits alloc exec nowrite align=16

; Pushes the general registers below orig_ax; ax is given since system calls start with -ENOSYS.
%macro PUSH_REGS 1
	push rdi
	push rsi
	push rdx
	push rcx
	push %1
	push r8
	push r9
	push r10
	push r11
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
%endmacro

%macro POP_CALLEE_SAVED 0
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
%endmacro

; ---- system calls ----

global syscall_entry
syscall_entry:
	swapgs
	mov [gs:user_rsp_scratch], rsp
	mov rsp, [gs:cpu_current_top_of_stack]
	push USER_DS
	push qword [gs:user_rsp_scratch]
	push r11
	push USER_CS
	push rcx
	push rax
	PUSH_REGS -ENOSYS
.framed:
	mov rdi, rsp
	mov rsi, rax
	sti
	xor ebp, ebp                    ; kernel backtraces end here
	call do_syscall_64              ; comes back with interrupts off
	test al, al
	jnz return_by_iret              ; the task goes on somewhere else
	test dword [rsp + REGS_FLAGS], 0x10100 ; RF, TF: SYSRET would trap too early
	jnz return_by_iret
.by_sysret:
	; Nobody has changed the user's registers, and a C function leaves rbx and r12 to r15 as
	; they were: rbp and those that a function may spoil are enough. rcx and r11 are the
	; address and the flags, as SYSCALL left them and SYSRET wants them.
	mov rbp, [rsp + REGS_BP]
	add rsp, REGS_R11
.popping:
	pop r11
	pop r10
	pop r9
	pop r8
	pop rax
	pop rcx
	pop rdx
	pop rsi
	pop rdi
	mov rsp, [rsp + REGS_SP - REGS_ORIG_AX]
	swapgs
	o64 sysret
CFI_PT_REGS syscall_entry.framed, syscall_entry.by_sysret

; ---- back to user mode with every register as pt_regs says ----

return_by_iret:
	POP_CALLEE_SAVED
.popping:
	pop r11
	pop r10
	pop r9
	pop r8
	pop rax
	pop rcx
	pop rdx
	pop rsi
	pop rdi
	add rsp, 8                      ; orig_ax
	swapgs
global native_iret
native_iret:
	iretq
CFI_PT_REGS return_by_iret, return_by_iret.popping

; ---- exceptions ----

; The stack holds: vector, error code, and the hardware's frame.
%macro EXCEPTION 2                      ; vector, 1 if the CPU pushes an error code
	align 16
exception_%1:
%if %2 == 0
	push -1
%endif
	push %1
	jmp exception_common
%endmacro

align 16
exception_common:
	cld
	; The vector's slot becomes di: pt_regs has no room for a vector.
	xchg rdi, [rsp]                 ; rdi = vector, slot = di
	push rsi
	push rdx
	push rcx
	push rax
	push r8
	push r9
	push r10
	push r11
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
.framed:
	mov rsi, rdi                    ; vector
	mov rdi, rsp
	test byte [rsp + REGS_CS], 3
	jz .from_kernel
	swapgs
.from_user:
	xor ebp, ebp
	call do_exception
	mov rdi, rsp
	call return_to_user             ; interrupts off, work done
	jmp return_by_iret
.from_kernel:
	mov rax, native_iret
	cmp [rsp + REGS_IP], rax
	je .bad_iret
	call do_exception
	jmp return_to_kernel
.bad_iret:
	; The frame that iretq was to load is bad. GS is the user's already: go back to the state
	; before and let the user program have the fault.
	swapgs
	mov r12, rsi
	call fixup_bad_iret             ; returns the address of the repaired pt_regs
	mov rsp, rax
	mov rdi, rsp
	mov rsi, r12
	jmp .from_user
exception_common_end:

CFI_PT_REGS exception_common.framed, exception_common_end

align 16
return_to_kernel:
	POP_CALLEE_SAVED
.popping:
	pop r11
	pop r10
	pop r9
	pop r8
	pop rax
	pop rcx
	pop rdx
	pop rsi
	pop rdi
	add rsp, 8
	iretq

EXCEPTION 0, 0
EXCEPTION 1, 0
EXCEPTION 3, 0
EXCEPTION 4, 0
EXCEPTION 5, 0
EXCEPTION 6, 0
EXCEPTION 7, 0
EXCEPTION 9, 0
EXCEPTION 10, 1
EXCEPTION 11, 1
EXCEPTION 12, 1
EXCEPTION 13, 1
EXCEPTION 14, 1
EXCEPTION 15, 0
EXCEPTION 16, 0
EXCEPTION 17, 1
EXCEPTION 18, 0
EXCEPTION 19, 0
EXCEPTION 20, 0
EXCEPTION 21, 1
EXCEPTION 22, 0
EXCEPTION 23, 0
EXCEPTION 24, 0
EXCEPTION 25, 0
EXCEPTION 26, 0
EXCEPTION 27, 0
EXCEPTION 28, 0
EXCEPTION 29, 1
EXCEPTION 30, 1
EXCEPTION 31, 0

; ---- NMI and double fault: their own stacks, whose top word is this CPU's GS base ----

%macro PARANOID 3                       ; name, vector, 1 if the CPU pushes an error code
align 16
%1:
%if %3 == 0
	push -1
%endif
	PUSH_REGS rax
%%framed:
	cld
	mov ecx, 0xc0000101             ; GS base
	rdmsr
	mov r12d, eax
	mov r13d, edx
	mov eax, [rsp + REGS_SIZE]      ; the word above the frame
	mov edx, [rsp + REGS_SIZE + 4]
	wrmsr
	mov rdi, rsp
	mov esi, %2
	call do_nmi
	mov ecx, 0xc0000101
	mov eax, r12d
	mov edx, r13d
	wrmsr
	jmp return_to_kernel            ; no swapgs: GS is as it was
%%end:
CFI_PT_REGS %%framed, %%end
%endmacro

PARANOID exception_2, 2, 0
PARANOID exception_8, 8, 1

; ---- interrupts ----

align 16
irq_common:
	cld
	xchg rdi, [rsp]
	push rsi
	push rdx
	push rcx
	push rax
	push r8
	push r9
	push r10
	push r11
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
.framed:
	mov rsi, rdi
	mov rdi, rsp
	test byte [rsp + REGS_CS], 3
	jz .from_kernel
	swapgs
	xor ebp, ebp
	call do_irq
	mov rdi, rsp
	call return_to_user
	jmp return_by_iret
.from_kernel:
	call do_irq
	jmp return_to_kernel
irq_common_end:
CFI_PT_REGS irq_common.framed, irq_common_end

%assign vector 32
%rep 224
align 8
irq_%+vector:
	push -1                         ; orig_ax: not a system call
	push qword vector
	jmp irq_common
%assign vector vector+1
%endrep

; ---- new tasks and the switch between tasks ----

; rax: the task before. rbx: function of a kernel thread, or 0; r12: its argument.
global ret_from_fork
ret_from_fork:
	mov rdi, rax
	call schedule_tail
	test rbx, rbx
	jnz .kernel_thread
.user:
	mov rdi, rsp
	call return_to_user
	jmp return_by_iret
.kernel_thread:
	mov rdi, r12
	xor ebp, ebp
	call rbx
	; It returns only after exec made a user program of it.
	mov qword [rsp + REGS_AX], 0
	jmp .user
ret_from_fork_end:
CFI_PT_REGS ret_from_fork, ret_from_fork_end

; struct task_struct *__switch_to_asm(prev, next): see struct inactive_task_frame.
global __switch_to_asm
align 16
__switch_to_asm:
	push rbp
	push rbx
	push r12
	push r13
	push r14
	push r15
	mov [rdi + TASK_THREAD_SP], rsp
	mov rsp, [rsi + TASK_THREAD_SP]
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbx
	pop rbp
	jmp __switch_to

; ---- the addresses of all doors, for the IDT ----

section .rodata
global entry_vectors
align 8
entry_vectors:
%assign vector 0
%rep 32
	dq exception_%+vector
%assign vector vector+1
%endrep
%rep 224
	dq irq_%+vector
%assign vector vector+1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits
