/* SPDX-License-Identifier: GPL-2.0-only */
/* epoll's hook in the life of a file. Implemented in fs/eventpoll.c. Linux: include/linux/eventpoll.h. */
#ifndef CONDUIT_FS_EVENTPOLL_H
#define CONDUIT_FS_EVENTPOLL_H

#include "kernel/lib/list.h"
#include "fs/fs.h"

/* Takes a dying file out of every set that watches it. */
void eventpoll_release_file(struct file *file);

/* Called by the last fput(), before ->release: nearly always nothing. */
static inline void eventpoll_release(struct file *file)
{
	if (unlikely(!list_empty_careful(&file->f_ep_links)))
		eventpoll_release_file(file);
}

#endif
