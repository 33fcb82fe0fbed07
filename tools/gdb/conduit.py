# SPDX-License-Identifier: GPL-2.0-only
"""gdb commands for looking into a running Conduit.

Loaded by `make debug` with `gdb -x tools/gdb/conduit.gdb`, which needs no safe-path edit.

  ps              all threads: pid, state, CPU, name, and the function that a sleeper waits in
  task PID        one thread: credentials, memory, files, signals, and its kernel backtrace
  cpus            each CPU: who runs, where it is, who waits in its run queue
  locks           in the debug build: which thread holds which locks, and where it took them
  current         the thread that runs on the CPU that gdb stands on
  dmesg           the kernel's log
  $current()      the same thread's task_struct, for expressions: print $current()->pid
  user-symbols    load the symbols of the current program (done by itself at each exec)
  enter-kernel    run this program on to its next system call: stops in that call's own function
  leave-kernel    run on until this thread is back in its program, just after the system call

bt goes from the kernel through the entry code into the program: by the frames that entry.asm
describes, and where those and the compiler's end, by the two unwinders of unwind.py.

Idea: everything is read from the kernel's own structures by their Linux names, so a student who
opens this file sees which field says what.
"""

import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import unwind  # noqa: E402

STATES = ((0x20, "Z"), (0x10, "X"), (0x2, "D"), (0x1, "S"), (0x4, "T"), (0x8, "t"))


def pointer_to(type_name):
    return gdb.lookup_type(type_name).pointer()


def container_of(member_pointer, type_name, member):
    """The struct around a member, as the kernel's macro of that name."""
    struct_type = gdb.lookup_type(type_name)
    offset = next(f.bitpos // 8 for f in struct_type.fields() if f.name == member)
    address = int(member_pointer) - offset
    return gdb.Value(address).cast(struct_type.pointer())


def list_entries(head, type_name, member):
    """The entries of a struct list_head, first to last; a damaged list ends the walk."""
    head_address = int(head.address)
    node = head["next"]
    for _ in range(100000):
        if int(node) in (0, head_address):
            return
        yield container_of(node, type_name, member)
        node = node["next"]


def tasks():
    """Every thread: the idle task's list of leaders, then each group's threads."""
    leaders = gdb.parse_and_eval("init_task")["tasks"]
    for leader in list_entries(leaders, "struct task_struct", "tasks"):
        threads = leader["signal"]["thread_head"]
        for thread in list_entries(threads, "struct task_struct", "thread_node"):
            yield thread


def find_task(pid):
    for task in tasks():
        if int(task["pid"]) == pid:
            return task
    raise gdb.GdbError("no thread has pid %d" % pid)


def current_cpu():
    """The CPU behind gdb's selected thread: QEMU shows CPU n as thread n + 1."""
    thread = gdb.selected_thread()
    if thread is None:
        raise gdb.GdbError("the kernel is not running")
    return thread.num - 1


def per_cpu(name, cpu):
    """A CPU's own copy of a per-CPU variable."""
    variable = gdb.parse_and_eval("&" + name)
    offset = int(gdb.parse_and_eval("__per_cpu_offset")[cpu])
    address = (int(variable) + offset) & (1 << 64) - 1
    return gdb.Value(address).cast(variable.type).dereference()


def current_task():
    return per_cpu("current_task", current_cpu())


def state_letter(task):
    if int(task["exit_state"]) & 0x20:
        return "Z"
    if int(task["exit_state"]) & 0x10:
        return "X"
    state = int(task["__state"])
    if state & 0x402 == 0x402:
        return "I"
    for bit, letter in STATES:
        if state & bit:
            return letter
    return "R"


def comm(task):
    return task["comm"].string("ascii", "replace")


def symbol_at(address):
    try:
        text = gdb.execute("info symbol %#x" % address, to_string=True)
    except gdb.error:
        return "%#x" % address
    return text.split(" in section")[0].strip().replace(" + ", "+")


def kernel_frames(task, limit=24):
    """Return addresses of a sleeping thread: its saved stack pointer, then the frame pointers, which
    only a debug build has."""
    stack = int(task["stack"])
    size = 1 << 15 if gdb.lookup_global_symbol("preempt_count") else 1 << 14
    word = pointer_to("unsigned long")
    frame = int(task["thread"]["sp"])
    # __switch_to_asm pushes the callee-saved registers; rbp is among them: see switch_to.
    saved = gdb.lookup_type("struct inactive_task_frame")
    values = gdb.Value(frame).cast(saved.pointer()).dereference()
    frame = int(values["bp"])
    yield int(values["ret_addr"])
    for _ in range(limit):
        if not stack <= frame < stack + size or frame % 8:
            return
        try:
            address = int(gdb.Value(frame + 8).cast(word).dereference())
            below = int(gdb.Value(frame).cast(word).dereference())
        except gdb.MemoryError:
            return
        if address:
            yield address
        if below <= frame:
            return
        frame = below


SCHEDULER = ("schedule", "__schedule", "context_switch", "__switch_to_asm", "schedule_timeout",
             "do_wait_event", "prepare_to_wait", "__mutex_lock", "rwsem_down", "wait_for_completion")


def waits_in(task):
    """The first function outside the scheduler, as /proc/<pid>/wchan."""
    if int(task["on_cpu"]):
        return "running"
    for address in kernel_frames(task):
        name = symbol_at(address)
        if not name.startswith(SCHEDULER):
            return name
    return "?"


class Ps(gdb.Command):
    """ps: list all threads of the kernel, what state they are in and what they wait for."""

    def __init__(self):
        super().__init__("ps", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        here = int(current_task())
        print("  %5s %5s %5s %-2s %-3s %-16s %s" % ("PID", "TGID", "PPID", "S", "CPU", "COMM", "WCHAN"))
        for task in tasks():
            mark = "*" if int(task) == here else " "
            print("%s %5d %5d %5d %-2s %-3d %-16s %s" % (
                mark, int(task["pid"]), int(task["tgid"]), int(task["real_parent"]["tgid"]),
                state_letter(task), int(task["cpu"]), comm(task), waits_in(task)))


def tree_entries(root, type_name, member):
    """The entries of a red-black tree in order, without recursion."""
    waiting, node = [], root["rb_node"]
    while waiting or int(node):
        if int(node):
            waiting.append(node)
            node = node["rb_left"]
        else:
            node = waiting.pop()
            yield container_of(node, type_name, member)
            node = node["rb_right"]


def queued_tasks(rq):
    """Who is ready on this CPU but does not run: real-time tasks, then fair ones by vruntime."""
    rt = rq["rt"]
    if int(rt["nr_running"]):
        queues = rt["queue"]
        for prio in range(queues.type.range()[1] + 1):
            for entity in list_entries(queues[prio], "struct sched_rt_entity", "run_list"):
                task = container_of(entity, "struct task_struct", "rt")
                if int(task) != int(rq["curr"]):
                    yield task, "real-time priority %d" % (99 - prio)
    fair = rq["cfs"]
    for entity in tree_entries(fair["tasks_timeline"]["rb_root"], "struct sched_entity", "run_node"):
        task = container_of(entity, "struct task_struct", "se")
        yield task, "nice %d, vruntime %+.3f ms" % (
            int(task["static_prio"]) - 120, (int(entity["vruntime"]) - int(fair["min_vruntime"])) / 1e6)


def place_of_cpu(cpu):
    """The function in which a CPU stands: QEMU shows CPU n as thread n + 1."""
    here = gdb.selected_thread()
    for thread in gdb.selected_inferior().threads():
        if thread.num == cpu + 1:
            thread.switch()
            address = int(gdb.parse_and_eval("$pc")) & (1 << 64) - 1
            here.switch()
            return "in its program" if address < 1 << 47 else "in " + symbol_at(address)
    return ""


class Cpus(gdb.Command):
    """cpus: show what each CPU does and who waits for it."""

    def __init__(self):
        super().__init__("cpus", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        online = int(gdb.parse_and_eval("cpu_online_mask"))
        for cpu in range(int(gdb.parse_and_eval("nr_cpu_ids"))):
            if not online >> cpu & 1:
                print("CPU %d: has not started" % cpu)
                continue
            rq, task = per_cpu("runqueues", cpu), per_cpu("current_task", cpu)
            who = "idle" if int(task) == int(rq["idle"]) else "pid %d '%s'" % (int(task["pid"]), comm(task))
            tickets = rq["lock"]["tickets"]
            print("CPU %d: %s %s; %d ready, %d switches%s%s" % (
                cpu, who, place_of_cpu(cpu), int(rq["nr_running"]), int(rq["nr_switches"]),
                ", tick" if int(rq["tick_active"]) else "",
                ", run queue locked" if int(tickets) & 0xffff != int(tickets) >> 16 else ""))
            print_held(task)
            for waiting, how in queued_tasks(rq):
                print("    waits: pid %d '%s' (%s)" % (int(waiting["pid"]), comm(waiting), how))


def print_held(task):
    """The locks that a thread holds, in the order of taking; the debug build alone knows."""
    if not gdb.lookup_global_symbol("preempt_count"):
        return
    held = task["lockdep"]
    for number in range(int(held["depth"])):
        lock = held["held"][number]
        name = gdb.parse_and_eval("classes")[int(lock["class"])]["name"].string("ascii", "replace")
        print("    holds %s%s, taken in %s" % (
            name, " (read)" if int(lock["read"]) else "", symbol_at(int(lock["ip"]))))


class Locks(gdb.Command):
    """locks: show all threads that hold locks (debug build)."""

    def __init__(self):
        super().__init__("locks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        if not gdb.lookup_global_symbol("preempt_count"):
            raise gdb.GdbError("only the debug build notes who holds what")
        for task in tasks():
            if int(task["lockdep"]["depth"]):
                print("pid %d '%s', %s" % (int(task["pid"]), comm(task), waits_in(task)))
                print_held(task)


class Task(gdb.Command):
    """task PID: show one thread, with the backtrace of its kernel stack when it sleeps."""

    def __init__(self):
        super().__init__("task", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        if not argument.strip():
            raise gdb.GdbError("task takes a pid: see ps")
        show_task(find_task(int(gdb.parse_and_eval(argument))))


class Current(gdb.Command):
    """current: show the thread that runs on this CPU."""

    def __init__(self):
        super().__init__("current", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        show_task(current_task())


def show_task(task):
    print("task_struct %#x: pid %d tgid %d '%s' state %s on CPU %d" % (
        int(task), int(task["pid"]), int(task["tgid"]), comm(task), state_letter(task),
        int(task["cpu"])))
    cred = task["cred"].dereference()
    print("  uid %d euid %d gid %d egid %d, parent %d '%s'" % (
        int(cred["uid"]), int(cred["euid"]), int(cred["gid"]), int(cred["egid"]),
        int(task["real_parent"]["tgid"]), comm(task["real_parent"])))
    print("  prio %d policy %d vruntime %d ns, ran %d ns" % (
        int(task["prio"]), int(task["policy"]), int(task["se"]["vruntime"]),
        int(task["se"]["sum_exec_runtime"])))
    print("  signals: pending %#x shared %#x blocked %#x" % (
        int(task["pending"]["signal"]["sig"][0]),
        int(task["signal"]["shared_pending"]["signal"]["sig"][0]),
        int(task["blocked"]["sig"][0])))
    if int(task["mm"]):
        mm = task["mm"].dereference()
        print("  mm: code %#x-%#x brk %#x stack %#x" % (
            int(mm["start_code"]), int(mm["end_code"]), int(mm["brk"]), int(mm["start_stack"])))
    print_held(task)
    if int(task["on_cpu"]):
        print("  running: use bt")
        return
    for number, address in enumerate(kernel_frames(task)):
        print("  #%-2d %#x %s" % (number, address, symbol_at(address)))


HOST_FILES = (("/init", "build/user/init"), ("/bin/", "build/user/"), ("/tests/", "build/tests/"))


def dentry_path(dentry):
    """The path of a dentry in its file system: names up to the root."""
    names = []
    for _ in range(40):
        if int(dentry["d_parent"]) == int(dentry):
            break
        names.append(dentry["d_name"]["name"].string("utf-8", "replace"))
        dentry = dentry["d_parent"]
    return "/" + "/".join(reversed(names))


def load_user_symbols():
    """Symbols of current's program, if the host has the file; those of the last program go."""
    mm = current_task()["mm"]
    if not int(mm) or not int(mm["exe_file"]):
        return
    path = dentry_path(mm["exe_file"]["f_path"]["dentry"])
    for guest, host in HOST_FILES:
        if not path.startswith(guest):
            continue
        host += path[len(guest):] if guest.endswith("/") else ""
        for prefix in os.environ.get("CONDUIT_USER_PATH", "").split(":") + [host]:
            file = os.path.join(prefix, os.path.basename(path)) if prefix != host else host
            if os.path.isfile(file):
                if load_user_symbols.loaded:
                    gdb.execute("remove-symbol-file " + load_user_symbols.loaded, to_string=True)
                gdb.execute("add-symbol-file " + file, to_string=True)
                unwind.describe_program(file)
                symbols = [o for o in gdb.objfiles() if o.filename.endswith(file)]
                load_user_symbols.loaded = "-a " + hex(text_address(file)) if symbols else ""
                print("symbols of %s from %s" % (path, file))
                return


load_user_symbols.loaded = ""


def text_address(file):
    """Where .text of a static program lies."""
    with open(file, "rb") as f:
        image = f.read(64)
    return int.from_bytes(image[24:32], "little")


class UserSymbols(gdb.Command):
    """user-symbols: load the symbols of the program that the current thread runs."""

    def __init__(self):
        super().__init__("user-symbols", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        load_user_symbols()


class ExecBreakpoint(gdb.Breakpoint):
    """At each exec, when the new program is mapped: its symbols replace the last one's."""

    def __init__(self):
        super().__init__("start_thread", internal=True)
        self.silent = True

    def stop(self):
        load_user_symbols()
        return False


class CurrentFunction(gdb.Function):
    """$current(): the task_struct of the thread that runs on this CPU."""

    def __init__(self):
        super().__init__("current")

    def invoke(self):
        return current_task()


class Dmesg(gdb.Command):
    """dmesg: the kernel's log, oldest message first."""

    def __init__(self):
        super().__init__("dmesg", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        ring = gdb.parse_and_eval("log_buf")
        start, size = int(ring.address), ring.type.sizeof
        header = pointer_to("struct log_header")
        header_size = header.target().sizeof
        place, end = int(gdb.parse_and_eval("log_first")), int(gdb.parse_and_eval("log_next"))
        while place != end:
            record = gdb.Value(start + place).cast(header) if place + header_size <= size else None
            if record is None or not int(record["length"]):
                place = 0
                continue
            length, time_ns = int(record["length"]), int(record["time_ns"])
            text = gdb.selected_inferior().read_memory(start + place + header_size, length).tobytes()
            print("[%5d.%06d] %s" % (time_ns // 10**9, time_ns // 1000 % 10**6,
                                     text.decode(errors="replace").rstrip("\n")))
            place += (header_size + length + 7) & ~7


class EnterKernel(gdb.Command):
    """enter-kernel: run the current program to its next system call, into the call's own function."""

    def __init__(self):
        super().__init__("enter-kernel", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        go_to("do_syscall_64", int(current_task()))
        table = gdb.parse_and_eval("sys_call_table")
        number = int(gdb.parse_and_eval("nr"))
        if not 0 <= number < table.type.sizeof // 8:
            return
        go_to("*%#x" % int(table[number]), int(current_task()))
        gdb.execute("frame")


class LeaveKernel(gdb.Command):
    """leave-kernel: run until the current thread is back in its program."""

    def __init__(self):
        super().__init__("leave-kernel", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        task = current_task()
        go_to("*%#x" % unwind.user_frame_value("ip"), int(task))
        # Library functions have no lines: go up to the first that has.
        frame = gdb.newest_frame()
        while frame is not None and frame.find_sal().symtab is None:
            frame = frame.older()
        if frame is not None:
            frame.select()
        gdb.execute("frame")


def go_to(place, task):
    """Runs until the thread comes to the place; other threads pass it."""
    stop = gdb.Breakpoint(place, internal=True)
    stop.silent = True
    while True:
        gdb.execute("continue", to_string=True)
        if not stop.is_valid() or int(current_task()) == task or stop.hit_count == 0:
            break
    if stop.is_valid():
        stop.delete()


Ps()
Cpus()
Locks()
Task()
Current()
CurrentFunction()
UserSymbols()
Dmesg()
EnterKernel()
LeaveKernel()
ExecBreakpoint()
unwind.register()
