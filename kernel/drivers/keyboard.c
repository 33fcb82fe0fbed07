// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PS/2 keyboard, at the PC's 8042 controller.
 *
 * The controller is told to translate to scan codes of set 1 and to interrupt; each code goes
 * through keymap.c to the screen's terminal. Ctrl-Alt-Del sends SIGINT to init.
 * Locking: none; the state of the keys is the interrupt's alone, and that comes to one CPU at a time.
 * Linux: drivers/input/serio/i8042.c, drivers/tty/vt/keyboard.c.
 */
#include "kernel/drivers/keymap.h"
#include "kernel/drivers/vt.h"
#include "kernel/lib/init.h"
#include "kernel/lib/random.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irq.h"
#include "kernel/signal.h"

#define I8042_DATA           0x60
#define I8042_STATUS         0x64 /* read */
#define I8042_COMMAND        0x64 /* write */
#define STATUS_OUTPUT        0x01 /* a byte waits for us */
#define STATUS_INPUT         0x02 /* it has not taken ours yet */
#define STATUS_MOUSE         0x20 /* the byte comes from the mouse */
#define COMMAND_READ_CONFIG  0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_ENABLE       0xae
#define CONFIG_IRQ           0x01
#define CONFIG_DISABLED      0x10
#define CONFIG_TRANSLATE     0x40
#define KEYBOARD_IRQ         1

static struct keyboard keyboard; /* [the interrupt] */

static irqreturn_t keyboard_interrupt(int irq, void *dev)
{
	bool handled = false;
	u8 status;

	while ((status = inb(I8042_STATUS)) & STATUS_OUTPUT) {
		u8 code = inb(I8042_DATA);
		char text[KEYMAP_MAX];
		size_t n;

		handled = true;
		if (status & STATUS_MOUSE)
			continue;
		add_device_randomness(&code, 1);
		keyboard.application_cursor = vt_application_cursor();
		n = keyboard_scancode(&keyboard, code, text);
		vt_key(text, n);
		if (keyboard.secure_attention) {
			keyboard.secure_attention = false;
			kill_cad_pid(SIGINT, 1);
		}
	}
	return handled ? IRQ_HANDLED : IRQ_NONE;
}

/* Waits until the bits of the status are as wanted; false when they do not become so. */
static bool wait_status(u8 mask, u8 want)
{
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		if ((inb(I8042_STATUS) & mask) == want)
			return true;
		cpu_relax();
	}
	return false;
}

static bool command(u8 value)
{
	if (!wait_status(STATUS_INPUT, 0))
		return false;
	outb(value, I8042_COMMAND);
	return true;
}

static int keyboard_init(void)
{
	int i;
	u8 config;

	if (inb(I8042_STATUS) == 0xff)
		return 0; /* no controller */
	for (i = 0; i < 16 && (inb(I8042_STATUS) & STATUS_OUTPUT); i++)
		inb(I8042_DATA);
	if (!command(COMMAND_READ_CONFIG) || !wait_status(STATUS_OUTPUT, STATUS_OUTPUT))
		return 0;
	config = inb(I8042_DATA);
	config = (config | CONFIG_IRQ | CONFIG_TRANSLATE) & ~CONFIG_DISABLED;
	if (!command(COMMAND_WRITE_CONFIG) || !wait_status(STATUS_INPUT, 0))
		return 0;
	outb(config, I8042_DATA);
	command(COMMAND_ENABLE);
	wait_status(STATUS_INPUT, 0);
	return request_irq(KEYBOARD_IRQ, keyboard_interrupt, "i8042", NULL);
}
device_initcall(keyboard_init);
