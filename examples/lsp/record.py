"""Draws Neovim 0.11 at work in a sandbox, with the settings of README.md: record.py BINARY FOLDER

BINARY is engagement-rpc, FOLDER where the pictures go. Neovim is `nvim` on the PATH; Python needs pyte and rich.
"""
import fcntl
import itertools
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 112, 20
# What pyte does not know: questions to the terminal, cursor shapes, kinds and colours of underlines.
UNKNOWN = re.compile(rb"\x1bP.*?\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[?>=<]?[0-9;]*(?:\$p|[ ]q|u)|\x1b\[>[0-9;]*[a-zA-Z]", re.S)

binary, folder = os.path.realpath(sys.argv[1]), pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).parent
home = pathlib.Path(tempfile.mkdtemp())
(home / "bin").mkdir()
(home / "bin/engagement-rpc").symlink_to(binary)
(home / "init.lua").write_text(
    re.search(r"### Neovim 0\.11\n\n```lua\n(.*?)```", (here / "README.md").read_text(), re.S)[1]
    + "vim.o.termguicolors = true\nvim.o.shortmess = 'ltToOCFI'\nvim.o.hlsearch = false\n"
    + "vim.diagnostic.config({ virtual_text = true })\nvim.cmd('autocmd FileType markdown lua vim.treesitter.start()')\n")
(home / "notes.md").write_text("""# Week 48

- cnt_sandbox01 sends the numbers, cnt_sandbox02 asks for a second date.
- ngmt_sandbox03 is with cnt_sandbox03 alone.
- Who is cnt_sandbxo04?
- ngmt_sandbox01 went well.
""")
sandbox = subprocess.Popen([binary, "sandbox"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
variables = dict(
    os.environ, HOME=str(home), XDG_RUNTIME_DIR=str(home), XDG_STATE_HOME=str(home), XDG_CONFIG_HOME=str(home),
    XDG_DATA_HOME=str(home), TERM="xterm-256color", COLORTERM="truecolor",
    PATH=f"{home}/bin:{os.environ['PATH']}", ENGAGEMENT_RPC_SANDBOX_AT=sandbox.stdout.readline().strip(),
    ENGAGEMENT_RPC_JOURNAL=f"{home}/journal.jsonl")
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    os.chdir(home)
    os.execvpe("nvim", ["nvim", "-u", "init.lua", "-i", "NONE", "-n", "notes.md"], variables)
screen = pyte.Screen(COLUMNS, LINES)
stream = pyte.ByteStream(screen)
rest = b""


def read(seconds):
    global rest
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            continue
        rest += os.read(terminal, 65536)
        cut = rest.rfind(b"\x1b", max(0, len(rest) - 64))  # An unfinished sequence waits for the rest of it.
        cut = cut if cut >= 0 and len(rest) - cut < 24 and not re.match(rb"\x1b\[[0-9;?:]*[a-zA-Z]", rest[cut:]) else len(rest)
        part, rest = rest[:cut], rest[cut:]
        part = UNKNOWN.sub(b"", part)
        part = re.sub(rb"\x1b\[[0-9;:]*m", lambda found: re.sub(rb"4:\d", b"4", re.sub(rb";?58[:;]2[:;]+\d+[:;]\d+[:;]\d+|;?59", b"", found[0])), part)
        stream.feed(part)


def wait(words):
    for _ in range(100):
        read(0.2)
        if words in "\n".join(screen.display):
            return
    sys.exit("record.py: not on the screen: " + words + "\n" + "\n".join(screen.display))


def keys(text):
    os.write(terminal, text.encode())
    read(0.3)


def colour(name):
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else {"brown": "yellow"}.get(name, name.replace("bright", "bright_"))


def draw(name, title):
    picture = Text()
    for row in range(LINES):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        for look, run in itertools.groupby(cells, key=lambda cell: cell._replace(data="")):
            words = "".join(cell.data for cell in run)
            if look.bg == "default" and not look.reverse and not look.underscore and not words.strip():
                look = look._replace(fg="default")
            picture.append(words, Style(
                color=colour(look.fg), bgcolor=colour(look.bg), bold=look.bold, italic=look.italics,
                underline=look.underscore, reverse=look.reverse))
        picture.append("\n")
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))
    console.print(picture, end="")
    console.save_svg(str(folder / name), title=title)


wait("Quarterly review")
wait("There is no contact")
keys("6G3l")
keys("K")
wait("Kilimanjaro")
draw("notes.svg", "names behind ids, a mark, a hover")
keys(":\r")
keys(":lua vim.lsp.buf.definition()\r")
wait("No change")
keys("/^cnt_sandbox02\r")
keys("ccsandra\x1b")
keys("cccontact5@mail.example\x1b")
keys("gg")
wait("drops 1, adds 1")
keys(":w\r")
wait("Keep as it is")
read(1)
draw("attendees.svg", "an attendees document, saved")
os.write(terminal, b"2\r")
wait("added 1")
for _ in range(8):  # Two messages at once wait for a key.
    keys("\r")
wait("Efua Mensah <contact5@mail.example>")
os.kill(child, 15)
os.waitpid(child, 0)
sandbox.stdin.close()
sandbox.wait()
