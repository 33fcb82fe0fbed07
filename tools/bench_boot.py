# SPDX-License-Identifier: GPL-2.0-only
"""For tools/bench: what booting costs, on Conduit and on Linux, with the same firmware (qboot),
ramdisk and 512 MiB. Firmware is included in all figures."""
import os
import select
import shutil
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RAMDISK = os.path.join(TOP, "build/initramfs.cpio")
OURS = os.path.join(TOP, "build/conduit.elf")
MEMORY_MIB = 512
INSTRUCTIONS_GOAL, MEMORY_GOAL = 1 / 60, 1 / 8  # of Linux's
QBOOT = ["-bios", "qboot.rom"]


def keep_copies(folder):
    """From here on kernel and ramdisk are copies: a build meanwhile does not mix two versions."""
    global OURS, RAMDISK
    OURS = shutil.copy(OURS, folder)
    RAMDISK = shutil.copy(RAMDISK, folder)


def counted(kernel):
    """(instructions until init's main(), MiB that are not free then but for the ramdisk's)."""
    command = [os.path.join(TOP, "tools/vm"), "--icount", "--cpu", "qemu64", "--mem", str(MEMORY_MIB),
               "--timeout", "120", "--initrd", RAMDISK, "--kernel", kernel,
               *("--qemu=" + word for word in QBOOT),
               "--", "cat", "/.vm/started", "/proc/meminfo"]
    words = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                           check=True).stdout.split()
    used_kib = MEMORY_MIB * 1024 - int(words[words.index("MemFree:") + 1])
    return float(words[0]), used_kib / 1024 - os.path.getsize(RAMDISK) / 2 ** 20


def one_boot_to_prompt(command):
    """Seconds, or None after a minute."""
    started, seen = time.monotonic(), b""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
        while b" # " not in seen and time.monotonic() < started + 60:
            if select.select([qemu.stdout], [], [], 1)[0]:
                seen += os.read(qemu.stdout.fileno(), 4096)
        seconds = time.monotonic() - started
        qemu.kill()
    return seconds if b" # " in seen else None


def seconds_to_prompt(kernel, repetitions):
    """Wall time from the start of QEMU to the shell's prompt, the best of several."""
    # no_timer_check: on a busy host Linux may find its timer dead.
    command = ["qemu-system-x86_64", "-accel", "tcg", "-M", "q35", "-nodefaults", "-no-user-config",
               "-cpu", "qemu64", "-m", str(MEMORY_MIB), "-display", "none", "-monitor", "none",
               "-no-reboot", "-serial", "stdio", *QBOOT, "-kernel", kernel, "-initrd", RAMDISK,
               "-append", "console=ttyS0 quiet mitigations=off nokaslr no_timer_check"]
    times = [one_boot_to_prompt(command) for _ in range(repetitions)]
    return min((t for t in times if t is not None), default=None)


def image_kib(kernel):
    """The file that a boot loader reads, without debug information."""
    with tempfile.NamedTemporaryFile() as stripped:
        if kernel == OURS and not subprocess.run(["strip", "-o", stripped.name, kernel],
                                                 check=False).returncode:
            kernel = stripped.name
        return os.path.getsize(kernel) / 1024


def figures(linux, repetitions):
    """Rows: (what, Conduit's, Linux's, form, goal of the ratio or None)."""
    ours, theirs = counted(OURS), counted(linux)
    return [
        ("instructions to init, millions", ours[0] / 1e6, theirs[0] / 1e6, "%.1f", INSTRUCTIONS_GOAL),
        ("seconds to the prompt", seconds_to_prompt(OURS, repetitions),
         seconds_to_prompt(linux, repetitions), "%.2f", None),
        ("memory not free, MiB, but for the ramdisk's", ours[1], theirs[1], "%.1f", MEMORY_GOAL),
        ("image, KiB", image_kib(OURS), image_kib(linux), "%.0f", None),
    ]
