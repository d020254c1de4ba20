"""The kinds of call that are measured."""

import json
from dataclasses import dataclass

from loopback_server import PAGE_ITEMS, PAGES, SMALL, engagement_id, page


@dataclass
class Kind:
    """A call, and what the bare loop fetches to make as many requests of the same size."""

    members: str  # of the request behind its id; # stands for two digits of the call's number
    path: str
    answer: int  # bytes of its answer, at least: one that is shorter is none
    requests: int = 1


def kind(method: str, params: dict, path: str, answer: int, requests: int = 1) -> Kind:
    return Kind(f'"method":"{method}","params":{json.dumps(params, separators=(",", ":"))}', path, answer, requests)


def get(size: int, **more) -> Kind:
    """One engagement of `size` bytes."""
    path = f"/v2/engagements/{engagement_id(size)}"
    return kind("engagement.get", {"engagement_id": engagement_id(size), **more}, path, 0 if more else size)


# Another engagement each time: writes to one of them wait for each other.
WRITTEN = {"engagement_id": "ngmt_write#"}
WRITTEN_PATH = "/v2/engagements/ngmt_write00"


def fields(size: int) -> Kind:
    """Two members of an engagement of `size` bytes."""
    return get(size, fields=["id", "contacts.emails.email"])


def tool(size: int) -> Kind:
    """The same get as an MCP tool (protocol 2026-07-28, which needs no handshake)."""
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
    arguments = {"engagement_id": engagement_id(size)}
    call = {"name": "engagement_get", "arguments": arguments, "_meta": meta}
    return kind("tools/call", call, get(size).path, 2 * size)  # as text, and structured


def replace(contacts: int) -> Kind:
    """One PUT of so many contacts."""
    ids = [f"cnt_01HQY3JMS2QAXJGX6X7C{i:05d}" for i in range(contacts)]
    return kind("engagement.replaceContacts", {**WRITTEN, "contact_ids": ids}, WRITTEN_PATH, SMALL)


def checked_replace() -> Kind:
    """GET, PUT, GET: a replacement that tells what it changed."""
    wanted = {"contact_ids": ["cnt_01HQY3JMS2QAXJGX6X7C0009"], "report_changes": True}
    return kind("engagement.replaceContacts", {**WRITTEN, **wanted}, WRITTEN_PATH, SMALL, 3)


def add() -> Kind:
    """GET, PUT, GET: one contact more."""
    wanted = {"contact_ids": ["cnt_01HQY3JMS2QAXJGX6X7C0009"]}
    return kind("engagement.addContacts", {**WRITTEN, **wanted}, WRITTEN_PATH, SMALL, 3)


def pages(number: int = PAGES) -> Kind:
    """All items of so many pages in one answer."""
    items = {"all": True, "limit": PAGE_ITEMS, "max_items": number * PAGE_ITEMS}
    size = number * (len(page(1)) - 100)
    return kind("engagement.list", items, f"/v2/engagements?limit={PAGE_ITEMS}&cursor=p1", size, number)


def recall(name: str) -> Kind:
    """What the journal has of one engagement; nothing is fetched."""
    return kind("journal.list", {"engagement_id": name}, "", 300, 0)  # without an entry it has 120
