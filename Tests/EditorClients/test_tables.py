"""Tables: what `plan` would refuse is marked where it stands."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio
TABLE = """Engagement ID,Emails
ngmt_sandbox01,"contact1@acme.example, nobody@nowhere.example"
ngmt_sandbox02,front-desk@mail.example
ngmt sandbox03,contact5@mail.example
ngmt_nowhere1,contact5@mail.example
"""


@pytest.mark.parametrize("name, language", [("changes.csv", "csv"), ("changes", "")])
async def test_faults_of_a_table(editor, name, language):
    one = await editor()
    table = one.open(TABLE, name, language)
    for words, line in [("nobody@nowhere.example", 1), ("front-desk@mail.example", 2), ("ngmt sandbox03", 3)]:
        fault = await one.fault(table, words)
        assert fault.range.start.line == line and fault.source == "engagement-rpc"
        assert fault.severity == types.DiagnosticSeverity.Error, fault
    fault = await one.fault(table, "ngmt_nowhere1")
    assert fault.range.start.line == 4
    assert not [fault for fault in await one.faults(table) if "contact1@acme" in fault.message]


async def test_a_table_without_faults(editor):
    one = await editor(refreshes=False)
    table = one.open(TABLE.split("\n")[0] + "\nngmt_sandbox01,contact1@acme.example\n", "good.csv", "csv")
    assert "Quarterly" in (await one.hints(table))["ngmt_sandbox01,contact1@acme.example".split(",")[0]]
    assert not await one.faults(table)
