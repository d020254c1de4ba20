"""Tables of engagements and contacts as spreadsheets write them."""

import codecs
import csv
import io
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import DATA, NO_INPUT, Failed, say

ENGAGEMENT = re.compile(r"ngmt_[A-Za-z0-9]+")
CONTACT = re.compile(r"cnt_[A-Za-z0-9]+")
EMAIL = re.compile(r"[^@\s,;|]+@[^@\s,;|]+")
PARTS = re.compile(r"[\s,;|]+")
MOST_FAULTS = 20
csv.field_size_limit(64 << 20)


@dataclass
class Row:
    """An engagement and who is to be its contacts. `line` is where it stands in the file, from 1."""

    line: int
    engagement: str
    contacts: list = field(default_factory=list)
    # What people call them, by id, where it is known.
    names: dict = field(default_factory=dict)


def read_text(path: str) -> str:
    """The text of a file in UTF-8 or UTF-16, by its byte-order mark, or as Windows writes it in western Europe."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as problem:
        raise Failed(f"{path} can't be read: {problem.strerror}.", NO_INPUT) from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or b"\0" in data:
            raise Failed(f"{path} is not a text file; save it as CSV.", DATA) from None
    say(f"{path} is not UTF-8; it is read as Windows-1252.")
    return data.decode("cp1252", errors="replace")


def column(heads: list, *names: str):
    """Where a column called one of `names` is, however its head is spelled; None where there is none."""
    plain = [re.sub(r"[^a-z]", "", head.lower()) for head in heads]
    return next((plain.index(name) for name in names if name in plain), None)


def separator(line: str) -> str:
    """What parts the columns of a line: whatever stands in it outside quotes, a comma if there is nothing else."""
    bare = re.sub(r'"[^"]*"', "", line)
    return next((mark for mark in (";", "\t", ",") if mark in bare), ",")


def records(text: str):
    """(line, cells) of every row that is not blank."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(first), strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, [cell.strip() for cell in cells]
            before = reader.line_num
    except csv.Error as problem:
        raise Failed(f"line {before + 1} is no CSV: {problem}.", DATA) from None


class Faults:
    """Everything that is wrong with a file, so that it can be mended in one go."""

    def __init__(self, path: str):
        self.path, self.sentences, self.count = path, [], 0

    def add(self, line: int, text: str) -> None:
        self.count += 1
        if self.count <= MOST_FAULTS:
            self.sentences.append(f"{self.path}, line {line}: {text}.")

    def check(self) -> None:
        if self.count > MOST_FAULTS:
            self.sentences.append(f"And {self.count - MOST_FAULTS} more.")
        if self.sentences:
            raise Failed("\n".join([*self.sentences, "Nothing was sent."]), DATA)


@dataclass(frozen=True)
class Items:
    """What stands beside an engagement in a row."""

    heads: tuple
    pattern: re.Pattern
    # As in "the contacts are missing", and as in "is not …".
    name: str
    one: str


CONTACTS = Items(
    ("contactids", "contactid", "contacts", "contact"), CONTACT, "contacts", "the id of a contact (cnt_…)")
EMAILS = Items(
    ("emails", "email", "emailaddresses", "emailaddress", "mail", "attendees", "attendee"), EMAIL, "e-mail addresses",
    "an e-mail address")


def rows(path: str, items: Items = CONTACTS, merge: bool = False, allow_empty: bool = False) -> list:
    """The rows of a table with an engagement and its contacts, by id or by e-mail address. Raises Failed (65) with all
    that is wrong with them."""
    faults, found, known = Faults(path), [], {}
    try:
        table = list(records(read_text(path)))
    except Failed as problem:
        raise problem if problem.status == NO_INPUT else Failed(f"{path}: {problem}", problem.status) from None
    if not table:
        raise Failed(f"{path} is empty.", DATA)
    at, of = 0, 1
    if not ENGAGEMENT.fullmatch(table[0][1][0]):
        line, heads = table.pop(0)
        at = column(heads, "engagementid", "engagement")
        of = column(heads, *items.heads)
        if at is None or of is None:
            needed = "contact_ids" if items is CONTACTS else "emails"
            faults.add(line, f"the heads are {', '.join(heads)}; engagement_id and {needed} are needed")
            faults.check()
    for line, cells in table:
        engagement = cells[at] if at < len(cells) else ""
        contacts = [part for part in PARTS.split(cells[of]) if part] if of < len(cells) else None
        if not ENGAGEMENT.fullmatch(engagement):
            faults.add(line, f'"{engagement[:60]}" is not the id of an engagement (ngmt_…)')
        elif contacts is None:
            faults.add(line, f"the {items.name} are missing")
        elif wrong := next((part for part in contacts if not items.pattern.fullmatch(part)), None):
            faults.add(line, f'"{wrong[:60]}" is not {items.one}')
        elif not contacts and not allow_empty:
            faults.add(line, "no contacts would take everybody off; --allow-empty says that this is meant")
        elif engagement in known and not merge:
            faults.add(line, f"{engagement} stands in line {known[engagement].line} too; --merge joins their contacts")
        else:
            row = known.get(engagement)
            if row is None:
                row = known[engagement] = Row(line, engagement)
                found.append(row)
            row.contacts += [part for part in dict.fromkeys(contacts) if part not in row.contacts]
    faults.check()
    if not found:
        raise Failed(f"{path} has no rows.", DATA)
    return found
