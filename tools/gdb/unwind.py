# SPDX-License-Identifier: GPL-2.0-only
"""Two unwinders for gdb: where neither the compiler nor entry.asm describes a frame.

Entry code: before it has pushed all of struct pt_regs and while it pops it again, the caller is the
user program. Its registers are still, or again, in the CPU, or lie in the pt_regs at the top of the
thread's kernel stack.
Programs: musl's functions come without descriptions. The instructions from a function's start to
here say how far the stack pointer has moved since the call.
"""

import re
import subprocess

import gdb
from gdb.unwinder import Unwinder

USER_LIMIT = 1 << 47
CALLEE_SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")
# Names of struct pt_regs for gdb's.
PT_REGS = {"rbx": "bx", "rbp": "bp", "r12": "r12", "r13": "r13", "r14": "r14", "r15": "r15",
           "rip": "ip", "rsp": "sp"}
described = []          # (start, end) of the program's functions that have a description


def address_of(symbol):
    return int(gdb.parse_and_eval("(unsigned long)&'%s'" % symbol))


def per_cpu(name):
    """The CPU's copy of a variable."""
    variable = gdb.parse_and_eval("&" + name)
    cpu = gdb.selected_thread().num - 1
    offset = int(gdb.parse_and_eval("__per_cpu_offset")[cpu])
    return gdb.Value((int(variable) + offset) & (1 << 64) - 1).cast(variable.type).dereference()


def user_frame():
    """The pt_regs of the current thread's way into the kernel."""
    regs = gdb.lookup_type("struct pt_regs")
    top = int(per_cpu("cpu_current_top_of_stack"))
    return gdb.Value(top - regs.sizeof).cast(regs.pointer()).dereference()


def user_frame_value(name):
    return int(user_frame()[name])


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class EntryUnwinder(Unwinder):
    """From the entry code into the program."""

    def __init__(self):
        super().__init__("conduit-entry")

    def __call__(self, pending):
        pc = int(pending.read_register("rip")) & (1 << 64) - 1
        if pc < USER_LIMIT:
            return None
        try:
            if address_of("syscall_entry") <= pc < address_of("syscall_entry.framed"):
                return self.entering(pending, pc)
            if address_of("syscall_entry.by_sysret") <= pc < address_of("return_by_iret") or \
                    address_of("return_by_iret.popping") <= pc <= address_of("native_iret"):
                return self.leaving(pending, pc)
        except gdb.error:
            pass
        return None

    def entering(self, pending, pc):
        """The CPU has put the address into rcx; the stack pointer is the user's or put aside."""
        sp = pending.read_register("rsp")
        if int(sp) & (1 << 64) - 1 >= USER_LIMIT:
            sp = per_cpu("user_rsp_scratch")
        word = gdb.lookup_type("unsigned long")
        info = pending.create_unwind_info(FrameId(sp.cast(word), gdb.Value(pc).cast(word)))
        info.add_saved_register("rip", pending.read_register("rcx").cast(word))
        info.add_saved_register("rsp", sp.cast(word))
        for name in CALLEE_SAVED:
            info.add_saved_register(name, pending.read_register(name))
        return info

    def leaving(self, pending, pc):
        regs = user_frame()
        word = gdb.lookup_type("unsigned long")
        info = pending.create_unwind_info(FrameId(regs["sp"].cast(word), gdb.Value(pc).cast(word)))
        for name, field in PT_REGS.items():
            info.add_saved_register(name, regs[field].cast(word))
        return info


def describe_program(file):
    """Remembers which functions of the program gdb can unwind by itself."""
    listing = subprocess.run(["readelf", "--wide", "-wf", file], capture_output=True, text=True).stdout
    described[:] = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"pc=(\w+)\.\.(\w+)", listing)]


def stack_moved(frame_start, pc):
    """Bytes pushed between a function's start and pc, or None when the instructions do not say."""
    moved = 0
    architecture = gdb.selected_inferior().architecture()
    for instruction in architecture.disassemble(frame_start, pc):
        if instruction["addr"] >= pc:
            break
        text = instruction["asm"]
        if text.startswith("push"):
            moved += 8
        elif text.startswith("pop"):
            moved -= 8
        else:
            match = re.match(r"(sub|add) +\$(0x[0-9a-f]+),%rsp", text)
            if match:
                amount = int(match.group(2), 16)
                amount -= (amount & 1 << 63) << 1
                moved += amount if match.group(1) == "sub" else -amount
            elif "%rsp" in text.rsplit(",", 1)[-1] and "(" not in text.rsplit(",", 1)[-1]:
                return None
    return moved if moved >= 0 else None


class ProgramUnwinder(Unwinder):
    """Through a program's functions that have no description."""

    def __init__(self):
        super().__init__("conduit-program")

    def __call__(self, pending):
        pc = int(pending.read_register("rip")) & (1 << 64) - 1
        if pc >= USER_LIMIT or not described or any(a <= pc < b for a, b in described):
            return None
        match = re.match(r"(\S+)(?: \+ (\d+))? in section", self.symbol(pc))
        if match and not match.group(2) and self.follows_call(pc):
            # The call that ends a function which never returns: pc is in the next one already.
            match = re.match(r"(\S+)(?: \+ (\d+))? in section", self.symbol(pc - 1))
            moved = stack_moved(pc - 1 - int(match.group(2) or 0), pc - 1) if match else None
        elif match:
            moved = stack_moved(pc - int(match.group(2) or 0), pc)
        else:
            return None
        if moved is None:
            return None
        word = gdb.lookup_type("unsigned long")
        at = (int(pending.read_register("rsp")) & (1 << 64) - 1) + moved
        try:
            caller = gdb.Value(at).cast(word.pointer()).dereference()
            caller.fetch_lazy()
        except gdb.error:
            return None
        info = pending.create_unwind_info(FrameId(gdb.Value(at + 8).cast(word), gdb.Value(pc).cast(word)))
        info.add_saved_register("rip", caller)
        info.add_saved_register("rsp", gdb.Value(at + 8).cast(word))
        for name in CALLEE_SAVED:
            info.add_saved_register(name, pending.read_register(name))
        return info

    @staticmethod
    def follows_call(pc):
        return gdb.selected_inferior().read_memory(pc - 5, 1).tobytes() == b"\xe8"

    @staticmethod
    def symbol(pc):
        try:
            return gdb.execute("info symbol %#x" % pc, to_string=True)
        except gdb.error:
            return ""


def register():
    gdb.unwinder.register_unwinder(None, EntryUnwinder(), replace=True)
    gdb.unwinder.register_unwinder(None, ProgramUnwinder(), replace=True)
