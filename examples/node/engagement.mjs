// A client of engagement-rpc for Node 18 or newer, without packages.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

function program() {
  const built = fileURLToPath(new URL("../../.build/release/engagement-rpc", import.meta.url));
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "engagement-rpc"));
  return process.env.ENGAGEMENT_RPC || onPath.find(isExecutable) || built;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The call brought an error; `applied` is undefined for reads. */
export class Refused extends Error {
  constructor({ code, message, data = {} }) {
    super(message);
    Object.assign(this, { name: "Refused", code, data, kind: data.kind, applied: data.applied });
    this.retryable = data.retryable ?? false;
  }
}

/** The process is gone, so nothing is known of the call. */
export class Ended extends Error {}

export class Bridge {
  #child;
  #lastId = 0;
  #waiting = new Map();
  #line = [];

  /** Resolves when the process runs; what keeps it from starting is an error with a `code` such as ENOENT. */
  static start(...flags) {
    return new Promise((resolve, reject) => {
      const bridge = new Bridge();
      bridge.#child = spawn(program(), flags, { stdio: ["pipe", "pipe", "inherit"] });
      bridge.#child.once("error", reject).once("spawn", () => resolve(bridge));
      bridge.ended = new Promise((tell) => bridge.#child.once("close", (status, signal) => tell(signal ?? status)));
      bridge.ended.then(() => bridge.#failAll());
      bridge.#child.stdin.on("error", () => {}); // A process that is gone is seen by its "close".
      bridge.#child.stdout.on("data", (bytes) => bridge.#read(bytes));
    });
  }

  /** The result, with `data` and `meta`. After `signal` has aborted the promise still tells what became of the call. */
  call(method, params = {}, { signal, onProgress } = {}) {
    const id = ++this.#lastId;
    if (onProgress) params = { ...params, options: { ...params.options, progress_token: id } };
    const cancel = () => this.#send({ method: "$/cancelRequest", params: { id } });
    return new Promise((resolve, reject) => {
      if (!this.#child.stdin.writable) throw new Ended("engagement-rpc has ended.");
      signal?.throwIfAborted();
      signal?.addEventListener("abort", cancel);
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#send({ id, method, params });
    }).finally(() => signal?.removeEventListener("abort", cancel));
  }

  /** What was sent is still answered; then the process ends by itself, with the status that this gives. */
  async close() {
    this.#child.stdin.end();
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    const status = await this.ended;
    clearTimeout(late);
    return status;
  }

  #send(message) {
    this.#child.stdin.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
  }

  // By hand, because node:readline also ends a line at U+2028, which JSON may hold.
  #read(bytes) {
    for (let end; (end = bytes.indexOf(10)) >= 0; bytes = bytes.subarray(end + 1)) {
      this.#line.push(bytes.subarray(0, end));
      this.#receive(JSON.parse(Buffer.concat(this.#line).toString()));
      this.#line = [];
    }
    this.#line.push(bytes);
  }

  #receive({ id, method, params, result, error }) {
    if (method === "$/progress") return this.#waiting.get(params.token)?.onProgress?.(params.value);
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) call?.reject(new Refused(error));
    else call?.resolve(result);
  }

  #failAll() {
    for (const { reject } of this.#waiting.values()) reject(new Ended("engagement-rpc ended before it had answered."));
    this.#waiting.clear();
  }
}
