// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chat: any number of people over one message queue.
 *
 *     chat NAME      join; every line goes to all; end of input (Ctrl-D) leaves
 *     chat           three people talk by themselves
 *
 * Idea: a message's type is its address. Type 1 is the server's, 1000000 + pid that of one guest, and
 * each receives only its own type, so that one queue does for all. The server sends what it hears to
 * everyone, and all hear everything in one order, the server's. Whoever comes first makes the queue and
 * starts the server, which removes the queue when the last one has left.
 * To think about: a guest who stops listening (Ctrl-Z) fills the queue. Who waits then, and for whom?
 * Start at: serve() and join(). The page: docs/demos.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY    0x63686174 /* "chat" */
#define SERVER 1
#define GUEST  1000000
#define GUESTS 20

enum action { JOIN, SAY, LEAVE, GONE };

static struct message {
	long type; /* to whom */
	enum action action;
	int guest; /* the type of who did it */
	char name[16], text[100];
} message;

#define LENGTH (sizeof(message) - sizeof(message.type))

static int queue, guests[GUESTS], guest_count;

static int check(int result)
{
	if (result < 0) {
		perror("chat");
		exit(1);
	}
	return result;
}

static void send_to(long type)
{
	message.type = type;
	check(msgsnd(queue, &message, LENGTH, 0));
}

/*
 * Until all have gone again, but not before @least have come. Who leaves gets no more messages, but has
 * still some to read: removing the queue must wait until they say that they have.
 */
static void serve(int least)
{
	int present = 0;

	while (present || least > 0) {
		check(msgrcv(queue, &message, LENGTH, SERVER, 0));
		if (message.action == GONE) {
			present--;
			continue;
		}
		if (message.action == JOIN && guest_count == GUESTS)
			continue; /* full: he hears nothing */
		if (message.action == JOIN) {
			guests[guest_count++] = message.guest;
			present++;
			least--;
		}
		for (int i = 0; i < guest_count; i++)
			send_to(guests[i]);
		for (int i = 0; message.action == LEAVE && i < guest_count; i++)
			if (guests[i] == message.guest)
				guests[i] = guests[--guest_count];
	}
	msgctl(queue, IPC_RMID, NULL);
	exit(0);
}

/* Prints what arrives, until it is that we have left. */
static void listen_as(int me, const char *mark)
{
	do {
		check(msgrcv(queue, &message, LENGTH, me, 0));
		if (message.action == SAY)
			printf("%s%s: %s\n", mark, message.name, message.text);
		else
			printf("%s* %s %s\n", mark, message.name,
			       message.action == JOIN ? "joins" : "leaves");
		fflush(stdout);
	} while (message.action != LEAVE || message.guest != me);
	exit(0);
}

static void tell_server(int me, const char *name, enum action action, const char *text)
{
	message.action = action;
	message.guest = me;
	snprintf(message.name, sizeof(message.name), "%s", name);
	snprintf(message.text, sizeof(message.text), "%.*s", (int)strcspn(text, "\n"), text);
	send_to(SERVER);
}

/* One process talks, its child listens. */
static void join(const char *name, FILE *lines, const char *mark)
{
	int me = GUEST + getpid();
	char line[100];

	tell_server(me, name, JOIN, "");
	if (fork() == 0)
		listen_as(me, mark);
	while (fgets(line, sizeof(line), lines))
		tell_server(me, name, SAY, line);
	tell_server(me, name, LEAVE, "");
	wait(NULL);
	tell_server(me, name, GONE, "");
}

int main(int argc, char **argv)
{
	static const char *const people[] = { "ann", "bob", "eve" };
	char said[] = "one\ntwo\nthree\nfour\n", mark[20];

	queue = msgget(argc > 1 ? KEY : IPC_PRIVATE, IPC_CREAT | IPC_EXCL | 0600);
	if (queue >= 0 && fork() == 0)
		serve(argc > 1 ? 1 : 3);
	if (queue < 0)
		queue = check(msgget(KEY, 0));
	if (argc > 1)
		join(argv[1], stdin, "");
	for (int i = 0; i < 3 && argc == 1; i++) {
		snprintf(mark, sizeof(mark), "[%s hears] ", people[i]);
		if (fork() == 0) {
			join(people[i], fmemopen(said, sizeof(said) - 1, "r"), mark);
			exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
