"""What a morning's session costs at the API."""

import asyncio
import collections

import pytest
from lsprotocol import types

from editor import until

pytestmark = pytest.mark.asyncio


async def test_a_morning(editor, workspace, figure):
    one = await editor()
    people = [f"cnt_sandbox{number:02}" for number in range(1, 11)]
    notes = one.open("# Standup\n\n" + "".join(f"- ngmt_sandbox0{1 + at % 4} {person}: word\n" for at, person in enumerate(people)))

    async def shown():
        return len(set(await one.hints(notes))) == 14
    await until(shown, "not all names come")
    for _ in range(5):  # Scrolling, moving, resting, typing.
        for person in people:
            await one.hover(notes, person)
            await one.actions(notes, person)
            await one.hints(notes)
            await one.faults(notes)
        for letter in "typed ":
            notes.append(letter)
            await one.hints(notes)
    requests = collections.Counter(workspace.requests())
    assert sum(requests.values()) <= 14 + 5, requests  # Each record once, and the companies of five people.
    reading = sum(requests.values())

    document = await one.attendees()
    document.change("cnt_sandbox02 Björn Lindqvist <contact2@cafe-mueller.example>", "contact5@mail.example")
    for letter in "\n# a note":
        document.append(letter)
        await one.lenses(document)
        await one.faults(document)
    document.save()
    await (await one.asked()).answer("Replace")
    await until(lambda: workspace.requests("PUT"), "not replaced")
    await asyncio.sleep(1)
    document.save()
    total = len(workspace.requests())
    assert total - reading <= 12, collections.Counter(workspace.requests())
    figure(f"a morning's session: 14 records on a page looked at, hovered and typed in 350 times: {reading} requests, companies too; "
           f"an attendees document edited and replaced: {total - reading}")
