import { createReadStream } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { ApiError } from "./errors.js";
import type { Caller } from "./tokens.js";

/** Lines after which the journal is written anew. */
const LONGEST = 10_000;

/** A line of the journal. `held` before a request is sent, `spent` once its end is known, `total` at the start of the file. */
type Entry =
  | { kind: "total"; name: string; nano: string }
  | { kind: "held"; id: number; name: string; nano: string }
  | { kind: "spent"; id: number; nano: string };

interface Held {
  readonly name: string;
  readonly nano: bigint;
}

/** What a request may cost, until it is known what it does. */
export interface Hold {
  /** Ends it with what was charged. */
  settle(debitNano: bigint): Promise<void>;
}

/**
 * What each token has spent, in a file that outlives the process. What may be charged is written down before a request is sent; where
 * the process dies before the charge is known, all of it counts as spent: a token never spends more than its budget. Now and then the
 * file is written anew, with totals in place of what led to them.
 */
export class Budget {
  readonly #spent: Map<string, bigint>;
  readonly #held = new Map<number, Held>();
  #nextId = 1;
  #file: FileHandle | undefined;
  #lines = 0;
  #written: Promise<void> = Promise.resolve();
  #buffer: string[] = [];
  #failure: Error | undefined;

  private constructor(private readonly path: string, totals: Map<string, bigint>, private readonly longest: number) {
    this.#spent = totals;
  }

  /**
   * @param longest in lines, that the journal may become, or twice as long as it has to be
   * @throws Error if the journal is damaged before its last line, which alone may be torn
   */
  static async open(path: string, longest = LONGEST): Promise<Budget> {
    const budget = new Budget(path, await totalsOf(path), longest);
    await budget.#writeAnew();
    return budget;
  }

  spentNano(name: string): bigint {
    return this.#spent.get(name) ?? 0n;
  }

  /** Why nothing can be written down any more, if so: nothing may be spent then. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @throws ApiError 429 if the budget does not cover it, 503 if it cannot be written down */
  async hold(caller: Caller, nano: bigint): Promise<Hold> {
    const { name } = caller;
    const spent = this.spentNano(name);
    if (spent + nano > caller.config.budgetNano) {
      throw new ApiError(
        429, "insufficient_quota", "insufficient_quota",
        `the token's budget is ${caller.config.budgetNano} nano-USD, ${spent} of it are spent or held, and this may cost ${nano}`,
      );
    }
    this.#spent.set(name, spent + nano);
    const id = this.#nextId++;
    this.#held.set(id, { name, nano });
    await this.#write({ kind: "held", id, name, nano: nano.toString() }).catch(() => {
      throw new ApiError(503, "server_error", "journal_failed", "what this may cost cannot be written down, so it is not asked");
    });
    return {
      settle: async (debitNano) => {
        this.#spent.set(name, this.spentNano(name) - nano + debitNano);
        this.#held.delete(id);
        await this.#write({ kind: "spent", id, nano: debitNano.toString() });
      },
    };
  }

  async close(): Promise<void> {
    await this.#written.catch(() => undefined); // who waited for it was told
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Returns once it is on the disk; what comes while one write runs goes out together with the next. */
  #write(entry: Entry): Promise<void> {
    this.#buffer.push(line(entry));
    if (this.#buffer.length === 1) this.#written = this.#written.then(() => this.#flush());
    return this.#written;
  }

  /** After a failure it is not known where the file ends, so nothing is written any more. */
  async #flush(): Promise<void> {
    const lines = this.#buffer;
    this.#buffer = [];
    try {
      if (this.#lines + lines.length > Math.max(this.longest, 2 * (this.#spent.size + this.#held.size))) {
        await this.#writeAnew();
        return;
      }
      this.#lines += lines.length;
      await this.#file!.appendFile(lines.join(""));
      await this.#file!.datasync();
    } catch (error) {
      this.#failure ??= new Error(`${this.path} cannot be written: ${(error as Error).message}`, { cause: error });
      throw this.#failure;
    }
  }

  /** What was spent as it is at the call, and what is held besides. A process that dies leaves the old file or the new one. */
  async #writeAnew(): Promise<void> {
    const totals = new Map(this.#spent);
    for (const { name, nano } of this.#held.values()) totals.set(name, totals.get(name)! - nano);
    const lines = [
      ...[...totals].map(([name, nano]) => line({ kind: "total", name, nano: nano.toString() })),
      ...[...this.#held].map(([id, { name, nano }]) => line({ kind: "held", id, name, nano: nano.toString() })),
    ];
    const draft = `${this.path}.draft`;
    const file = await open(draft, "w", 0o600);
    try {
      await file.appendFile(lines.join(""));
      await file.datasync();
      await rename(draft, this.path);
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#file?.close();
    this.#file = file;
    this.#lines = lines.length;
    const folder = await open(dirname(this.path));
    await folder.sync();
    await folder.close();
  }
}

const line = (entry: Entry) => `${JSON.stringify(entry)}\n`;

async function totalsOf(path: string): Promise<Map<string, bigint>> {
  const totals = new Map<string, bigint>();
  const held = new Map<number, Held>();
  const add = (name: string, nano: bigint) => totals.set(name, (totals.get(name) ?? 0n) + nano);
  let number = 0;
  for await (const written of linesOf(path)) {
    number++;
    let entry: Entry;
    try {
      entry = JSON.parse(written);
    } catch {
      throw new Error(`${path}, line ${number} is damaged: what was spent cannot be told; mend the line, or set the file aside to begin anew`);
    }
    if (entry.kind === "total") add(entry.name, BigInt(entry.nano));
    else if (entry.kind === "held") {
      held.set(entry.id, { name: entry.name, nano: BigInt(entry.nano) });
      add(entry.name, BigInt(entry.nano));
    } else {
      const hold = held.get(entry.id);
      if (hold) add(hold.name, BigInt(entry.nano) - hold.nano);
      held.delete(entry.id);
    }
  }
  return totals;
}

/** Without its line break the last line was not written whole, and nothing that depends on it was done: it is left out. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, "utf8")) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
