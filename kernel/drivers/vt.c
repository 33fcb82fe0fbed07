// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console on a VGA in text mode: tty1 (tty0 is another name for it).
 *
 * Idea: vt_core.c keeps the screen as an array; after each write the rows that have changed are
 * copied to the VGA's memory and its cursor is moved. Keys come from keyboard.c.
 * Where there is no VGA, or it is in a graphics mode (UEFI), there is no tty1.
 *
 * Locking: vt_lock, interrupts off, for the array and the registers; kernel messages take it too,
 * so nothing is called with it held. Linux: drivers/tty/vt/, drivers/video/console/vgacon.c.
 */
#include "kernel/drivers/vt.h"
#include "kernel/drivers/tty.h"
#include "kernel/drivers/vt_core.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/console.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/io.h"
#include "kernel/x86/uaccess.h"
#include "kernel/locking/spinlock.h"
#include "fs/fs.h"

#define VGA_MEMORY        0xb8000
#define VGA_SIZE          0x8000
#define CRTC_INDEX        0x3d4
#define CRTC_DATA         0x3d5
#define CRTC_CURSOR_START 0x0a /* bit 5: no cursor */
#define CRTC_START        0x0c
#define CRTC_CURSOR       0x0e
#define GRAPHICS_INDEX    0x3ce
#define GRAPHICS_DATA     0x3cf
#define GRAPHICS_MISC     6     /* bit 0: graphics */
#define BOCHS_INDEX       0x1ce /* QEMU's high-resolution modes */
#define BOCHS_DATA        0x1cf
#define BOCHS_ENABLE      4

static DEFINE_SPINLOCK(vt_lock);
static struct vt screen;          /* [vt_lock] */
static volatile u16 *vga;         /* [I] NULL: no VGA */
static struct tty_struct *vt_tty; /* [vt_lock] while open */
static bool cursor_shown;         /* [vt_lock] as the VGA has it */

static u8 crtc_read(u8 index)
{
	outb(index, CRTC_INDEX);
	return inb(CRTC_DATA);
}

static void crtc_write(u8 index, u8 value)
{
	outb(index, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

/* Brings the VGA up to date. vt_lock held. */
static void show(void)
{
	int i, place = screen.y * VT_COLUMNS + screen.x;

	for (i = screen.dirty_first * VT_COLUMNS; i < (screen.dirty_last + 1) * VT_COLUMNS; i++)
		vga[i] = screen.cells[i];
	screen.dirty_first = VT_ROWS;
	screen.dirty_last = -1;
	crtc_write(CRTC_CURSOR, place >> 8);
	crtc_write(CRTC_CURSOR + 1, place);
	if (screen.show_cursor != cursor_shown) {
		u8 start = crtc_read(CRTC_CURSOR_START) & ~0x20;

		crtc_write(CRTC_CURSOR_START, start | (screen.show_cursor ? 0 : 0x20));
		cursor_shown = screen.show_cursor;
	}
}

/* ---- the terminal ---- */

static size_t vt_tty_write(struct tty_struct *tty, const u8 *buf, size_t count)
{
	char reply[VT_REPLY_SIZE];
	unsigned long flags;
	size_t n;

	spin_lock_irqsave(&vt_lock, flags);
	vt_write(&screen, buf, count);
	show();
	n = screen.reply_length;
	memcpy(reply, screen.reply, n);
	screen.reply_length = 0;
	spin_unlock_irqrestore(&vt_lock, flags);
	if (n)
		tty_receive(tty, (u8 *)reply, n);
	return count;
}

static size_t vt_tty_write_room(struct tty_struct *tty)
{
	return tty->flow.stopped ? 0 : 4096;
}

static int vt_tty_open(struct tty_struct *tty, struct file *file)
{
	unsigned long flags;

	if (!vga)
		return -ENODEV;
	if (tty->count > 1)
		return 0;
	tty->winsize.ws_row = VT_ROWS;
	tty->winsize.ws_col = VT_COLUMNS;
	spin_lock_irqsave(&vt_lock, flags);
	vt_tty = tty;
	spin_unlock_irqrestore(&vt_lock, flags);
	return 0;
}

static void vt_tty_close(struct tty_struct *tty, struct file *file)
{
	unsigned long flags;

	if (tty->count)
		return;
	spin_lock_irqsave(&vt_lock, flags);
	vt_tty = NULL;
	spin_unlock_irqrestore(&vt_lock, flags);
}

static int vt_tty_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case KDGKBTYPE:
		return put_user((u8)2, (u8 __user *)arg); /* a 101-key keyboard */
	case KDGETMODE:
		return put_user(0, (int __user *)arg); /* text */
	case KDGKBMODE:
		return put_user(3, (int __user *)arg); /* Unicode */
	}
	return -ENOIOCTLCMD;
}

/* A key was pressed: called by the keyboard's interrupt. */
void vt_key(const char *text, size_t count)
{
	struct tty_struct *tty;
	unsigned long flags;

	spin_lock_irqsave(&vt_lock, flags);
	tty = tty_kref_get(vt_tty);
	spin_unlock_irqrestore(&vt_lock, flags);
	if (tty && count)
		tty_receive(tty, (const u8 *)text, count);
	tty_kref_put(tty);
}

bool vt_application_cursor(void)
{
	return READ_ONCE(screen.application_cursor);
}

static const struct tty_operations vt_ops = {
	.open = vt_tty_open,
	.close = vt_tty_close,
	.write = vt_tty_write,
	.write_room = vt_tty_write_room,
	.ioctl = vt_tty_ioctl,
};

static struct tty_struct *vt_ttys[1];
static struct ktermios vt_termios[1];

static struct tty_driver vt_driver = {
	.driver_name = "/dev/tty",
	.name = "tty",
	.name_base = 1,
	.major = TTY_MAJOR,
	.minor_start = 1,
	.num = 1,
	.type = TTY_DRIVER_TYPE_CONSOLE,
	.ops = &vt_ops,
	.ttys = vt_ttys,
	.termios = vt_termios,
};

/* ---- kernel messages ---- */

static void vt_console_write(struct console *console, const char *text, size_t length)
{
	unsigned long flags;
	size_t i;

	/* In a panic the holder of the lock may never give it back. */
	local_irq_save(flags);
	if (!spin_trylock(&vt_lock)) {
		local_irq_restore(flags);
		return;
	}
	for (i = 0; i < length; i++) {
		if (text[i] == '\n')
			vt_write(&screen, (const u8 *)"\r", 1);
		vt_write(&screen, (const u8 *)text + i, 1);
	}
	screen.reply_length = 0;
	show();
	spin_unlock(&vt_lock);
	local_irq_restore(flags);
}

static struct console vt_consoles[] = {
	{ .name = "tty0", .write = vt_console_write },
	{ .name = "tty1", .write = vt_console_write },
};

/* ---- finding the VGA ---- */

static bool in_graphics_mode(void)
{
	u16 id;

	outw(0, BOCHS_INDEX);
	id = inw(BOCHS_DATA);
	if ((id & 0xfff0) == 0xb0c0) {
		outw(BOCHS_ENABLE, BOCHS_INDEX);
		if (inw(BOCHS_DATA) & 1)
			return true;
	}
	outb(GRAPHICS_MISC, GRAPHICS_INDEX);
	return inb(GRAPHICS_DATA) & 1;
}

static bool has_text_vga(void)
{
	u8 saved = crtc_read(CRTC_CURSOR + 1);
	bool answers;

	crtc_write(CRTC_CURSOR + 1, 0x5a);
	answers = crtc_read(CRTC_CURSOR + 1) == 0x5a;
	crtc_write(CRTC_CURSOR + 1, saved);
	if (!answers || in_graphics_mode())
		return false;
	/* A firmware that has set no mode leaves the memory closed. */
	vga[0] = 0x0741;
	vga[1] = 0x0742;
	return vga[0] == 0x0741 && vga[1] == 0x0742;
}

/* The firmware's text stays visible above, as far as there is room. */
static void start_where_firmware_stopped(void)
{
	int place = crtc_read(CRTC_CURSOR) << 8 | crtc_read(CRTC_CURSOR + 1);

	vt_reset(&screen);
	crtc_write(CRTC_START, 0);
	crtc_write(CRTC_START + 1, 0);
	cursor_shown = false;
	if (place > 0 && place < VT_ROWS * VT_COLUMNS && place >= 2) {
		for (int i = 0; i < VT_ROWS * VT_COLUMNS; i++)
			screen.cells[i] = vga[i];
		screen.y = place / VT_COLUMNS;
		vt_write(&screen, (const u8 *)"\r\n", 2);
	}
	show();
}

static int vt_init(void)
{
	u16 first_two[2];
	int error;

	vga = ioremap(VGA_MEMORY, VGA_SIZE);
	if (!vga)
		return -ENOMEM;
	first_two[0] = vga[0];
	first_two[1] = vga[1];
	if (!has_text_vga()) {
		vga = NULL;
		return 0;
	}
	vga[0] = first_two[0];
	vga[1] = first_two[1];
	start_where_firmware_stopped();
	vt_driver.init_termios = tty_std_termios;
	vt_driver.init_termios.c_iflag |= IUTF8;
	error = tty_register_driver(&vt_driver, true);
	if (error)
		return error;
	register_console(&vt_consoles[0]);
	register_console(&vt_consoles[1]);
	return 0;
}
subsys_initcall(vt_init);
