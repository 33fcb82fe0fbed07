// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emergency room: who is worst off goes first, and a bell wakes the doctor.
 *
 *     emergency_room       a night with one doctor
 *     emergency_room -k    he goes home early: the patients are left in the queue
 *
 * Idea: a POSIX message queue sorts by itself: a message's priority is how urgent it is, and within one
 * priority who came first is first. The doctor need not wait in the queue: mq_notify() has a signal sent
 * when somebody comes into the empty room. It is sent once, so he asks for the next one before he looks
 * who is there; the other way round, somebody could come in between and wait all night.
 * To think about: while he treats one, a worse one comes. When does he notice? What would it take to
 * have two doctors, of whom either may be told?
 * Start at: treat_all(). The page: docs/demos.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOM    "/emergency_room"
#define LONGEST 32

static mqd_t room;

static int check(int result)
{
	if (result < 0) {
		perror("emergency_room");
		exit(1);
	}
	return result;
}

/* A process of its own: the door. Ends when all have come in. */
static void arrive(const char *const patients[], const unsigned int urgency[], int count)
{
	fflush(stdout);
	if (fork() == 0) {
		for (int i = 0; i < count; i++)
			check(mq_send(room, patients[i], strlen(patients[i]), urgency[i]));
		_exit(0);
	}
}

static void ask_for_the_bell(void)
{
	struct sigevent bell = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

	check(mq_notify(room, &bell));
}

static void sleep_until_the_bell_rings(void)
{
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	while (sigwaitinfo(&set, &info) < 0)
		;
	printf("the bell rings%s\n", info.si_code == SI_MESGQ ? "" : " (who was that?)");
	wait(NULL); /* until he is dressed, all have come in */
}

/* Who is there, the most urgent first, at most @most. */
static void treat_all(int most)
{
	char patient[LONGEST];
	unsigned int urgency;
	ssize_t length;

	ask_for_the_bell();
	while (most-- > 0 && (length = mq_receive(room, patient, LONGEST, &urgency)) >= 0)
		printf("%u: %.*s\n", urgency, (int)length, patient);
	if (most >= 0 && errno != EAGAIN)
		check(-1);
}

int main(int argc, char **argv)
{
	static const char *const evening[] = { "sprained ankle", "cut finger", "heart attack",
					       "headache" };
	static const unsigned int how_urgent[] = { 1, 2, 9, 1 };
	struct mq_attr size = { .mq_maxmsg = 8, .mq_msgsize = LONGEST };
	int leaves_early = argc > 1 && !strcmp(argv[1], "-k");
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	room = check(mq_open(ROOM, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &size));
	ask_for_the_bell();
	arrive(evening, how_urgent, 4);
	sleep_until_the_bell_rings();
	treat_all(leaves_early ? 1 : 8);
	if (leaves_early) {
		printf("look with: cat /dev/mqueue%s; then rm it\n", ROOM);
		return 0;
	}
	arrive((const char *const[]){ "broken arm" }, (const unsigned int[]){ 5 }, 1);
	sleep_until_the_bell_rings();
	treat_all(8);
	printf("nobody is left\n");
	return check(mq_unlink(ROOM));
}
