/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of prctl(2), and the securebits of man 7 capabilities. */
#ifndef CONDUIT_UAPI_PRCTL_H
#define CONDUIT_UAPI_PRCTL_H

#define PR_SET_PDEATHSIG         1
#define PR_GET_PDEATHSIG         2
#define PR_GET_DUMPABLE          3
#define PR_SET_DUMPABLE          4
#define PR_GET_KEEPCAPS          7
#define PR_SET_KEEPCAPS          8
#define PR_SET_NAME              15
#define PR_GET_NAME              16
#define PR_CAPBSET_READ          23
#define PR_CAPBSET_DROP          24
#define PR_GET_SECUREBITS        27
#define PR_SET_SECUREBITS        28
#define PR_SET_TIMERSLACK        29
#define PR_GET_TIMERSLACK        30
#define PR_SET_MM                35
#define PR_SET_CHILD_SUBREAPER   36
#define PR_GET_CHILD_SUBREAPER   37
#define PR_SET_NO_NEW_PRIVS      38
#define PR_GET_NO_NEW_PRIVS      39
#define PR_GET_TID_ADDRESS       40
#define PR_CAP_AMBIENT           47
#define PR_CAP_AMBIENT_IS_SET    1
#define PR_CAP_AMBIENT_RAISE     2
#define PR_CAP_AMBIENT_LOWER     3
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#define PR_SET_VMA               0x53564d41

/* Securebits: bit 2n switches a rule of root's off, bit 2n+1 locks bit 2n. */
#define SECBIT_NOROOT                      (1u << 0)
#define SECBIT_NOROOT_LOCKED               (1u << 1)
#define SECBIT_NO_SETUID_FIXUP             (1u << 2)
#define SECBIT_NO_SETUID_FIXUP_LOCKED      (1u << 3)
#define SECBIT_KEEP_CAPS                   (1u << 4)
#define SECBIT_KEEP_CAPS_LOCKED            (1u << 5)
#define SECBIT_NO_CAP_AMBIENT_RAISE        (1u << 6)
#define SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED (1u << 7)
#define SECURE_ALL_BITS                    0x55u
#define SECURE_ALL_LOCKS                   (SECURE_ALL_BITS << 1)

#endif
