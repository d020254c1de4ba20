"""A report that is on disk, row by row, as soon as a row's outcome is known.

Beside REPORT.csv stands REPORT.csv.sent while a run is under way: the line numbers of the rows that were about to be
sent. A row that is there and not in the report may or may not have been carried out; one that is in neither never left.
"""

import csv
import io
import os
import time
from pathlib import Path

from . import CANT_CREATE, DATA, IO, NO_INPUT, Failed
from .outcomes import Outcome

COLUMNS = ["line", "engagement_id", "contact_ids", "applied", "read_back", "attempts", "kind", "message"]
SYNC_SECONDS = 0.1


class File:
    """Appends whole lines; they outlive this program at once, and a failure of the power within a tenth of a second."""

    def __init__(self, path: Path, flags: int):
        self.path, self.synced = path, 0.0
        try:
            self.descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | flags, 0o600)
        except FileExistsError:
            sentence = f"{path} is there already; --resume goes on with it, --force writes it anew."
            raise Failed(sentence, CANT_CREATE) from None
        except OSError as problem:
            raise Failed(f"{path} can't be written: {problem.strerror}.", CANT_CREATE) from None

    def append(self, text: str) -> None:
        rest = text.encode()
        try:
            while rest:
                rest = rest[os.write(self.descriptor, rest):]
            if (now := time.monotonic()) - self.synced >= SYNC_SECONDS:
                self.sync()
                self.synced = now
        except OSError as problem:
            raise Failed(f"{self.path} can't be written any more: {problem.strerror}.", IO) from None

    def sync(self) -> None:
        os.fdatasync(self.descriptor)

    def close(self) -> None:
        try:
            self.sync()
        except OSError:
            pass
        os.close(self.descriptor)


def csv_line(cells: list) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


class Report:
    """The outcomes of a run, and which rows are under way."""

    def __init__(self, path: Path, rows: list, resumed: bool = False, force: bool = False):
        self.path, self.sent_path = path, Path(f"{path}.sent")
        self.outcomes: dict = {}
        self.sent: set = set()
        if resumed:
            self.load(rows)
        new = 0 if resumed else os.O_TRUNC if force else os.O_EXCL
        self.file = File(path, new)
        self.sending = File(self.sent_path, 0 if resumed else os.O_TRUNC)
        if not resumed:
            self.file.append(csv_line(COLUMNS))

    def load(self, rows: list) -> None:
        """Takes up what an earlier run left. A last line that was cut is forgotten."""
        try:
            data = self.path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if whole != data:
                os.truncate(self.path, len(whole))
            marks = self.sent_path.read_text().split("\n")[:-1] if self.sent_path.exists() else []
        except OSError as problem:
            raise Failed(f"{self.path} can't be read: {problem.strerror}.", NO_INPUT) from None
        wanted = {row.line: row for row in rows}
        table = list(csv.DictReader(io.StringIO(whole.decode(errors="replace"), newline="")))
        for cells in table:
            try:
                row = wanted[int(cells["line"])]
                fits = (row.engagement, " ".join(row.contacts)) == (cells["engagement_id"], cells["contact_ids"])
            except (KeyError, TypeError, ValueError):
                fits = False
            if not fits:
                raise Failed(f"{self.path} is not the report of this file.", DATA)
            # The last word counts: what was unknown may have been read back since.
            self.outcomes[row.line] = Outcome(
                cells["applied"], cells["read_back"], int(cells["attempts"] or 0), cells["kind"], cells["message"])
        self.sent = {int(mark) for mark in marks if mark.isdigit() and int(mark) in wanted}

    def sending_now(self, row) -> None:
        self.sending.append(f"{row.line}\n")

    def add(self, row, outcome: Outcome) -> None:
        self.outcomes[row.line] = outcome
        self.file.append(csv_line([
            row.line, row.engagement, " ".join(row.contacts), outcome.applied, outcome.read_back, outcome.attempts,
            outcome.kind, outcome.message]))

    def close(self, finished: bool) -> None:
        """The marks are of no more use once every row has its outcome."""
        self.file.close()
        self.sending.close()
        if finished:
            self.sent_path.unlink(missing_ok=True)


def fresh_path(source: str) -> Path:
    """Beside the file, a name that is free: NAME.report.csv, NAME.report-2.csv, …"""
    base = Path("stdin" if source == "-" else source)
    folder = base.parent if os.access(base.parent, os.W_OK) else Path()
    for number in range(1, 10_000):
        path = folder / f"{base.stem}.report{'' if number == 1 else f'-{number}'}.csv"
        if not path.exists():
            return path
    raise Failed(f"There are too many reports beside {source}; name one with --report.", CANT_CREATE)


def undoable(path: Path) -> list:
    """The engagements whose replacement was or may have been made, by a run's report; the last one made comes first."""
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError as problem:
        raise Failed(f"{path} can't be read: {problem.strerror}.", NO_INPUT) from None
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    if not table or not {"engagement_id", "applied"} <= set(table[0]):
        raise Failed(f"{path} is not a report.", DATA)
    return list(dict.fromkeys(
        cells["engagement_id"] for cells in reversed(table) if cells["applied"] in ("yes", "unknown")))
