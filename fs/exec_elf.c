/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF64 programs: static (ET_EXEC), position-independent (ET_DYN), and those that name an
 * interpreter (PT_INTERP: the dynamic loader, itself an ET_DYN that is mapped beside them).
 *
 * Idea: headers are read into kernel memory and checked; each PT_LOAD becomes a private file
 *   mapping, with zeroed anonymous memory behind it where p_memsz > p_filesz; on top of the stack
 *   go argc, argv, envp and the auxiliary vector that tells the C library where everything is.
 *
 *	stack top    exec path, environment and argument strings   (copied before, by kernel/exec.c)
 *	             "x86_64", 16 random bytes
 *	             auxv:  (key, value) … (AT_NULL, 0)
 *	             envp:  pointers, NULL
 *	             argv:  pointers, NULL
 *	rsp ->       argc                                          (16-byte aligned)
 *
 * Rules: 1. Nothing in a file is trusted: each sum is checked before use, each address against
 *   TASK_SIZE. 2. What is wrong in the headers themselves is -ENOEXEC (or what reading says) while
 *   the old program still runs; what only mapping finds out kills the process.
 * Sleeps: everywhere.
 * Linux: fs/binfmt_elf.c; core files, ELF32, notes and address randomisation are left out.
 * Start at: load_elf_binary(). Tests: tests/kernel/exec_elf_damaged.c, exec_basic.c.
 */
#include "fs/binfmt.h"

#include "kernel/uapi/auxvec.h"
#include "kernel/uapi/elf.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/elf.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/ptrace.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/elf_core.h"
#include "fs/fs.h"

#define ELF_PLATFORM    "x86_64"
#define ELF_ET_DYN_BASE (TASK_SIZE / 3 * 2) /* where a program that can be anywhere goes */
#define MAX_PHDR_BYTES  65536

/* Exactly len bytes, or -EIO. */
static int elf_read(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	n = kernel_read(file, buf, len, &pos);
	if (n == (ssize_t)len)
		return 0;
	return n < 0 ? (int)n : -EIO;
}

/* The program headers in fresh memory. ERR_PTR(-ENOEXEC): there are none that make sense; (-ENOMEM). */
static struct elf64_phdr *load_elf_phdrs(const struct elf64_hdr *ex, struct file *file)
{
	size_t size = (size_t)ex->e_phnum * sizeof(struct elf64_phdr);
	struct elf64_phdr *phdrs;
	int ret;

	if (ex->e_phentsize != sizeof(struct elf64_phdr) || !size || size > MAX_PHDR_BYTES)
		return ERR_PTR(-ENOEXEC);
	phdrs = kvmalloc(size, GFP_KERNEL);
	if (!phdrs)
		return ERR_PTR(-ENOMEM);
	ret = elf_read(file, phdrs, size, (loff_t)ex->e_phoff);
	if (ret) {
		kvfree(phdrs);
		return ERR_PTR(ret == -ENOMEM ? ret : -ENOEXEC);
	}
	return phdrs;
}

/*
 * Maps the file's part of a segment. total_size: of all segments, when this is the first one and
 * room must be found for all. The address, or -errno.
 */
static unsigned long elf_map(struct file *file, unsigned long addr, const struct elf64_phdr *phdr,
			     unsigned long prot, unsigned long flags, unsigned long total_size)
{
	unsigned long size = phdr->p_filesz + ELF_PAGEOFFSET(phdr->p_vaddr);
	unsigned long off = phdr->p_offset - ELF_PAGEOFFSET(phdr->p_vaddr);
	unsigned long map_addr;

	addr = ELF_PAGESTART(addr);
	if (size < phdr->p_filesz || PAGE_ALIGN(size) < size)
		return (unsigned long)-EINVAL;
	size = PAGE_ALIGN(size);
	if (!phdr->p_filesz)
		size = 0;
	/* All of it is bss: no mapping of the file. */
	if (!size)
		return addr;
	if (total_size <= size)
		return vm_mmap(file, addr, size, prot, MAP_PRIVATE | flags, off);
	/* Find room for all segments at once; what is too much goes again. */
	map_addr = vm_mmap(file, addr, PAGE_ALIGN(total_size), prot, MAP_PRIVATE | flags, off);
	if (!bad_addr(map_addr))
		vm_munmap(map_addr + size, PAGE_ALIGN(total_size) - size);
	return map_addr;
}

/* The part of a segment that the file does not have: zero. */
static int elf_map_bss(const struct elf64_phdr *phdr, unsigned long addr)
{
	unsigned long start = addr + phdr->p_filesz, end = addr + phdr->p_memsz;
	unsigned long page_end = PAGE_ALIGN(start);

	if (end == start)
		return 0;
	if (!phdr->p_filesz)
		page_end = ELF_PAGESTART(start);
	/* The rest of the last file page; one that is not writable keeps what the file has. */
	else if (ELF_PAGEOFFSET(start) && clear_user((void __user *)start, page_end - start) &&
		 (phdr->p_flags & PF_W))
		return -EFAULT;
	if (PAGE_ALIGN(end) <= page_end)
		return 0;
	return vm_brk_flags(page_end, PAGE_ALIGN(end) - page_end,
			    (phdr->p_flags & PF_X) ? VM_EXEC : 0);
}

/* What loading a file has found out. */
struct elf_image {
	unsigned long load_bias; /* added to all addresses of the file */
	unsigned long phdr_addr; /* of the program headers in memory, 0 if not mapped */
	unsigned long start_code, end_code, start_data, end_data, brk;
};

/*
 * Maps all PT_LOAD segments. base: where an ET_DYN goes if there is room, 0: anywhere.
 * 0, -errno; what is mapped so far stays.
 */
static int elf_load_segments(const struct elf64_hdr *ex, const struct elf64_phdr *phdrs,
			     struct file *file, unsigned long base, struct elf_image *image)
{
	unsigned long total = 0, flags, addr, mapped;
	bool first = true;
	int i, ret;

	*image = (struct elf_image){ .start_code = ~0ul };
	for (i = 0; i < ex->e_phnum; i++) {
		const struct elf64_phdr *phdr = &phdrs[i];

		if (phdr->p_type != PT_LOAD)
			continue;
		if (!segment_ok(phdr, phdr->p_vaddr))
			return -EINVAL;
		total = 0;
		flags = MAP_FIXED;
		if (first) {
			total = total_mapping_size(phdrs, ex->e_phnum);
			if (!total || total > TASK_SIZE)
				return -EINVAL;
			flags = MAP_FIXED_NOREPLACE;
			if (ex->e_type == ET_DYN) {
				base &= ~(maximum_alignment(phdrs, ex->e_phnum) - 1);
				image->load_bias = ELF_PAGESTART(base - phdr->p_vaddr);
				if (!base) {
					flags = 0;
					image->load_bias = 0ul - ELF_PAGESTART(phdr->p_vaddr);
				}
			}
		}
		addr = image->load_bias + phdr->p_vaddr;
		mapped = elf_map(file, addr, phdr, make_prot(phdr->p_flags), flags, total);
		if (bad_addr(mapped))
			return IS_ERR_VALUE(mapped) ? (int)mapped : -EINVAL;
		if (first && ex->e_type == ET_DYN) {
			image->load_bias += mapped - ELF_PAGESTART(addr);
			addr = image->load_bias + phdr->p_vaddr;
		}
		first = false;
		if (!segment_ok(phdr, addr))
			return -EINVAL;
		ret = elf_map_bss(phdr, addr);
		if (ret)
			return ret;

		if (ex->e_phoff >= phdr->p_offset && ex->e_phoff - phdr->p_offset < phdr->p_filesz)
			image->phdr_addr = ex->e_phoff - phdr->p_offset + addr;
		if (phdr->p_flags & PF_X) {
			image->start_code = min(image->start_code, addr);
			image->end_code = max(image->end_code, addr + phdr->p_filesz);
		}
		if (addr > image->start_data)
			image->start_data = addr;
		image->end_data = max(image->end_data, addr + phdr->p_filesz);
		image->brk = max(image->brk, addr + phdr->p_memsz);
	}
	return first ? -EINVAL : 0;
}

/* ---- the interpreter ---- */

struct elf_interp {
	struct file *file; /* NULL: none */
	struct elf64_hdr ex;
	struct elf64_phdr *phdrs;
};

static void close_interp(struct elf_interp *interp)
{
	if (interp->file) {
		allow_write_access(interp->file);
		fput(interp->file);
	}
	kvfree(interp->phdrs);
}

/* Opens what PT_INTERP names and reads its headers. */
static int open_interp(struct linux_binprm *bprm, const struct elf64_phdr *phdr,
		       struct elf_interp *interp)
{
	struct elf64_phdr *phdrs;
	struct file *file;
	char *name;
	int ret;

	if (phdr->p_filesz > PATH_MAX || phdr->p_filesz < 2)
		return -ENOEXEC;
	name = kmalloc(phdr->p_filesz, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	ret = elf_read(bprm->file, name, phdr->p_filesz, (loff_t)phdr->p_offset);
	if (!ret && name[phdr->p_filesz - 1])
		ret = -ENOEXEC;
	if (ret)
		goto out;
	file = open_exec(name);
	if (IS_ERR(file)) {
		ret = (int)PTR_ERR(file);
		goto out;
	}
	interp->file = file;
	if (inode_permission(file_inode(file), MAY_READ) < 0)
		bprm->nondump = true;
	ret = elf_read(file, &interp->ex, sizeof(interp->ex), 0);
	if (ret)
		goto out;
	ret = -ELIBBAD;
	if (!elf_header_ok(&interp->ex))
		goto out;
	phdrs = load_elf_phdrs(&interp->ex, file);
	ret = PTR_ERR_OR_ZERO(phdrs);
	if (!ret)
		interp->phdrs = phdrs;
	else if (ret == -ENOEXEC)
		ret = -ELIBBAD;
out:
	kfree(name);
	return ret;
}

/* ---- the initial stack ---- */

struct auxv {
	unsigned long *words;
	int n;
};

static void auxv_add(struct auxv *auxv, unsigned long key, unsigned long value)
{
	auxv->words[auxv->n++] = key;
	auxv->words[auxv->n++] = value;
}

/* Linux's order. random, platform: addresses of what was put on the stack. */
static int fill_auxv(struct linux_binprm *bprm, const struct elf64_hdr *ex,
		     const struct elf_image *image, unsigned long interp_base, unsigned long entry,
		     unsigned long random, unsigned long platform)
{
	struct mm_struct *mm = current->mm;
	struct auxv auxv = { mm->saved_auxv, 0 };
	const struct cred *cred = current_cred();

	memset(mm->saved_auxv, 0, sizeof(mm->saved_auxv));
	auxv_add(&auxv, AT_MINSIGSTKSZ, get_sigframe_size());
	auxv_add(&auxv, AT_HWCAP, elf_hwcap());
	auxv_add(&auxv, AT_PAGESZ, PAGE_SIZE);
	auxv_add(&auxv, AT_CLKTCK, USER_HZ);
	auxv_add(&auxv, AT_PHDR, image->phdr_addr);
	auxv_add(&auxv, AT_PHENT, sizeof(struct elf64_phdr));
	auxv_add(&auxv, AT_PHNUM, ex->e_phnum);
	auxv_add(&auxv, AT_BASE, interp_base);
	auxv_add(&auxv, AT_FLAGS, 0);
	auxv_add(&auxv, AT_ENTRY, entry);
	auxv_add(&auxv, AT_UID, cred->uid);
	auxv_add(&auxv, AT_EUID, cred->euid);
	auxv_add(&auxv, AT_GID, cred->gid);
	auxv_add(&auxv, AT_EGID, cred->egid);
	auxv_add(&auxv, AT_SECURE, bprm->secureexec);
	auxv_add(&auxv, AT_RANDOM, random);
	auxv_add(&auxv, AT_HWCAP2, elf_hwcap2());
	auxv_add(&auxv, AT_EXECFN, bprm->exec);
	auxv_add(&auxv, AT_PLATFORM, platform);
	auxv_add(&auxv, AT_NULL, 0);
	_Static_assert(AT_VECTOR_SIZE >= 40, "the vector fits");
	return auxv.n;
}

/* Writes n string pointers and a NULL to *sp; *p walks over the strings. */
static int put_string_pointers(unsigned long **sp, unsigned long *p, int n)
{
	while (n-- > 0) {
		long len;

		if (put_user(*p, (*sp)++))
			return -EFAULT;
		len = strnlen_user((void __user *)*p, MAX_ARG_STRLEN);
		if (!len || len > MAX_ARG_STRLEN)
			return -EINVAL;
		*p += (unsigned long)len;
	}
	return put_user(0ul, (*sp)++) ? -EFAULT : 0;
}

static int create_elf_tables(struct linux_binprm *bprm, const struct elf64_hdr *ex,
			     const struct elf_image *image, unsigned long interp_base,
			     unsigned long entry)
{
	unsigned long p = bprm->p & ~15ul, platform, random, *sp;
	struct mm_struct *mm = current->mm;
	unsigned char bytes[16];
	int auxv_words, ret;

	platform = p -= sizeof(ELF_PLATFORM);
	if (copy_to_user((void __user *)platform, ELF_PLATFORM, sizeof(ELF_PLATFORM)))
		return -EFAULT;
	get_random_bytes(bytes, sizeof(bytes));
	random = p -= sizeof(bytes);
	if (copy_to_user((void __user *)random, bytes, sizeof(bytes)))
		return -EFAULT;
	auxv_words = fill_auxv(bprm, ex, image, interp_base, entry, random, platform);

	p -= ((unsigned long)auxv_words + (unsigned long)bprm->argc + (unsigned long)bprm->envc +
	      3) *
	     sizeof(long);
	p &= ~15ul;
	bprm->p = p;
	sp = (unsigned long *)p;
	if (put_user((unsigned long)bprm->argc, sp++))
		return -EFAULT;
	p = mm->arg_end = mm->arg_start;
	ret = put_string_pointers(&sp, &p, bprm->argc);
	if (ret)
		return ret;
	mm->arg_end = mm->env_start = mm->env_end = p;
	ret = put_string_pointers(&sp, &p, bprm->envc);
	if (ret)
		return ret;
	mm->env_end = p;
	if (copy_to_user(sp, mm->saved_auxv, (size_t)auxv_words * sizeof(long)))
		return -EFAULT;
	return 0;
}

/* ---- the whole ---- */

/* After the point of no return: a failure kills the process. */
static int start_elf(struct linux_binprm *bprm, const struct elf64_hdr *ex,
		     const struct elf64_phdr *phdrs, const struct elf_interp *interp)
{
	struct mm_struct *mm = current->mm;
	unsigned long entry, start, interp_base = 0;
	struct elf_image image, interp_image;
	int ret;

	/* With an interpreter the program has a place of its own, a loader goes among the maps. */
	ret = elf_load_segments(ex, phdrs, bprm->file, interp->file ? ELF_ET_DYN_BASE : 0, &image);
	if (ret)
		return ret;
	entry = start = ex->e_entry + image.load_bias;
	if (interp->file) {
		ret = elf_load_segments(&interp->ex, interp->phdrs, interp->file, 0, &interp_image);
		if (ret)
			return ret;
		interp_base = interp_image.load_bias;
		start = interp->ex.e_entry + interp_base;
	}
	if (bad_addr(start))
		return -EINVAL;

	mm->start_code = image.start_code;
	mm->end_code = image.end_code;
	mm->start_data = image.start_data;
	mm->end_data = image.end_data;
	/* A program among the maps would soon run its heap into them: give it one of its own. */
	if (ex->e_type == ET_DYN && !interp->file)
		image.brk = ELF_ET_DYN_BASE;
	mm->start_brk = mm->brk = PAGE_ALIGN(image.brk);

	ret = create_elf_tables(bprm, ex, &image, interp_base, entry);
	if (ret)
		return ret;
	mm->start_stack = bprm->p;
	finalize_exec(bprm);
	start_thread(task_pt_regs(current), start, bprm->p);
	return 0;
}

static int load_elf_binary(struct linux_binprm *bprm)
{
	struct elf64_hdr ex;
	struct elf_interp interp = { 0 };
	int executable_stack = EXSTACK_DEFAULT;
	struct elf64_phdr *phdrs;
	int i, ret;

	memcpy(&ex, bprm->buf, sizeof(ex));
	if (!elf_header_ok(&ex))
		return -ENOEXEC;
	phdrs = load_elf_phdrs(&ex, bprm->file);
	if (IS_ERR(phdrs))
		return (int)PTR_ERR(phdrs);

	ret = 0;
	for (i = 0; i < ex.e_phnum && !ret; i++) {
		if (phdrs[i].p_type == PT_INTERP && !interp.file)
			ret = open_interp(bprm, &phdrs[i], &interp);
		else if (phdrs[i].p_type == PT_GNU_STACK)
			executable_stack = (phdrs[i].p_flags & PF_X) ? EXSTACK_ENABLE_X :
								       EXSTACK_DISABLE_X;
	}
	if (ret)
		goto out;

	ret = begin_new_exec(bprm);
	if (ret)
		goto out;
	setup_new_exec(bprm);
	ret = setup_arg_pages(bprm, executable_stack);
	if (ret)
		goto out;
	ret = start_elf(bprm, &ex, phdrs, &interp);
out:
	close_interp(&interp);
	kvfree(phdrs);
	return ret;
}

static struct linux_binfmt elf_format = {
	.load_binary = load_elf_binary,
};

static int __init init_elf_binfmt(void)
{
	register_binfmt(&elf_format);
	return 0;
}
core_initcall(init_elf_binfmt);
