// SPDX-License-Identifier: GPL-2.0-only
/*
 * The demonstrations of user/demo/ print what docs/demos.md says, here and on Linux, and leave no
 * object behind.
 */
#define _GNU_SOURCE
#include <mqueue.h>
#include <sched.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include "tests/user/run.h"

#define DEMOS "/demo"

static struct printed p;

/* In this namespace, of all kinds. */
static int objects(void)
{
	struct shm_info segments;
	struct msginfo queues;
	struct seminfo sets;

	shmctl(0, SHM_INFO, (struct shmid_ds *)&segments);
	msgctl(0, MSG_INFO, (struct msqid_ds *)&queues);
	semctl(0, 0, SEM_INFO, &sets);
	return segments.__used_ids + queues.msgpool + sets.semusz;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int split(char *text, char **lines, int max)
{
	int count = 0;

	while (count < max && (lines[count] = strtok_r(text, "\n", &text)) != NULL)
		count++;
	return count;
}

/* Processes speak in any order. */
static void sort_lines(char *text)
{
	static char copy[sizeof(p.out)];
	char *lines[100], *to = text;
	int count;

	strcpy(copy, text);
	count = split(copy, lines, 100);
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (int i = 0; i < count; i++)
		to += sprintf(to, "%s\n", lines[i]);
}

static void demo(const char *line, int is_sorted, const char *expected, const char *promise)
{
	run(&p, DEMOS, line, 0);
	if (is_sorted)
		sort_lines(p.out);
	if (!ok(!p.status && !*p.err && !strncmp(p.out, expected, strlen(expected)), "%s: %s", line,
		promise)) {
		printf("# status %d, errors '%s'\n", p.status, p.err);
		show_difference("output", p.out, expected);
	}
	ok(objects() == 0, "%s leaves no object", line);
}

#define FORK(n)       "fork " #n ": 0 on the table, 1 waiting for it, in philosopher " #n "'s left hand\n"
#define FORKS         FORK(0) FORK(1) FORK(2) FORK(3) FORK(4)
#define ATE(n, meals) "philosopher " #n " has eaten " #meals " times\n"
#define HUNGRY(n)     "philosopher " #n " has not eaten: the table was taken away\n"
#define ALL_HUNGRY    HUNGRY(0) HUNGRY(1) HUNGRY(2) HUNGRY(3) HUNGRY(4)

#define READER(n, line)                                                                            \
	"librarian: reader " #n " wants tides\n"                                                   \
	"reader " #n ", who cannot write in it, reads: " line "\n"

/* The deadlock stays until ipcrm ends it; ipcs shows it. */
static void keep_deadlock(void)
{
	pid_t pid = start(DEMOS, "philosophers -d -k", 0, "background");
	time_t deadline = time(NULL) + 60;
	char line[40], *hint;
	int set = -1, status;

	do {
		sched_yield();
		read_all("background", p.out, sizeof(p.out));
		hint = strstr(p.out, "ipcrm -s ");
	} while ((!hint || !strchr(hint, '\n')) && time(NULL) < deadline);
	if (hint)
		set = atoi(hint + strlen("ipcrm -s "));
	snprintf(line, sizeof(line), "ipcs -s -i %d", set);
	run(&p, OURS, line, 0);
	ok(strstr(p.out, "\n0          0          1          0 ") &&
		   strstr(p.out, "\n4          0          1          0 "),
	   "ipcs -s -i shows the five forks: 0, and one process waiting for each");
	snprintf(line, sizeof(line), "ipcrm -s %d", set);
	run(&p, OURS, line, 0);
	waitpid(pid, &status, 0);
	read_all("background", p.out, sizeof(p.out));
	ok(!status && strstr(p.out, "0 of 5 philosophers have eaten\n"),
	   "ipcrm -s ends the deadlock");
	ok(objects() == 0, "philosophers -d -k leaves no object");
}

/* What @name heard, in his order: from his own joining to his own leaving. */
static int heard_by(const char *name, char **lines, int count, char **heard)
{
	char mark[32];
	int n = 0;

	snprintf(mark, sizeof(mark), "[%s hears] ", name);
	for (int i = 0; i < count; i++)
		if (!strncmp(lines[i], mark, strlen(mark)))
			heard[n++] = lines[i] + strlen(mark);
	return n;
}

static int position(const char *line, char **lines, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(lines[i], line))
			return i;
	return -1;
}

/* Of the lines that both heard. */
static int same_order(char **one, int ones, char **other, int others)
{
	int last = -1;

	for (int i = 0; i < ones; i++) {
		int at = position(one[i], other, others);

		if (at >= 0 && at < last)
			return 0;
		if (at >= 0)
			last = at;
	}
	return 1;
}

static void chat_among_three(void)
{
	static const char *const names[] = { "ann", "bob", "eve" };
	char *lines[100], *heard[3][100], text[40];
	int count, counts[3], in_order = 1, complete = 1;

	run(&p, DEMOS, "chat", 0);
	ok(!p.status && !*p.err, "chat: three people talk and leave");
	count = split(p.out, lines, 100);
	for (int i = 0; i < 3; i++) {
		counts[i] = heard_by(names[i], lines, count, heard[i]);
		snprintf(text, sizeof(text), "* %s joins", names[i]);
		complete &= counts[i] > 0 && !strcmp(heard[i][0], text);
		snprintf(text, sizeof(text), "* %s leaves", names[i]);
		complete &= counts[i] > 0 && !strcmp(heard[i][counts[i] - 1], text);
	}
	for (int i = 0; i < 3; i++)
		in_order &= same_order(heard[i], counts[i], heard[(i + 1) % 3],
				       counts[(i + 1) % 3]);
	ok(complete, "… each hears all from his joining to his leaving");
	ok(in_order, "… and all hear it in the same order");
	ok(objects() == 0, "chat leaves no object");
}

static void chat_as_one(void)
{
	FILE *in = fopen("in", "w");

	fputs("hello\nis nobody here?\n", in);
	fclose(in);
	demo("chat me", 0, "* me joins\nme: hello\nme: is nobody here?\n* me leaves\n",
	     "who comes first makes the queue, who leaves last removes it");
	unlink("in");
}

static void play_ping_pong(void)
{
	static const char *const names[] = { "pipe",   "socket", "FIFO", "eventfd", "mqueue",
					     "signal", "sem",    "msg",  "futex" };
	const char *at;
	int played = 0;

	run(&p, DEMOS, "ping_pong 20", 0);
	at = p.out;
	for (unsigned int i = 0; at && i < sizeof(names) / sizeof(*names); i++) {
		played += !strncmp(at, names[i], strlen(names[i])) &&
			  !strncmp(at + 8, "20 rounds, ", 11);
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	ok(!p.status && played == sizeof(names) / sizeof(*names),
	   "ping_pong: over every mechanism");
	ok(objects() == 0, "ping_pong leaves no object");
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs to make a namespace");
	demo("producer_consumer", 0,
	     "1000 items by 2 producers, 1000 taken by 3 consumers, their sum is 500500\n",
	     "each item arrives once");
	demo("producer_consumer 100 5 1", 0,
	     "100 items by 5 producers, 100 taken by 1 consumers, their sum is 5050\n",
	     "whatever the numbers of processes");
	demo("producer_consumer -s 3 1 1", 0, "look with: ipcs; ipcs -s -i ", "slowly");
	demo("philosophers 20", 1,
	     "5 of 5 philosophers have eaten\n" ATE(0, 20) ATE(1, 20) ATE(2, 20) ATE(3, 20)
		     ATE(4, 20),
	     "with both forks in one call all eat");
	demo("philosophers -d", 1, "0 of 5 philosophers have eaten\ndeadlock\n" FORKS ALL_HUNGRY,
	     "one after the other, nobody does");
	keep_deadlock();
	demo("readers_writers 200", 0,
	     "800 reads while 800 writes happened, and none saw half a write\n",
	     "no half write is seen");
	demo("readers_writers -w 200", 0,
	     "800 reads while 800 writes happened, and none saw half a write\n",
	     "nor with the writers first");
	chat_among_three();
	chat_as_one();
	demo("job_server", 0,
	     "job 4 was killed while it held a token; again\n12 jobs done, 3 of 3 tokens are "
	     "back\n",
	     "a killed worker's token comes back");
	demo("job_server -n", 0,
	     "job 4 was killed while it held a token; again\n12 jobs done, 2 of 3 tokens are "
	     "back\n",
	     "without SEM_UNDO it is lost");
	demo("emergency_room", 0,
	     "the bell rings\n9: heart attack\n2: cut finger\n1: sprained ankle\n1: headache\n"
	     "the bell rings\n5: broken arm\nnobody is left\n",
	     "the most urgent first, among equals who came first");
	demo("emergency_room -k", 0,
	     "the bell rings\n9: heart attack\nlook with: cat /dev/mqueue/emergency_room; then rm "
	     "it\n",
	     "who is not treated stays in the queue");
	ok(mq_unlink("/emergency_room") == 0, "emergency_room -k leaves the queue");
	demo("reading_room", 0,
	     READER(1, "The tide comes at eight.") READER(2, "The tide comes at eight.")
		     READER(3, "The tide comes at eight."),
	     "who may not fetch a book is given it");
	demo("reading_room -s", 0,
	     READER(1, "The tide comes at eight.") READER(2, "It goes again at eleven.")
		     READER(3, "A boat must wait for it."),
	     "one copy has one place");
	play_ping_pong();
	return ktap_done();
}
