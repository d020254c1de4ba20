"""Draws what a command prints on a terminal, where every question is answered by yes: record.py COMMAND PICTURE.svg"""
import os
import pty
import struct
import sys
from fcntl import ioctl
from termios import TIOCSWINSZ

from rich.console import Console
from rich.text import Text

COLUMNS, LINES = 100, 60

command, picture = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    ioctl(0, TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    os.environ["TERM"] = "xterm-256color"
    os.execv(command, [command])
output = bytearray()
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # Linux says so when the last process on the terminal has gone.
        break
    if not part:
        break
    output += part
    if output.endswith(b"[y/N] "):
        os.write(terminal, b"y\n")
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
if status != 0:
    sys.exit(f"record.py: {command} ended with {status}: {output.decode(errors='replace')[-500:]}")
console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))
console.print(Text.from_ansi(output.decode().replace("\r", "").rstrip("\n")))
console.save_svg(picture, title="export, edit, plan, apply, undo")
