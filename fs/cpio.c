// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of cpio archives. It trusts nothing: numbers must be hex digits, and every length is
 * compared with what is left before it is used.
 *
 * Layout of a member: 110 bytes of ASCII header (magic and 13 numbers of 8 hex digits), the name with
 * its 0, padding to 4, the body, padding to 4. Linux: init/initramfs.c. Start at: cpio_next.
 */
#include "fs/cpio.h"

#define CPIO_HEADER_LEN 110
#define CPIO_NAME_MAX   4096
#define CPIO_FIELDS     13

static bool parse_hex(const u8 *s, unsigned long *value)
{
	unsigned long v = 0;
	int i;

	for (i = 0; i < 8; i++) {
		u8 c = s[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned long)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (unsigned long)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (unsigned long)(c - 'A' + 10);
		else
			return false;
	}
	*value = v;
	return true;
}

static inline size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static bool is_magic(const u8 *s)
{
	return s[0] == '0' && s[1] == '7' && s[2] == '0' && s[3] == '7' && s[4] == '0' &&
	       (s[5] == '1' || s[5] == '2');
}

static bool is_trailer(const char *name, size_t len)
{
	static const char trailer[] = "TRAILER!!!";
	size_t i;

	if (len != sizeof(trailer) - 1)
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] != trailer[i])
			return false;
	}
	return true;
}

enum cpio_status cpio_next(const u8 *buf, size_t len, size_t *pos, struct cpio_entry *entry)
{
	unsigned long f[CPIO_FIELDS], name_size;
	size_t at = *pos, body_at, i;

	while (at < len && buf[at] == 0)
		at++;
	if (at >= len)
		return CPIO_END;
	if (len - at < CPIO_HEADER_LEN || !is_magic(buf + at))
		return CPIO_BAD;
	for (i = 0; i < CPIO_FIELDS; i++) {
		if (!parse_hex(buf + at + 6 + 8 * i, &f[i]))
			return CPIO_BAD;
	}
	name_size = f[11];
	if (name_size < 1 || name_size > CPIO_NAME_MAX || name_size > len - at - CPIO_HEADER_LEN)
		return CPIO_BAD;
	entry->name = (const char *)buf + at + CPIO_HEADER_LEN;
	if (entry->name[name_size - 1] != 0)
		return CPIO_BAD;
	for (i = 0; entry->name[i]; i++)
		;
	entry->name_len = i;
	/* Padding counts from the member's own start. */
	body_at = at + align4(CPIO_HEADER_LEN + name_size);
	entry->body_len = f[6];
	if (entry->body_len && (body_at > len || entry->body_len > len - body_at))
		return CPIO_BAD;
	entry->body = buf + (body_at < len ? body_at : len);
	entry->ino = f[0];
	entry->mode = f[1];
	entry->uid = f[2];
	entry->gid = f[3];
	entry->nlink = f[4];
	entry->mtime = f[5];
	entry->dev_major = f[7];
	entry->dev_minor = f[8];
	entry->rdev_major = f[9];
	entry->rdev_minor = f[10];
	*pos = body_at + align4(entry->body_len);
	if (*pos > len)
		*pos = len;
	return is_trailer(entry->name, entry->name_len) ? CPIO_TRAILER : CPIO_ENTRY;
}
