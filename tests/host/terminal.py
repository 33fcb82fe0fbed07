# SPDX-License-Identifier: GPL-2.0-only
"""For the scripts of tests/host/: a program on a pseudo-terminal, driven as by hand, and KTAP."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VM = os.path.join(ROOT, "tools/vm")
count = failed = 0


def ok(held, text, detail=""):
    global count, failed
    count += 1
    failed += not held
    print("%sok %d - %s" % ("" if held else "not ", count, text), flush=True)
    if not held and detail:
        print("\n".join("# " + line for line in repr(detail)[-1500:].replace("\\n", "\n").split("\n")), flush=True)
    return held


def finish():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


class Terminal:
    """One program with a pseudo-terminal of 24 lines and 80 columns as its standard files."""

    def __init__(self, command, deadline_s=120):
        self.text = ""
        self.end = time.monotonic() + deadline_s
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execvp(command[0], command)

    def send(self, text):
        os.write(self.fd, text.encode())

    def read_some(self, limit):
        if not select.select([self.fd], [], [], max(0, limit - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        # Each terminal on the way may have put a carriage return before a line's end.
        self.text = re.sub("\r+\n", "\n", self.text + data.decode(errors="replace"))
        return bool(data)

    def expect(self, pattern, timeout_s=60):
        """What came up to and with the pattern, which is then gone; None when it does not come."""
        limit = min(self.end, time.monotonic() + timeout_s)
        while True:
            match = re.search(pattern, self.text, re.S)
            if match:
                seen, self.text = self.text[:match.end()], self.text[match.end():]
                return seen
            if not self.read_some(limit):
                return None

    def close(self):
        """Waits for the program's end; its exit status, or -n for signal n."""
        limit = min(self.end, time.monotonic() + 60)
        while self.read_some(limit):
            pass
        done, status = os.waitpid(self.pid, os.WNOHANG)
        while not done and time.monotonic() < limit:
            time.sleep(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG)
        if not done:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
            return None
        os.close(self.fd)
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
