# SPDX-License-Identifier: GPL-2.0-only
#
# Commands for a gdb on a running Conduit: gdb -x tools/gdb/conduit.gdb build/debug/conduit.elf
set pagination off
set confirm off
# QEMU answers late when the host gives it no CPU; after 2 seconds gdb would take that for an error.
set remotetimeout 60
set print pretty on
set disassemble-next-line auto
source tools/gdb/conduit.py
