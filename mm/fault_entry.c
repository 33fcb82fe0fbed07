// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page fault at a user address, as the trap delivers it: find the vma, check the access, let
 * mm/fault.c serve it, and turn what cannot be served into a signal.
 *
 *	no vma there                           SIGSEGV, SEGV_MAPERR
 *	the vma forbids the access             SIGSEGV, SEGV_ACCERR
 *	a file's page past its end             SIGBUS, BUS_ADRERR
 *	no memory                              the OOM killer
 *	the kernel, copying from or to user    the exception table: -EFAULT to the caller
 *
 * Rules: 1. Every fault ends in progress (a pte that allows the access), a signal, or false; the
 *    same instruction cannot fault for ever. 2. With pagefault_disabled() nothing is looked up: the
 *    caller may hold spinlocks.
 * Locking: mmap_lock for reading. Sleeps: yes, unless rule 2.
 * Linux: arch/x86/mm/fault.c (do_user_addr_fault).
 */
#include "mm/internal.h"
#include "mm/oom.h"
#include "kernel/signal.h"
#include "kernel/x86/traps.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"

/* Tells the user program. False when it was the kernel's access. */
static bool bad_area(struct pt_regs *regs, unsigned int error_code, unsigned long address, int sig,
		     int si_code)
{
	if (!user_mode(regs))
		return false;
	current->thread.cr2 = address;
	current->thread.trap_nr = 14;
	/* User space learns no more about kernel addresses than that they are out of reach. */
	current->thread.error_code = error_code | (address >= TASK_SIZE ? X86_PF_PROT : 0);
	force_sig_fault(sig, si_code, (void __user *)address);
	return true;
}

static bool access_allowed(const struct vm_area_struct *vma, unsigned int error_code)
{
	if (error_code & X86_PF_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (error_code & X86_PF_INSTR)
		return vma->vm_flags & VM_EXEC;
	/* What may be written or executed may be read too: the machine has no other way. */
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

static bool fault_failed(struct pt_regs *regs, unsigned int error_code, unsigned long address,
			 vm_fault_t fault)
{
	if (fault & VM_FAULT_OOM) {
		if (!user_mode(regs))
			return false;
		pagefault_out_of_memory();
		return true;
	}
	if (fault & VM_FAULT_SIGBUS)
		return bad_area(regs, error_code, address, SIGBUS, BUS_ADRERR);
	return bad_area(regs, error_code, address, SIGSEGV, SEGV_MAPERR);
}

bool do_user_addr_fault(struct pt_regs *regs, unsigned int error_code, unsigned long address)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned int flags = 0;
	vm_fault_t fault;
	int si_code = SEGV_MAPERR;

	if (unlikely(!mm || pagefault_disabled())) /* rule 2 */
		return bad_area(regs, error_code, address, SIGSEGV, si_code);
	if (error_code & X86_PF_WRITE)
		flags |= FAULT_FLAG_WRITE;
	if (user_mode(regs))
		flags |= FAULT_FLAG_USER;
	mmap_read_lock(mm);
	vma = find_vma(mm, address);
	if (unlikely(!vma))
		goto bad;
	if (unlikely(address < vma->vm_start) && expand_stack(vma, address))
		goto bad;
	if (unlikely(!access_allowed(vma, error_code))) {
		si_code = SEGV_ACCERR;
		goto bad;
	}
	fault = handle_mm_fault(vma, address, flags, regs);
	mmap_read_unlock(mm);
	if (unlikely(fault & VM_FAULT_ERROR))
		return fault_failed(regs, error_code, address, fault);
	return true;

bad:
	mmap_read_unlock(mm);
	return bad_area(regs, error_code, address, SIGSEGV, si_code);
}
