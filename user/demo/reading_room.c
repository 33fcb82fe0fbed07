// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading room: who may not fetch a book is given it.
 *
 *     reading_room       three readers; each gets the book opened anew
 *     reading_room -s    there is one copy: each reads on where the last one stopped
 *
 * Idea: the books have no name in any directory (memfd_create()), so no reader can open one. The librarian
 * can pass an open file: SCM_RIGHTS puts a descriptor beside the bytes of a message, and the receiver has
 * a descriptor of its own for the same open file. SO_PEERCRED says who asks, and nobody can lie
 * about that. What is passed is open for reading only, so no reader can change a book.
 * To think about: with -s they share one open file: what else do they share than the place? A reader
 * asks, and leaves without taking what was sent. Who closes it?
 * Start at: serve(). The pages: docs/demos.md, docs/unix-descriptors.md.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define READERS 3
#define LINE    25 /* of the book */

static const char book[] =
	"The tide comes at eight.\nIt goes again at eleven.\nA boat must wait for it.\n";
static pid_t readers[READERS];

/* The name begins with a zero byte: it is in no directory, and gone with the librarian. */
static const struct sockaddr_un address = { AF_UNIX, "\0reading_room" };
#define ADDRESS_LEN (offsetof(struct sockaddr_un, sun_path) + sizeof("\0reading_room") - 1)

static int check(int result)
{
	if (result < 0) {
		perror("reading_room");
		exit(1);
	}
	return result;
}

/* One message, and beside it a descriptor: received into *fd, or sent when it is not negative. */
static void hand_over(int desk, char *text, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec vec = { text, size };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	if (*fd >= 0) {
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), fd, sizeof(int));
		check(sendmsg(desk, &msg, 0));
		return;
	}
	check(recvmsg(desk, &msg, 0));
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(cmsg), sizeof(int));
}

/* A process of its own: asks for the book and reads one line of it. */
static void read_a_line(int number)
{
	int desk = check(socket(AF_UNIX, SOCK_SEQPACKET, 0)), copy = -1;
	char line[LINE], answer[16];

	check(connect(desk, (const struct sockaddr *)&address, ADDRESS_LEN));
	check(send(desk, "tides", 5, 0));
	hand_over(desk, answer, sizeof(answer), &copy);
	check(read(copy, line, LINE));
	printf("reader %d, who %s write in it, reads: %.*s", number,
	       write(copy, "scribble", 8) < 0 ? "cannot" : "can", LINE, line);
	fflush(stdout);
	_exit(0);
}

/* Who is on the other side? The kernel noted it when the connection was made. */
static int number_of_reader(int desk)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	check(getsockopt(desk, SOL_SOCKET, SO_PEERCRED, &who, &len));
	for (int i = 0; i < READERS; i++)
		if (readers[i] == who.pid)
			return i + 1;
	return 0;
}

/* Once more, from the beginning, for reading. */
static int open_again(int original)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", original);
	return check(open(path, O_RDONLY));
}

static void serve(int door, int original, int only_copy)
{
	int desk = check(accept(door, NULL, NULL));
	int copy = only_copy < 0 ? open_again(original) : only_copy;
	char wish[16] = "";

	check(recv(desk, wish, sizeof(wish) - 1, 0));
	printf("librarian: reader %d wants %s\n", number_of_reader(desk), wish);
	fflush(stdout);
	hand_over(desk, "here", 4, &copy);
	if (only_copy < 0)
		close(copy); /* the reader has its own */
	close(desk);
}

int main(int argc, char **argv)
{
	int shared = argc > 1 && !strcmp(argv[1], "-s"), copy = -1;
	int door = check(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	int original = check(memfd_create("tides", 0));

	check(write(original, book, strlen(book)));
	if (shared)
		copy = open_again(original);
	check(bind(door, (const struct sockaddr *)&address, ADDRESS_LEN));
	check(listen(door, READERS));
	for (int i = 0; i < READERS; i++) {
		fflush(stdout);
		readers[i] = check(fork());
		if (!readers[i])
			read_a_line(i + 1);
		serve(door, original, copy);
		waitpid(readers[i], NULL, 0);
	}
	return 0;
}
