# SPDX-License-Identifier: GPL-2.0-only
#
# Builds Conduit out of tree: build/ optimised, build/debug/ with DEBUG=1.

MAKEFLAGS += -rR
.DEFAULT_GOAL := all
V ?= 0
DEBUG ?= 0

CC := $(shell command -v x86_64-elf-gcc || { [ "$$(uname -m)" = x86_64 ] && command -v gcc; } || echo x86_64-linux-gnu-gcc)
# The linker of the same tools: x86_64-elf-ld with x86_64-elf-gcc.
CROSS := $(patsubst %gcc,%,$(filter x86_64-%-gcc,$(notdir $(CC))))
LD := $(CROSS)ld
IS_CLANG := $(findstring clang,$(shell $(CC) --version))
NASM := nasm

ifeq ($(DEBUG),1)
OUT := build/debug
else
OUT := build
endif

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '%-5s %s\n'
endif

FOLDERS := boot kernel/lib kernel/x86 kernel/locking kernel/sched mm fs fs/proc ipc kernel/drivers kernel
C_SOURCES := $(sort $(wildcard $(addsuffix /*.c,$(FOLDERS))))
ASM_SOURCES := $(sort $(wildcard $(addsuffix /*.asm,$(FOLDERS))))
OBJECTS := $(C_SOURCES:%.c=$(OUT)/%.o) $(ASM_SOURCES:%.asm=$(OUT)/%.asm.o)

CFLAGS := -std=gnu11 -g -ffreestanding -fno-builtin-printf -fno-pie -fno-pic -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fno-strict-aliasing -fno-strict-overflow \
	-fno-delete-null-pointer-checks -fno-asynchronous-unwind-tables -fcf-protection=none \
	-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-Wstrict-prototypes -Wmissing-prototypes -I. -I$(OUT)/gen
ifeq ($(IS_CLANG),)
CFLAGS += -mpreferred-stack-boundary=3 -Wno-override-init
else
CFLAGS += --target=x86_64-linux-gnu -mstack-alignment=8 -Wno-initializer-overrides -Wno-gnu-variable-sized-type-not-at-end
endif
ifeq ($(CI),1)
CFLAGS += -Werror
endif
ifeq ($(DEBUG),1)
# A program may pass any address, and the kernel computes &user->field and user + n before the page
# fault or access_ok() refuses it: what null and pointer-overflow would report is not a bug there.
CFLAGS += -Og -fno-omit-frame-pointer -DCONFIG_DEBUG -fsanitize=undefined -fno-sanitize=alignment,null,pointer-overflow \
	-fstack-protector-strong -mstack-protector-guard=global
else
CFLAGS += -O2 -fomit-frame-pointer -fno-stack-protector
endif

.PHONY: all clean
all: $(OUT)/conduit.elf build/initramfs.cpio

# ---- user space: our programs and the tests, static, on musl ----

USER_CC := musl-gcc
USER_CFLAGS := -std=gnu11 -static -Og -g -Wall -Wextra -Wno-unused-parameter -Wno-unused-result -I.
# A program's further files are named program_*.c; what several share is in user/lib/. A demonstration is one file.
USER_LIB := $(wildcard user/lib/*.c)
USER_PROGRAMS := $(foreach f,$(wildcard user/*.c),$(if $(findstring _,$f),,$(f:%.c=build/%))) \
	$(patsubst %.c,build/%,$(wildcard user/demo/*.c))
TEST_PROGRAMS := $(patsubst tests/%.c,build/tests/%,$(sort $(wildcard $(addsuffix /*.c,\
	$(filter-out tests/unit tests/host,$(wildcard tests/*))))))
BUSYBOX := $(firstword $(wildcard /bin/busybox /usr/bin/busybox))

build/user-lib/%.o: user/lib/%.c $(wildcard user/lib/*.h)
	$(say) UCC $<
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(USER_CFLAGS) -c -o $@ $<

build/user-lib/user.a: $(USER_LIB:user/lib/%.c=build/user-lib/%.o)
	$(Q)rm -f $@ && ar rcs $@ $^

.SECONDEXPANSION:
build/user/%: user/%.c $$(wildcard user/$$*_*.c user/$$*.h) build/user-lib/user.a
	$(say) UCC $<
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(USER_CFLAGS) -o $@ $(filter %.c %.a,$^) -lpthread

build/tests/%: tests/%.c $(wildcard tests/*.h)
	$(say) UCC $<
	@mkdir -p $(@D)
	$(Q)$(if $(findstring libc: glibc,$(shell head -30 $<)),gcc,$(USER_CC)) $(USER_CFLAGS) -o $@ $< -lpthread

build/initramfs.cpio: $(USER_PROGRAMS) $(TEST_PROGRAMS) tools/mkinitramfs
	$(say) CPIO $@
	$(Q)mkdir -p build/tests
	$(Q)tools/mkinitramfs --output $@ --busybox $(BUSYBOX) --user build/user --tests build/tests

# ---- the kernel ----

$(OUT)/gen/syscall_table.h: kernel/syscall.tbl tools/gen_syscalls
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q)tools/gen_syscalls $< >$@

$(OUT)/%.o: %.c Makefile | $(OUT)/gen/syscall_table.h
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/%.asm.o: %.asm Makefile
	$(say) ASM $<
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -g -F dwarf -I. -MD $(@:.o=.d) -o $@ $<

LINK = $(LD) -nostdlib -static -z noexecstack -z max-page-size=0x1000 --build-id=none \
	--no-warn-rwx-segments -T linker.ld

# Two passes: the tables of functions are made from the first image and lie behind all code.
$(OUT)/conduit.elf: $(OBJECTS) linker.ld tools/ksyms
	$(say) LD $@
	$(Q)tools/ksyms >$(OUT)/ksyms0.c
	$(Q)$(CC) $(CFLAGS) -c -o $(OUT)/ksyms0.o $(OUT)/ksyms0.c
	$(Q)$(LINK) -o $(OUT)/conduit0.elf $(OBJECTS) $(OUT)/ksyms0.o
	$(Q)tools/ksyms $(if $(filter 1,$(DEBUG)),,--unwind) $(OUT)/conduit0.elf >$(OUT)/ksyms.c
	$(Q)$(CC) $(CFLAGS) -c -o $(OUT)/ksyms.o $(OUT)/ksyms.c
	$(Q)$(LINK) -o $@ $(OBJECTS) $(OUT)/ksyms.o


# ---- running ----

# A make of its own on all processors, or within the caller's -j.
PARALLEL = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

FIRMWARE ?= bios
T ?=
comma := ,
space := $(subst ,, )
CONFIGS ?= opt1,debug1,opt4,debug4
ISO := build/conduit-$(FIRMWARE).iso

.PHONY: help run iso debug format test test-all torture oracle bench profile spec check all-builds

## run        set up, build and boot to a shell through GRUB (FIRMWARE=uefi: through OVMF)
run:
	@tools/setup $(if $(filter uefi,$(FIRMWARE)),test,run)
	+@$(PARALLEL) iso
	$(Q)tools/vm --iso $(ISO) --firmware $(FIRMWARE)

## iso        build the GRUB image
iso: $(ISO)

build/conduit-bios.iso: build/conduit.elf build/initramfs.cpio tools/mkiso
	$(say) ISO $@
	$(Q)tools/mkiso bios $@

build/conduit-uefi.iso: build/conduit.elf build/initramfs.cpio tools/mkiso
	$(say) ISO $@
	$(Q)tools/mkiso uefi $@

all-builds:
	+@$(PARALLEL) all
	+@$(PARALLEL) DEBUG=1 all

## test       set up and run all tests (T=word: those whose name has it)
test:
	@tools/setup test
	+@$(PARALLEL) all-builds
	+@$(PARALLEL) unit-programs build/conduit-bios.iso build/conduit-uefi.iso
	@tools/runtests --configs $(CONFIGS) --only "$(T)"

## test-all   the same on 1, 2, 4 and 8 CPUs
test-all:
	@$(MAKE) --no-print-directory test CONFIGS=$(subst $(space),$(comma),$(foreach n,1 2 4 8,opt$(n) debug$(n)))

## torture    everything at once on 4 CPUs for ten minutes (SECONDS=60: for one)
SECONDS ?= 600
torture:
	@tools/setup test
	+@$(PARALLEL) all-builds
	@tools/torture $(SECONDS) $(SEED)

## oracle     the user-space tests on Debian's Linux kernel, in the same virtual machine
oracle:
	@tools/setup test
	+@$(PARALLEL) build/initramfs.cpio build/linux/vmlinuz
	@tools/runtests --linux build/linux/vmlinuz --only "$(T)"

build/linux/vmlinuz: tools/get-linux
	$(Q)tools/get-linux build/linux

## bench      instructions and time per operation against Linux; writes docs/bench.md (B=sem: those names only; BASE=commit: against that commit)
bench:
	@tools/setup test
	+@$(PARALLEL) all build/linux/vmlinuz
	@tools/bench $(if $(BASE),--base $(BASE)) $(B)

## profile    where the instructions of a row of bench go, by function (B=pipe_pingpong; B=boot)
profile:
	@tools/setup test
	+@$(PARALLEL) all
	@tools/profile $(B)

## spec       rows of docs/spec/ without a passing test in the last runs
spec:
	@tools/check-spec

## check      formatting, layers, references in the documentation, licence lines
check:
	@tools/check

## format     lay all C sources out as .clang-format says
format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

## debug      the debug build, stopped at its first instruction, with gdb on it (CMD="program args", SMP=2)
debug:
	@tools/setup test
	+@$(PARALLEL) DEBUG=1 all
	@SMP=$(SMP) tools/debug $(CMD)

## help       this list
help:
	@sed -n 's/^## /  make /p' Makefile tests/unit/Makefile.inc

## compile_commands.json   for editors
compile_commands.json: Makefile
	$(Q)tools/compile-commands $(CC) "$(CFLAGS)" $(C_SOURCES) >$@

## unit       the host programs over the kernel's pure code (T=word: one of them)
## clean      remove build/
clean:
	rm -rf build compile_commands.json

-include $(OBJECTS:.o=.d)

include tests/unit/Makefile.inc

.PHONY: unit-programs
unit-programs: $(UNIT_TESTS)
