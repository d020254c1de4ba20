// What engagement.mjs, beside this file, does about a fault: faults.mjs NAME. It works with the client as it was, too.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Bridge, Ended, Refused } from "./engagement.mjs";

const tooLong = "x".repeat(17 << 20);
const tell = (label, problem) => console.log(`${label}: ${problem.kind ?? problem.constructor.name}: ${problem.message}`);

const faults = {
  async unreadable() {
    const bridge = await Bridge.start("--sandbox");
    await bridge.call("contact.get", { contact_id: tooLong }).catch((refused) => tell("unreadable alone", refused));
    const steps = [{ delay_ms: 60_000 }];
    await bridge.call("sandbox.fail", { match: "PUT /v2/engagements/ngmt_sandbox05/contacts", steps });
    const patience = new AbortController();
    const write = { engagement_id: "ngmt_sandbox05", contact_ids: ["cnt_sandbox08"] };
    const slow = bridge.call("engagement.replaceContacts", write, { signal: patience.signal });
    slow.catch(() => {});
    const ids = Array.from({ length: 40 }, (_, index) => `cnt_sandbox${String(index + 1).padStart(2, "0")}`);
    ids.splice(20, 0, tooLong);
    const outcomes = await Promise.allSettled(ids.map((contact_id) => bridge.call("contact.get", { contact_id })));
    for (const { reason } of outcomes) if (reason) tell("unreadable", reason);
    console.log(`others: ${outcomes.filter(({ status }) => status === "fulfilled").length} answered`);
    patience.abort();
    await slow.catch((refused) => tell("slow", refused));
    await bridge.close();
  },

  async flag() {
    try {
      const bridge = await Bridge.start("--sandbx");
      await bridge.call("service.ping");
    } catch (problem) {
      if (!(problem instanceof Ended)) throw problem;
      tell("flag", problem);
    }
  },

  async killed() {
    const bridge = await Bridge.start("--sandbox");
    await bridge.call("sandbox.fail", { match: "GET /v2/contacts/*", steps: [{ delay_ms: 60_000 }], repeat: true });
    const calls = Array.from({ length: 40 }, () => bridge.call("contact.get", { contact_id: "cnt_sandbox01" }));
    setTimeout(() => process.kill(Number(readFileSync(process.env.PID_FILE, "utf8")), "SIGKILL"), 500);
    const outcomes = await Promise.allSettled(calls);
    const told = outcomes.filter(({ reason }) => reason instanceof Ended);
    console.log(`killed: ${told.length} of ${outcomes.length} told: ${told[0].reason.message}`);
  },

  async left() {
    const bridge = await Bridge.start("--sandbox");
    const { meta } = await bridge.call("contact.get", { contact_id: "cnt_sandbox01" });
    console.log(`left open: ${meta.status}`);
    await sleep(100);
    await bridge.call("service.ping"); // It was idle, and is waited for again.
  },

  async whole() {
    const bridge = await Bridge.start("--sandbox");
    const { meta } = await bridge.call("contact.get", { contact_id: "cnt_sandbox01" });
    console.log(`meta: ${meta.status} ${meta.api_version}`);
    const write = { engagement_id: "ngmt_sandbox01", contact_ids: ["cnt_nobody"] };
    await bridge.call("engagement.replaceContacts", write).catch(({ code, kind, applied, attempts, errors, data }) => {
      console.log(`refused: ${code} ${kind} ${applied} ${attempts} ${errors[0].field}`);
      console.log(`whole: ${data.status} ${data.request_id}`);
    });
    await bridge.close();
    const nowhere = await Bridge.start("--base-url", "http://127.0.0.1:9/api");
    const params = { contact_id: "cnt_sandbox01", options: { timeout_ms: 500 } };
    await nowhere.call("contact.get", params).catch(({ code, kind, retryable, cause }) => {
      console.log(`cause: ${code} ${kind} ${retryable} ${cause}`);
    });
    await nowhere.close();
  },
};

await faults[process.argv[2]]();
