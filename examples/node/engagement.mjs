// A client of engagement-rpc for Node 18 or newer, without packages.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** $ENGAGEMENT_RPC, else what is on the PATH, else the release build of the repository that this file is in. */
function program() {
  const built = fileURLToPath(new URL("../../.build/release/engagement-rpc", import.meta.url));
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "engagement-rpc"));
  return process.env.ENGAGEMENT_RPC || [...onPath, built].find(isExecutable) || "engagement-rpc";
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The call brought an error. `data` is all that is known of it; `applied` is undefined for reads. */
export class Refused extends Error {
  name = "Refused";

  constructor({ code, message, data = {} }) {
    super(message, "cause" in data ? { cause: data.cause } : {});
    Object.assign(this, { code, data });
  }

  get kind() { return this.data.kind; }
  get retryable() { return this.data.retryable ?? false; }
  get retry_after_ms() { return this.data.retry_after_ms; }
  get applied() { return this.data.applied; }
  get attempts() { return this.data.attempts; }
  get errors() { return this.data.errors ?? []; }
}

/** The process is gone, so nothing is known of the call. `status` is its own, or the signal that ended it. */
export class Ended extends Error {
  name = "Ended";

  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const PROBE = "$/waits"; // A method that nobody has.

export class Bridge {
  #child;
  #closing = false;
  #status;
  #lastId = 0;
  #waiting = new Map();
  #line = [];
  // Errors without an id, and the calls that they may be about.
  #unreadable = [];
  #suspects = new Set();
  // What the process says before its first answer: should it end there, that is why. Afterwards it is passed on.
  #said = [];

  /**
   * Resolves when the process runs. What keeps it from that is an error with a `code` such as ENOENT, or Ended with the
   * process's own sentence (a misspelt flag: status 64).
   */
  static async start(...flags) {
    const bridge = new Bridge();
    const child = (bridge.#child = spawn(program(), flags, { stdio: "pipe" }));
    child.stdin.on("error", () => {}); // A process that is gone is seen by its end.
    child.stdout.on("data", (bytes) => bridge.#read(bytes));
    child.stderr.on("data", (bytes) => (bridge.#said ? bridge.#said.push(bytes) : process.stderr.write(bytes)));
    await once(child, "spawn");
    bridge.ended = once(child, "exit").then(async ([status, signal]) => {
      // A child of its own may hold stderr a while longer.
      await Promise.race([once(child, "close"), sleep(1000, null, { ref: bridge.#waiting.size > 0 })]);
      return bridge.#end(signal ?? status);
    });
    await bridge.call("service.ping");
    for (const bytes of bridge.#said) process.stderr.write(bytes);
    bridge.#said = undefined;
    return bridge;
  }

  /** The result, with `data` and `meta`. After `signal` has aborted the promise still tells what became of the call. */
  async call(method, params = {}, { signal, onProgress } = {}) {
    signal?.throwIfAborted();
    if (this.#closing || this.#status !== undefined) throw new Ended("engagement-rpc has ended.", this.#status);
    const id = ++this.#lastId;
    if (onProgress) params = { ...params, options: { ...params.options, progress_token: id } };
    this.#send({ id, method, params });
    const cancel = () => this.#send({ method: "$/cancelRequest", params: { id } });
    signal?.addEventListener("abort", cancel);
    const call = { onProgress };
    call.answer = new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    this.#waiting.set(id, call);
    this.#hold();
    try {
      return await call.answer;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * What was sent is still answered; then the process ends by itself, with the status that this gives. A script that
   * leaves it out ends all the same as soon as no call waits, and the process with it.
   */
  async close() {
    this.#closing = true;
    this.#hold();
    this.#child.stdin.end();
    await Promise.allSettled([...this.#waiting.values()].map(({ answer }) => answer));
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    const status = await this.ended;
    clearTimeout(late);
    return status;
  }

  #send(message) {
    this.#child.stdin.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
  }

  // Nothing of the process keeps a script from ending, but for a call that waits.
  #hold() {
    const { stdin, stdout, stderr } = this.#child;
    for (const one of [this.#child, stdin, stdout, stderr]) {
      if (this.#closing || this.#waiting.size) one.ref();
      else one.unref();
    }
  }

  // By hand, because node:readline also ends a line at U+2028, which JSON may hold.
  #read(bytes) {
    for (let end; (end = bytes.indexOf(10)) >= 0; bytes = bytes.subarray(end + 1)) {
      this.#line.push(bytes.subarray(0, end));
      const line = Buffer.concat(this.#line).toString();
      this.#line = [];
      try {
        this.#hear(JSON.parse(line));
      } catch (problem) {
        console.error(`What engagement-rpc says can't be understood: ${problem.message}`);
        this.#child.kill("SIGKILL");
      }
    }
    this.#line.push(bytes);
  }

  #hear({ id, method, params, result, error }) {
    if (method === "$/progress") return this.#progress(params);
    let asked = [];
    if (id === null && error) {
      // There was a request that it could not read: of those that wait, one whose id it does not know.
      this.#unreadable.push(error);
      asked = [...this.#waiting.keys()].filter((one) => !this.#suspects.has(one));
      for (const one of asked) this.#suspects.add(one);
    } else if (error?.message.includes(PROBE)) {
      if (this.#waiting.has(id)) this.#settle(id, this.#unreadable.shift() ?? error);
    } else if (error?.code === -32600 && this.#suspects.has(id)) {
      this.#suspects.delete(id); // Its id is taken, so it was read.
    } else {
      this.#settle(id, error, result);
    }
    if (this.#suspects.size <= this.#unreadable.length) {
      for (const one of [...this.#suspects]) this.#settle(one, this.#unreadable.shift());
      this.#unreadable = [];
    }
    for (const one of asked) if (this.#suspects.has(one)) this.#send({ id: one, method: PROBE });
  }

  #progress({ token, value }) {
    const call = this.#waiting.get(token);
    try {
      call?.onProgress?.(value);
    } catch (problem) {
      this.#waiting.delete(token);
      call.reject(problem);
    }
  }

  #settle(id, error, result) {
    const call = this.#waiting.get(id);
    this.#suspects.delete(id);
    this.#waiting.delete(id);
    this.#hold();
    if (error) call?.reject(new Refused(error));
    else call?.resolve(result);
  }

  #end(status) {
    this.#status = status;
    this.#child.stderr.destroy();
    const how = typeof status === "number" ? `status ${status}` : status;
    const said = Buffer.concat(this.#said ?? []).toString().trim();
    for (const { reject } of this.#waiting.values()) {
      reject(new Ended(said || `engagement-rpc ended before it had answered (${how}).`, status));
    }
    this.#waiting.clear();
    return status;
  }
}
