"""A client of ten lines, which a type checker follows from the request to the last member of the answer."""

import json
import subprocess
import sys

from engagement_types import EngagementGetParams, EngagementGetResult


def get(binary: str, params: EngagementGetParams) -> EngagementGetResult:
    request = {"jsonrpc": "2.0", "id": 1, "method": "engagement.get", "params": params.model_dump(exclude_none=True)}
    process = subprocess.run([binary, "--sandbox"], input=json.dumps(request), capture_output=True, text=True)
    return EngagementGetResult.model_validate(json.loads(process.stdout)["result"])


result = get(sys.argv[1], EngagementGetParams.model_validate({"engagement_id": "ngmt_sandbox01", "expand": ["contacts"]}))
for contact in result.data.contacts or []:
    name: str | None = contact.first_name
    print(contact.id, name, result.meta.status)
