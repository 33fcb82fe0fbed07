// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching and detaching, and what becomes of an attachment in fork, exec, exit, munmap, mprotect
 * and mremap: the count is exact all the time.
 * Spec: SHM-001 to SHM-025, SHM-033, SHM-037, SHM-038, SHM-040, DESIGN-035, DESIGN-036, EXIT-001,
 * EXIT-002
 */
#include "tests/ipc/shm.h"

#include <pthread.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static int id;
static const char *self;

static void test_create(void)
{
	struct raw_shmid_ds ds;
	int key = 0x5e60 + getpid(), seg;

	ok(failed_with(get_segment(IPC_PRIVATE, 0, 0600), EINVAL) &&
		   failed_with(get_segment(IPC_PRIVATE, -1, 0600), EINVAL) &&
		   failed_with(get_segment(key, 0, IPC_CREAT | 0600), EINVAL) &&
		   failed_with(get_segment(key, -1, IPC_CREAT | 0600), EINVAL),
	   "SHM-001: no segment of size 0 or above shmmax");
	seg = get_segment(key, 5000, IPC_CREAT | 0600);
	ok(get_segment(key, 0, 0) == seg && get_segment(key, 100, 0) == seg &&
		   get_segment(key, 5000, 0) == seg &&
		   failed_with(get_segment(key, 5001, 0), EINVAL),
	   "SHM-002: an existing one is found for any size up to its own");
	ds = segment_stat(seg);
	ok(!ds.nattch && !ds.lpid && !ds.atime && !ds.dtime && ds.cpid == getpid() &&
		   is_now(ds.ctime) && ds.segsz == 5000 && ds.key == key,
	   "SHM-003 SHM-038: a new segment, as IPC_STAT lays it out");
	rm_segment(seg);
}

static void test_attach(void)
{
	char *p = attach(id, NULL, 0), *q, *many[50];
	struct raw_shmid_ds ds = segment_stat(id);
	int fine = 1;

	ok(p && !((unsigned long)p & 4095), "SHM-004: a place of the kernel's choice");
	for (int i = 0; i < 8192; i++)
		fine &= !p[i];
	p[8191] = 1;
	ok(fine && p[8191] == 1, "SHM-005: zeros, in whole pages");
	ok(ds.nattch == 1 && is_now(ds.atime) && ds.lpid == getpid() && !ds.dtime,
	   "SHM-006: shmat counts and notes");
	q = attach(id, NULL, 0);
	p[0] = 'x';
	ok(q && q != p && q[0] == 'x' && attached(id) == 2, "SHM-007: twice in one process");
	detach(q);
	for (int i = 0; i < 50; i++)
		many[i] = attach(id, NULL, 0);
	ok(attached(id) == 51, "SHM-007: fifty times more");
	for (int i = 0; i < 50; i++)
		detach(many[i]);
	ok(detach(p) == 0 && (ds = segment_stat(id)).nattch == 0 && is_now(ds.dtime) &&
		   ds.lpid == getpid(),
	   "SHM-006: shmdt counts and notes");
	ok(failed_with(detach(p), EINVAL), "SHM-009: once is enough");
}

static int child_shares(void)
{
	char *p = attach(id, NULL, 0);

	if (!p || p[1] != 'a')
		return 1;
	p[1] = 'b';
	return 0;
}

static void test_addresses(void)
{
	char *p = attach(id, NULL, 0), *q;
	void *anon = shared_page();

	p[1] = 'a';
	ok(in_child(child_shares) == 0 && p[1] == 'b', "SHM-008: between processes");
	ok(failed_with(detach(p + 1), EINVAL) && failed_with(detach(p + 4096), EINVAL) &&
		   failed_with(detach(NULL), EINVAL) && failed_with(detach(anon), EINVAL),
	   "SHM-009: shmdt wants the address of shmat");
	ok(no_attach(id, p, 0, EINVAL) && no_attach(id, p + 4096, 0, EINVAL) &&
		   no_attach(id, p - 4096, 0, EINVAL) && no_attach(id, p + 100, 0, EINVAL) &&
		   attached(id) == 1,
	   "SHM-010: nothing is overlaid, nothing counted");
	detach(p);
	ok(attach(id, p, 0) == p, "SHM-010: a free place is used exactly");
	detach(p);
	ok(attach(id, p + 123, SHM_RND) == p, "SHM-011: SHM_RND rounds down");
	ok(attach(id, p, SHM_REMAP) == p && attached(id) == 1 &&
		   no_attach(id, NULL, SHM_REMAP, EINVAL),
	   "SHM-012: SHM_REMAP replaces");
	detach(p);
	p = mmap(NULL, 8192 * 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(p, 8192 * 2);
	p = attach(id, p, 0);
	q = attach(id, p - 4096, SHM_REMAP);
	ok(q == p - 4096 && attached(id) == 2, "SHM-012: over the first page of another");
	ok(detach(p) == 0 && attached(id) == 1 && detach(q) == 0 && attached(id) == 0,
	   "SHM-012: the rest is found by the first address");
	ok(no_attach(-1, NULL, 0, EINVAL) && no_attach(54321 + id, NULL, 0, EINVAL) &&
		   no_attach(id, (void *)-4096, 0, EINVAL) &&
		   no_attach(id, (void *)0xfffffffffff000, 0, ENOMEM) &&
		   no_attach(id, (void *)100, SHM_RND | SHM_REMAP, EINVAL) && attached(id) == 0,
	   "SHM-013: wrong ids and addresses");
}

static int null_page(void)
{
	return !no_attach(id, (void *)100, SHM_RND, EPERM);
}

static int attach_denied(void)
{
	return !(no_attach(id, NULL, 0, EACCES) && attach(id, NULL, SHM_RDONLY));
}

static int all_denied(void)
{
	return !(no_attach(id, NULL, 0, EACCES) && no_attach(id, NULL, SHM_RDONLY, EACCES));
}

static int store(void)
{
	char *p = attach(id, NULL, SHM_RDONLY);

	if (!failed_with(mprotect(p, 4096, PROT_READ | PROT_WRITE), EACCES))
		return 1;
	*(volatile char *)p = 1;
	return 2;
}

static int run_code(void)
{
	char *w = attach(id, NULL, 0);
	char *p = attach(id, NULL, SHM_EXEC);

	if (!p)
		return errno;
	memcpy(w, "\xb8\x2a\x00\x00\x00\xc3", 6); /* mov eax, 42; ret */
	return ((int (*)(void))p)() == 42 ? 0 : 1;
}

static int run_data(void)
{
	char *w = attach(id, NULL, 0);

	memcpy(w, "\xb8\x2a\x00\x00\x00\xc3", 6);
	return ((int (*)(void))w)();
}

static int run_denied(void)
{
	return no_attach(id, NULL, SHM_EXEC, EACCES) ? 0 : 1;
}

static void test_rights(void)
{
	int saved = id;

	id = get_segment(IPC_PRIVATE, 4096, 0666);
	ok(as_user(null_page) == 0, "SHM-013: page 0 needs privilege");
	ok(as_user(run_denied) == 0, "SHM-016: SHM_EXEC needs the execute bit");
	ok(in_child(store) == 1000 + SIGSEGV, "SHM-014: SHM_RDONLY cannot be written to");
	rm_segment(id);
	id = get_segment(IPC_PRIVATE, 4096, 0777);
	ok(as_user(run_code) == 0, "SHM-016: code runs with SHM_EXEC");
	ok(in_child(run_data) == 1000 + SIGSEGV, "SHM-016: and not without");
	rm_segment(id);
	id = get_segment(IPC_PRIVATE, 4096, 0644);
	ok(as_user(attach_denied) == 0, "SHM-015: writing needs write permission");
	rm_segment(id);
	id = get_segment(IPC_PRIVATE, 4096, 0622);
	ok(as_user(all_denied) == 0, "SHM-015: reading needs read permission");
	rm_segment(id);
	id = saved;
}

static void test_processes(void)
{
	char *p = attach(id, NULL, 0), text[16];
	struct raw_shmid_ds ds;
	int fds[2], status;
	pid_t pid;

	attach(id, NULL, 0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	ds = segment_stat(id);
	ok(ds.nattch == 4 && ds.lpid == getpid(), "SHM-017: fork counts each, for the parent");
	kill(pid, SIGKILL);
	ok(eventually(has_ended(pid)) && (ds = segment_stat(id)).nattch == 2 && ds.lpid == pid,
	   "SHM-017 EXIT-001 EXIT-002: a killed process is detached when it is a zombie");
	waitpid(pid, NULL, 0);
	snprintf(text, sizeof(text), "%d", id);
	if (pipe(fds))
		exit(98);
	pid = fork();
	if (pid == 0) {
		execl("/nowhere", "x", NULL);
		if (attached(id) != 4)
			_exit(1);
		execl(self, self, text, NULL);
		_exit(2);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 2 + 40,
	   "SHM-018: exec detaches, a failed exec does not");
	while (attached(id) > 1 && p)
		break;
	ok(munmap(p, 8192) == 0 && attached(id) == 1, "SHM-019: munmap detaches");
	close(fds[0]);
	close(fds[1]);
}

static void *thread_attaches(void *arg)
{
	return attach(id, NULL, 0);
}

static void test_pieces(void)
{
	int saved = id;
	pthread_t thread;
	void *result;
	char *p, *q;

	id = new_segment(4 * 4096);
	p = attach(id, NULL, 0);
	munmap(p + 4096, 4096);
	ok(attached(id) == 2, "SHM-020: a hole makes two pieces");
	ok(detach(p) == 0 && attached(id) == 0, "SHM-020: shmdt removes both");
	p = attach(id, NULL, 0);
	munmap(p, 4096);
	ok(attached(id) == 1 && detach(p) == 0 && attached(id) == 0,
	   "SHM-020: also when the first page is gone");
	p = attach(id, NULL, 0);
	mprotect(p + 4096, 4096, PROT_READ);
	ok(attached(id) == 3 && detach(p) == 0 && attached(id) == 0, "SHM-021: mprotect splits");
	p = attach(id, NULL, 0);
	p[5] = 'm';
	q = mmap(NULL, 4 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ok(mremap(p, 4 * 4096, 4 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q && q[5] == 'm' &&
		   attached(id) == 1,
	   "SHM-022: mremap moves");
	ok(failed_with(detach(p), EINVAL) && detach(q) == 0 && attached(id) == 0,
	   "SHM-022: the new address counts");
	pthread_create(&thread, NULL, thread_attaches, NULL);
	pthread_join(thread, &result);
	p = result;
	p[0] = 't';
	ok(attached(id) == 1 && detach(p) == 0 && attached(id) == 0,
	   "SHM-037: a thread's attachment is the process's");
	rm_segment(id);
	id = saved;
}

static void test_removal(void)
{
	int key = 0x5e70 + getpid(), seg = get_segment(key, 8192, IPC_CREAT | 0640), other;
	char *p = attach(seg, NULL, 0), *q;
	struct raw_shmid_ds ds;
	pid_t pid;

	p[0] = 'd';
	ok(rm_segment(seg) == 0 && (ds = segment_stat(seg)).mode == 01640 && ds.key == 0,
	   "SHM-023: RMID marks, and forgets the key");
	q = attach(seg, NULL, 0);
	other = get_segment(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
	ok(q && q[0] == 'd' && other >= 0 && other != seg && rm_segment(seg) == 0,
	   "SHM-024: it lives on by its id");
	rm_segment(other);
	ok(failed_with(segment_ctl(other, IPC_STAT, &ds), EINVAL), "SHM-025: RMID alone removes");
	detach(q);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	detach(p);
	ok(attached(seg) == 1, "SHM-025: a child keeps it");
	put_end(pid);
	ok(failed_with(segment_ctl(seg, IPC_STAT, &ds), EINVAL),
	   "SHM-025: the last detach removes");
}

static void test_maps(void)
{
	int seg = get_segment(0x7e57ab1e, 4096, IPC_CREAT | 0600);
	char *p = attach(seg, NULL, 0), line[512], want[64], perms[8];
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long start, end, offset, inode;
	int found = 0;

	snprintf(want, sizeof(want), "/SYSV7e57ab1e (deleted)");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &start, &end, perms, &offset, &inode) ==
			    5 &&
		    start == (unsigned long)p)
			found = !strcmp(perms, "rw-s") && inode == (unsigned long)seg &&
				strstr(line, want) != NULL;
	if (f)
		fclose(f);
	ok(found, "SHM-033 DESIGN-035: maps shows name and id");
	detach(p);
	rm_segment(seg);
}

static void test_atomics(void)
{
	int *p = (int *)attach(id, NULL, 0), fine = 1;
	pid_t pids[4];

	p[0] = p[1] = 0;
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int *q = (int *)attach(id, NULL, 0);

			for (int k = 0; k < 20000; k++)
				__atomic_add_fetch(q, 1, __ATOMIC_SEQ_CST);
			_exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		fine &= result_of(pids[i]) == 0;
	ok(fine && p[0] == 80000, "SHM-040: atomic additions");
	pids[0] = fork();
	if (pids[0] == 0) {
		int *q = (int *)attach(id, NULL, 0);

		_exit(syscall(SYS_futex, q + 1, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 ? 0 : errno);
	}
	ok(eventually(syscall(SYS_futex, p + 1, FUTEX_WAKE, 1, NULL, NULL, 0) == 1) &&
		   result_of(pids[0]) == 0,
	   "SHM-040: a futex at two addresses");
	detach(p);
}

int main(int argc, char **argv)
{
	self = "/proc/self/exe";
	if (argc > 1) /* after exec: the parent's attachments only */
		return (int)attached(atoi(argv[1])) + 40;
	id = new_segment(5000);
	test_create();
	test_attach();
	test_addresses();
	test_rights();
	test_pieces();
	test_removal();
	test_maps();
	test_atomics();
	test_processes();
	rm_segment(id);
	return ktap_done();
}
