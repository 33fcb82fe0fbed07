/* SPDX-License-Identifier: GPL-2.0-only */
/* Lengths that user space may rely on (man 7 path_resolution, pipe(7)). */
#ifndef CONDUIT_UAPI_LIMITS_H
#define CONDUIT_UAPI_LIMITS_H

#define NAME_MAX       255   /* bytes in a file name */
#define PATH_MAX       4096  /* bytes in a path, the final 0 included */
#define PIPE_BUF       4096  /* a write of up to this many bytes is atomic */
#define NGROUPS_MAX    65536 /* supplementary groups */
#define ARG_MAX        131072
#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536

#endif
