#!/usr/bin/env node
// What the client is good for, against the sandbox.

import { setTimeout as sleep } from "node:timers/promises";
import { Bridge, Ended, Refused } from "./engagement.mjs";

async function demo(bridge) {
  const engagement_id = "ngmt_sandbox01";
  const { data } = await bridge.call("engagement.get", { engagement_id, expand: ["contacts"] });
  console.log("contacts:", data.contacts.map((c) => `${c.first_name} ${c.last_name}`).join(", "));

  const replacement = { engagement_id, contact_ids: ["cnt_sandbox01", "cnt_sandbox05"] };
  for (const [label, mode] of [["dry run", { dry_run: true }], ["replaced", { report_changes: true }]]) {
    const { changes } = await bridge.call("engagement.replaceContacts", { ...replacement, ...mode });
    console.log(`${label}: added ${changes.added}, removed ${changes.removed}, verified ${changes.verified}`);
  }

  await bridge.call("engagement.replaceContacts", { engagement_id, contact_ids: ["cnt_nobody"] }).catch((refused) => {
    if (!(refused instanceof Refused)) throw refused;
    const { kind, applied, retryable, message } = refused;
    console.log(`refused: ${kind}, applied ${applied}, retryable ${retryable}: ${message}`);
  });

  const steps = [{ delay_ms: 60_000 }];
  await bridge.call("sandbox.fail", { match: "PUT /v2/engagements/ngmt_sandbox05/contacts", steps });
  const patience = new AbortController();
  const { signal } = patience;
  const slow = bridge
    .call("engagement.replaceContacts", { engagement_id: "ngmt_sandbox05", contact_ids: ["cnt_sandbox08"] }, { signal })
    .then(() => "was carried out", (refused) => `${refused.kind}, applied ${refused.applied}`);

  const ids = Array.from({ length: 40 }, (_, index) => `cnt_sandbox${String(index + 1).padStart(2, "0")}`);
  const people = await Promise.all(ids.map((contact_id) => bridge.call("contact.get", { contact_id })));
  console.log(`at once: ${people.length} contacts, while a slow call waits`);

  await sleep(200);
  patience.abort();
  console.log(`cancelled: ${await slow}`);

  const told = [];
  const params = { all: true, limit: 50, fields: ["id"] };
  const everything = await bridge.call("engagement.list", params, { onProgress: ({ items }) => told.push(items) });
  console.log(`progress: ${told.join(", ")}, then ${everything.data.data.length} engagements`);
}

async function main() {
  let bridge;
  try {
    bridge = await Bridge.start("--sandbox");
    await demo(bridge);
  } catch (problem) {
    if (problem.syscall) console.error(`engagement-rpc can't be started: ${problem.message}.`);
    else if (problem instanceof Refused || problem instanceof Ended) console.error(problem.message);
    else throw problem;
    await bridge?.close();
    return problem.syscall || problem.status === 64 ? 64 : 1;
  }
  const status = await bridge.close();
  console.log(`ended: status ${status}`);
  return status;
}

process.exitCode = await main();
