"""What is tried with each host, and what has to come of it, as the sandbox itself tells it."""

import json
import os
import pathlib
import sys
import traceback

import witness

ENGAGEMENT = "ngmt_sandbox01"
WANTED = ["cnt_sandbox02", "cnt_sandbox09"]
OTHERS = ["cnt_sandbox02", "cnt_sandbox07"]
PATH = f"/v2/engagements/{ENGAGEMENT}/contacts"
GET = ("engagement_get", {"engagement_id": ENGAGEMENT, "expand": ["contacts"]})

# Of the environment a host gets these; the proxies lead nowhere, so that loopback is all that it reaches.
KEPT = ["PATH", "LANG", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]


def replace(ids):
    return ("engagement_replace_contacts", {"engagement_id": ENGAGEMENT, "contact_ids": ids})


LIST = ("engagement_list", {"limit": 5})
# What the person says to each replacement in turn: no, then what is no yes either, then yes.
ATTENDED = [LIST, GET, replace(WANTED), replace(WANTED), replace(WANTED), GET, replace(OTHERS), GET]
UNATTENDED = [LIST, GET, replace(WANTED), GET]

failed = []


class Failure(Exception):
    pass


def check(fact, what):
    if not fact:
        raise Failure(what)


def command(recording, binary, *flags):
    """The server as a host has to start it."""
    here = pathlib.Path(__file__).parent
    return [sys.executable, str(here / "witness.py"), str(recording), binary, "--sandbox", "--confirm", "auto", *flags]


def run(name, body):
    try:
        print(f"{name}: ok{body() or ''}", flush=True)
    except Exception as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        failed.append(name)
        said = str(error)[:3000] if isinstance(error, Failure) else "".join(traceback.format_exception(error))[-1000:]
        print(f"{name}: failed, {said}", flush=True)


def end():
    sys.stdout.flush()
    os._exit(1 if failed else 0)


class Person:
    """Says no, sends the form back empty, sends it back with a no in it, and then yes as the form wants it said."""

    def __init__(self):
        self.questions = []

    def __call__(self, message, schema):
        self.questions.append((message, schema))
        number = len(self.questions)
        flags = [name for name, one in schema["properties"].items() if one["type"] == "boolean"]
        if number == 1:
            return {"action": "decline"}
        return {"action": "accept", "content": {} if number == 2 else {name: number == 4 for name in flags}}


def contacts(result):
    return {contact["id"] for contact in structure(result)["data"]["contacts"]}


def structure(result):
    """The result as JSON; hosts write words around it."""
    return json.JSONDecoder().raw_decode(result[result.index("{"):])[0]


def reads(model):
    check(not model.missing, f"not offered: {model.missing}")
    check(len(model.results) == len(model.script), f"{len(model.results)} results: {model.results}")
    check(len(structure(model.results[0])["data"]["data"]) == 5, f"list: {model.results[0]}")
    check(contacts(model.results[1]) == {"cnt_sandbox01", "cnt_sandbox02", "cnt_sandboxroom1"}, model.results[1])


def attended(model, recording, person):
    reads(model)
    check(len(person.questions) == 4, f"asked {len(person.questions)} times")
    question, form = person.questions[0]
    for word in ["Ana Souza", "cnt_sandbox01", "Iván O'Brien", "cnt_sandbox09"]:
        check(word in question, f"{word} is not in the question: {question}")
    check(form.get("required"), f"a form that can be accepted empty: {form}")
    for result in model.results[2:5]:
        refused = structure(result)["data"]
        check(refused["kind"] == "declined" and refused["applied"] == "no", f"refused: {refused}")
    check(contacts(model.results[5]) == contacts(model.results[1]), f"after three times no: {model.results[5]}")
    check(contacts(model.results[7]) == {*OTHERS, "cnt_sandboxroom1"}, f"after the yes: {model.results[7]}")
    writes = witness.writes(recording)
    check([(write["method"], write["path"]) for write in writes] == [("PUT", PATH)], f"writes: {writes}")
    check(set(OTHERS) <= set(writes[0]["body"]["contact_ids"]), f"written: {writes[0]}")


def unattended(model, recording):
    reads(model)
    asked = witness.asked(recording)
    check(len(asked) == 1, f"asked {len(asked)} times")
    writes = witness.writes(recording)
    check(not writes, f"written without a person: {writes}; asked: {asked}")
    check(contacts(model.results[3]) == contacts(model.results[1]), f"afterwards: {model.results[3]}")
    return f", it answers {json.dumps(asked[0][1])}"

