// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same promises with the other library.
 * libc: glibc
 */
#include "tests/ipc/mq_libc.c"
