/* SPDX-License-Identifier: GPL-2.0-only */
/* What uname(2) fills in. */
#ifndef CONDUIT_UAPI_UTSNAME_H
#define CONDUIT_UAPI_UTSNAME_H

#define __NEW_UTS_LEN 64

struct new_utsname {
	char sysname[__NEW_UTS_LEN + 1];
	char nodename[__NEW_UTS_LEN + 1];
	char release[__NEW_UTS_LEN + 1];
	char version[__NEW_UTS_LEN + 1];
	char machine[__NEW_UTS_LEN + 1];
	char domainname[__NEW_UTS_LEN + 1];
};

_Static_assert(sizeof(struct new_utsname) == 390, "struct utsname is 390 bytes");

#endif
