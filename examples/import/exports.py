"""What other tools export of a meeting, as parameters of engagement.create. Knows files, and nothing of sending."""
import bisect
import contextlib
import datetime
import hashlib
import html
import json
import json.decoder
import json.scanner
import re
from pathlib import Path

NOBODY = "Unknown"      # Who speaks where a file does not say.


def shown(text):
    """Text from a file or the API, on one line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(text).replace("\n", " "))


class Faults(Exception):
    """What is wrong with a file, a line each."""

    def __init__(self, lines):
        super().__init__("\n".join(lines))
        self.lines = lines


class Call:
    """One engagement to be made."""

    def __init__(self, place, params):
        self.place, self.params = place, params

    @property
    def description(self):
        timeline = self.params["transcript_timeline"]
        names = ", ".join(shown(speaker["name"]) for speaker in timeline["speakers"])
        return (f"{shown(self.params['title'])}: {self.params['type']} of {self.params.get('start_at', 'an unknown time')}, "
                f"{len(timeline['entries'])} entries by {names}; {self.params['source_system']}, "
                f"{shown(self.params['external_id'])}")


class Meeting:
    """What a file says of one meeting."""

    def __init__(self, kind, title=None, number=None, start=None, type="MEETING"):
        self.kind, self.title, self.number, self.start, self.type = kind, title, number, start, type
        self.speakers, self.entries, self.people = {}, [], {}

    def say(self, name, text, start=None, end=None):
        text, name = " ".join(text.split()), " ".join((name or "").split()) or NOBODY
        if not text:
            return
        entry = {"speaker_index": self.speakers.setdefault(name, len(self.speakers))}
        for word, seconds in [("start_seconds", start), ("end_seconds", end)]:
            if seconds is not None:
                entry[word] = int(seconds) if seconds == int(seconds) else round(seconds, 3)
        self.entries.append({**entry, "text": text})

    def invite(self, name, email):
        """Somebody who took part; the API wants an address."""
        if isinstance(email, str) and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
            person = {"name": " ".join(str(name or email).split())[:500] or email, "email": email}
            self.people.setdefault(email.lower(), person)

    def params(self, title, fallback, source):
        given = {
            "type": self.type, "title": (" ".join((self.title or title).split()) or title)[:500],
            "source_system": source or self.kind,
            # One meeting is one engagement, whatever it is imported as, and however often.
            "external_id": f"{self.kind}:{self.number or fallback}"[:500],
            "transcript_timeline": {"speakers": [{"name": name} for name in self.speakers], "entries": self.entries}}
        if self.people:
            given["participants"] = list(self.people.values())[:1000]
        if self.start:
            given["start_at"] = self.start.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return given


def read(name, source=None):
    """The engagements of a file, as calls. Throws Faults, or an OSError."""
    path = Path(name)
    content = path.read_bytes()
    place = shown(name)
    text = decoded(content, place)
    kind = {".json": "json", ".vtt": "webvtt", ".srt": "srt"}.get(path.suffix.lower())
    if not kind:
        kind = "json" if text.lstrip()[:1] in ("{", "[") else "webvtt" if text.startswith("WEBVTT") else "srt"
    if kind == "json":
        meetings = json_meetings(text, place)
    else:
        meetings = [(1, (webvtt if kind == "webvtt" else srt)(text, place))]
        # Zoom names its files after the time of the meeting.
        if found := re.match(r"GMT(\d{8}-\d{6})", path.name):
            with contextlib.suppress(ValueError):
                meetings[0][1].start = datetime.datetime.strptime(found[1] + "Z", "%Y%m%d-%H%M%S%z")
    faults = [f"{place}, line {line}: nobody says anything in it" for line, one in meetings if not one.entries]
    if faults:
        raise Faults(faults)
    # What has no number of its own is known by its name and content.
    digest = hashlib.sha256(path.name.encode(errors="surrogateescape") + b"\0" + content).hexdigest()
    title = path.name[:-len(path.suffix)] if path.suffix else path.name
    title = shown(title[:-len(".transcript")] if title.endswith(".transcript") else title)
    several = len(meetings) > 1
    return [
        Call(f"{name}, line {line}" if several else name,
             one.params(f"{title} {number}" if several else title, f"{digest}-{number}" if several else digest, source))
        for number, (line, one) in enumerate(meetings, 1)]


def decoded(content, place):
    mark = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(content[:2], "utf-8-sig")
    try:
        return content.decode(mark).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[:error.start].count(b"\n") + 1
        raise Faults([f"{place}, line {line}: this is not {mark[:6].rstrip('-s').upper()}; save the file as UTF-8"])


# Captions

TIME = r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?:\s.*)?")
# Words that begin small within a name.
PARTICLES = set("de da do dos das van von der den del della di du la le el al bin ibn ben y e und and of the".split())


def seconds(parts):
    hours, minutes, rest, fraction = parts
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(rest) + int(fraction.ljust(3, "0")) / 1000


def blocks(lines, first):
    """The blocks between blank lines, each a list of (line number, text)."""
    block = []
    for number, line in enumerate(lines[first:], first + 1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def cue(block, place, faults):
    """Start, end and text of a cue; None, with a fault noted, where it is none."""
    # A line may stand before the times: a number, or a name of the cue.
    index = next((index for index, (_, line) in enumerate(block[:2]) if "-->" in line), None)
    number, line = block[0] if index is None else block[index]
    if index is None:
        faults.append(f"{place}, line {number}: \"{shown(line.strip()[:60])}\": a line with the times of a cue is missing, "
                      "as 00:00:01.000 --> 00:00:04.000")
        return None
    found = TIMING.fullmatch(line)
    if not found:
        faults.append(f"{place}, line {number}: \"{shown(line.strip()[:60])}\" are no times as 00:00:01.000 --> 00:00:04.000")
        return None
    start, end = seconds(found.groups()[:4]), seconds(found.groups()[4:])
    if end < start:
        faults.append(f"{place}, line {number}: \"{shown(line.strip()[:60])}\": it ends before it begins")
        return None
    return start, end, "\n".join(text for _, text in block[index + 1:])


def plain(text):
    return html.unescape(re.sub(r"</?[A-Za-z0-9.:][^>]*>", "", text))


def named(text):
    """The name before a colon at the start of a cue, and the rest; None where it is no name."""
    found = re.match(r"\s*(?:[-–—]\s*)?([^:\n]{1,80}):\s+(?=\S)", text)
    if not found:
        return None, text
    words = found[1].split()
    if not 1 <= len(words) <= 6 or not any(c.isalpha() for c in found[1]) or re.search(r"[?!;]", found[1]):
        return None, text
    if len(words) > 1 and any(word[0].islower() and word.lower() not in PARTICLES for word in words):
        return None, text
    return found[1], text[found.end():]


def hear(meeting, start, end, text):
    """Adds what is said in a cue. Each voice of it has its own entry."""
    voices = re.split(r"<v(?:\.[^\s>]*)?\s+([^>]*)>", text)
    name, said = named(plain(voices[0]))
    meeting.say(name, said, start, end)
    for voice, part in zip(voices[1::2], voices[2::2]):
        meeting.say(html.unescape(voice), plain(part), start, end)


def captions(kind, lines, place, first=0, title=None):
    meeting, faults = Meeting(kind, title), []
    for block in blocks(lines, first):
        word = block[0][1].split(None, 1)[0]
        if kind == "webvtt" and word in ("NOTE", "STYLE", "REGION") and "-->" not in block[0][1]:
            continue
        if found := cue(block, place, faults):
            hear(meeting, *found)
    if faults:
        raise Faults(faults)
    return meeting


def webvtt(text, place):
    lines = text.split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise Faults([f"{place}, line 1: a WebVTT file begins with WEBVTT"])
    # What follows up to the first blank line are headers.
    first = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    if clash := next((number for number in range(1, first) if "-->" in lines[number]), None):
        first = clash - 1 if lines[clash - 1].strip().isdigit() else clash
    return captions("webvtt", lines, place, first, lines[0][6:].strip(" \t-–") or None)


def srt(text, place):
    return captions("srt", text.split("\n"), place)


# JSON

class Object(dict):
    """An object that knows its line."""

    line = 1


class Decoder(json.JSONDecoder):
    """Python's decoder, noting the line of each object."""

    def __init__(self, text):
        super().__init__()
        breaks = [index for index, c in enumerate(text) if c == "\n"]
        whole = self.parse_object

        def parse_object(rest, *more):
            value, end = whole(rest, *more)
            value = Object(value)
            value.line = bisect.bisect_left(breaks, rest[1]) + 1
            return value, end

        self.parse_object = parse_object
        self.scan_once = json.scanner.py_make_scanner(self)


class Unfit(Exception):
    """A value that is not what its place wants."""

    def __init__(self, line, sentence):
        super().__init__(sentence)
        self.line = line


def json_meetings(text, place):
    """The meetings in a JSON text, each with its line."""
    try:
        root = Decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise Faults([f"{place}, line {error.lineno}: no JSON, {error.msg}"])
    except ValueError:
        raise Faults([f"{place}, line 1: a number in the JSON is too long"])
    except RecursionError:
        raise Faults([f"{place}, line 1: the JSON is nested too deep"])
    faults, meetings = [], []
    try:
        for line, make in found_meetings(root):
            try:
                meetings.append((line, make()))
            except Unfit as unfit:
                faults.append(f"{place}, line {unfit.line}: {shown(unfit)}")
    except Unfit as unfit:
        faults.append(f"{place}, line {unfit.line}: {shown(unfit)}")
    if not meetings and not faults:
        faults = [f"{place}, line 1: this is no export that is known: {', '.join(KINDS)}"]
    if faults:
        raise Faults(faults)
    return meetings


def objects(one, name, needed=False):
    """The objects of a list."""
    value = one.get(name)
    if value is None and not needed:
        return []
    if not isinstance(value, list):
        raise Unfit(one.line, f"{name} is missing" if value is None else f"{name} is no list")
    if not all(isinstance(element, dict) for element in value):
        raise Unfit(one.line, f"an element of {name} is no object")
    return value


def text_of(one, *names):
    """The first text of these members; empty where none is given."""
    for name in names:
        value = one.get(name)
        if isinstance(value, str):
            return value
        if value is not None and not isinstance(value, (int, float)):
            raise Unfit(one.line, f"{name} is no text")
        if value is not None:
            return str(value)
    return ""


def offset(one, *names, unit=1.0):
    """Seconds: a number of units, or a text as 00:01:02.5."""
    for name in names:
        value = one.get(name)
        if value is None:
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e12:
            return value * unit
        found = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+)(?:[.,](\d+))?", str(value).strip())
        if found:
            return seconds([found[1], found[2], found[3], (found[4] or "0")[:3]])
        if re.fullmatch(r"\d+(\.\d+)?", str(value).strip()):
            return float(value) * unit
        raise Unfit(one.line, f"{name} is \"{value}\", which is no time as 00:01:02")
    return None


def moment(one, *names):
    """A point in time: RFC 3339, or milliseconds since 1970."""
    for name in names:
        value = one.get(name)
        if value in (None, ""):
            continue
        try:
            if isinstance(value, (int, float)):
                return datetime.datetime.fromtimestamp(value / 1000 if value > 1e11 else value, datetime.timezone.utc)
            # Python before 3.11 reads three or six digits of a fraction only.
            text = re.sub(r"\.(\d{1,6})\d*", lambda found: "." + found[1].ljust(6, "0"), value.strip())
            when = datetime.datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text))
            return when.astimezone(datetime.timezone.utc) if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        except (ValueError, OverflowError, OSError, AttributeError, TypeError):
            raise Unfit(one.line, f"{name} is \"{value}\", which is no time as 2026-01-10T09:15:00Z")
    return None


def fathom(one):
    """A meeting of Fathom's API, or the transcript alone."""
    meeting = Meeting("fathom", text_of(one, "title", "meeting_title"), text_of(one, "recording_id", "url"),
                      moment(one, "recording_start_time", "scheduled_start_time", "created_at"))
    for person in objects(one, "calendar_invitees") + [one.get("recorded_by")]:
        if isinstance(person, dict):
            meeting.invite(person.get("name"), person.get("email"))
    for line in objects(one, "transcript", True):
        speaker = line.get("speaker")
        name = text_of(speaker, "display_name", "name") if isinstance(speaker, dict) else text_of(line, "speaker")
        if isinstance(speaker, dict):
            meeting.invite(name, speaker.get("matched_calendar_invitee_email"))
        meeting.say(name, text_of(line, "text"), offset(line, "timestamp"))
    return meeting


def fireflies(one):
    """A transcript of Fireflies' API or download."""
    meeting = Meeting("fireflies", text_of(one, "title"), text_of(one, "id"), moment(one, "dateString", "date"))
    for person in objects(one, "meeting_attendees"):
        meeting.invite(person.get("displayName") or person.get("name"), person.get("email"))
    there = one.get("participants")
    for address in [*(there if isinstance(there, list) else []), one.get("organizer_email")]:
        for part in str(address or "").split(","):
            meeting.invite(None, part.strip())
    names = {text_of(speaker, "id"): text_of(speaker, "name")
             for speaker in objects(one, "speakers")}
    for line in objects(one, "sentences", True):
        name = text_of(line, "speaker_name") or names.get(text_of(line, "speaker_id"))
        meeting.say(name, text_of(line, "text", "raw_text", "sentence"), offset(line, "start_time", "startTime", "time"),
                    offset(line, "end_time", "endTime"))
    return meeting


def gong(one, calls):
    """A transcript of Gong's API, with the call's own facts where the file has them."""
    number = text_of(one, "callId")
    facts = calls.get(number) or Object()
    about = facts["metaData"] if isinstance(facts.get("metaData"), dict) else facts
    meeting = Meeting("gong", text_of(about, "title"), number, moment(about, "started", "scheduled"), type="CALL")
    names = {}
    for party in objects(facts, "parties"):
        meeting.invite(party.get("name"), party.get("emailAddress"))
        names[text_of(party, "speakerId")] = text_of(party, "name", "emailAddress")
    for part in objects(one, "transcript", True):
        speaker = text_of(part, "speakerId")
        for line in objects(part, "sentences", True):
            meeting.say(names.get(speaker) or speaker and f"Speaker {speaker}", text_of(line, "text"),
                        offset(line, "start", unit=0.001), offset(line, "end", unit=0.001))
    return meeting


def meet(one):
    """Entries of Google Meet's API, with the participants where the file has them."""
    entries = objects(one, "transcriptEntries", True)
    if one.get("nextPageToken"):
        raise Unfit(one.line, "this is one page of a transcript; put the transcriptEntries of all pages together")
    names = {}
    for person in objects(one, "participants"):
        user = next((person[word] for word in ["signedinUser", "anonymousUser", "phoneUser"]
                     if isinstance(person.get(word), dict)), Object())
        names[text_of(person, "name")] = text_of(user, "displayName")
    began = [when for when in (moment(entry, "startTime") for entry in entries) if when]
    number = re.sub(r"/entries/.*", "", text_of(entries[0], "name")) if entries else ""
    meeting = Meeting("google-meet", text_of(one, "title"), number, min(began) if began else None)
    for entry in entries:
        person = text_of(entry, "participant")
        times = [(moment(entry, word) - meeting.start).total_seconds() if entry.get(word) else None
                 for word in ["startTime", "endTime"]] if meeting.start else [None, None]
        meeting.say(names.get(person) or person.rsplit("/", 1)[-1], text_of(entry, "text"), *times)
    return meeting


def zoom(one):
    """A meeting of Zoom: its topic, and lines with who said them."""
    # The id is of all meetings of a series; the uuid, of one.
    number, start = text_of(one, "uuid", "meeting_uuid"), moment(one, "start_time")
    if not number and start and (series := text_of(one, "id", "meeting_id")):
        number = f"{series}@{start.timestamp():.0f}"
    meeting = Meeting("zoom", text_of(one, "topic"), number, start)
    meeting.invite(None, one.get("host_email"))
    for person in objects(one, "participants"):
        meeting.invite(person.get("user_name") or person.get("name"), person.get("user_email") or person.get("email"))
    for line in objects(one, "transcript" if "transcript" in one else "timeline", True):
        users = line.get("users")
        speaker = users[0] if isinstance(users, list) and users and isinstance(users[0], dict) else line
        meeting.say(text_of(speaker, "user_name", "username", "display_name", "speaker", "name"),
                    text_of(line, "text", "content"), offset(line, "ts", "start_time", "start"),
                    offset(line, "end_ts", "end_time", "end"))
    return meeting


KINDS = ["Zoom", "Google Meet", "Fathom", "Fireflies", "Gong"]


def found_meetings(root):
    """Each meeting of a JSON text, as its line and what reads it."""
    if isinstance(root, dict) and isinstance(root.get("data"), (dict, list)):
        root = root["data"]
    if isinstance(root, dict):
        for name in ["items", "meetings", "transcripts"]:
            if isinstance(root.get(name), list):
                root = root[name]
                break
    if isinstance(root, dict) and isinstance(root.get("transcript"), dict):
        root = root["transcript"]
    if isinstance(root, list) and root and all(isinstance(one, dict) for one in root) and (
            "sentence" in root[0] or "speaker_name" in root[0]):
        whole = Object(sentences=root)
        whole.line = root[0].line
        root = whole
    for one in root if isinstance(root, list) else [root]:
        if not isinstance(one, dict):
            raise Unfit(1, "an element of the list is no object")
        if "callTranscripts" in one:
            calls = {str((call["metaData"] if isinstance(call.get("metaData"), dict) else call).get("id")): call
                     for call in objects(one, "calls")}
            for call in objects(one, "callTranscripts", True):
                yield call.line, lambda call=call, calls=calls: gong(call, calls)
        elif "callId" in one:
            yield one.line, lambda one=one: gong(one, {})
        elif "transcriptEntries" in one:
            yield one.line, lambda one=one: meet(one)
        elif "sentences" in one:
            yield one.line, lambda one=one: fireflies(one)
        elif "topic" in one and ("transcript" in one or "timeline" in one):
            yield one.line, lambda one=one: zoom(one)
        elif "transcript" in one:
            yield one.line, lambda one=one: fathom(one)
        else:
            raise Unfit(one.line, f"this is no export that is known: {', '.join(KINDS)}")
