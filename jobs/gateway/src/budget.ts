import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { ApiError } from "./errors.js";
import type { Caller } from "./tokens.js";

/** A line of the journal. `held` before a request is sent, `spent` once its end is known, `total` at the start of the file. */
type Entry =
  | { kind: "total"; name: string; nano: string }
  | { kind: "held"; id: number; name: string; nano: string }
  | { kind: "spent"; id: number; nano: string };

/** What a request may cost, until it is known what it does. */
export interface Hold {
  /** Ends it with what was charged. */
  settle(debitNano: bigint): Promise<void>;
}

/**
 * What each token has spent, in a file that outlives the process. What may be charged is written down before a request is sent; where
 * the process dies before the charge is known, all of it counts as spent: a token never spends more than its budget.
 */
export class Budget {
  readonly #spent: Map<string, bigint>;
  #nextId = 1;
  #written: Promise<void> = Promise.resolve();
  #buffer: string[] = [];

  private constructor(private readonly file: FileHandle, totals: Map<string, bigint>) {
    this.#spent = totals;
  }

  /** @throws Error if the journal is damaged before its last line, which alone may be torn */
  static async open(path: string): Promise<Budget> {
    const totals = totalsOf(await readFile(path, "utf8").catch((error) => (error.code === "ENOENT" ? "" : Promise.reject(error))), path);
    const draft = `${path}.draft`;
    const file = await open(draft, "w", 0o600);
    for (const [name, nano] of totals) await file.write(line({ kind: "total", name, nano: nano.toString() }));
    await file.datasync();
    await rename(draft, path);
    const folder = await open(dirname(path));
    await folder.sync();
    await folder.close();
    return new Budget(file, totals);
  }

  spentNano(name: string): bigint {
    return this.#spent.get(name) ?? 0n;
  }

  /** @throws ApiError 429 if the budget does not cover it */
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
    await this.#write({ kind: "held", id, name, nano: nano.toString() });
    return {
      settle: async (debitNano) => {
        this.#spent.set(name, this.spentNano(name) - nano + debitNano);
        await this.#write({ kind: "spent", id, nano: debitNano.toString() });
      },
    };
  }

  async close(): Promise<void> {
    await this.#written;
    await this.file.close();
  }

  /** Returns once it is on the disk; what comes while one write runs goes out together with the next. */
  #write(entry: Entry): Promise<void> {
    this.#buffer.push(line(entry));
    if (this.#buffer.length === 1) {
      this.#written = this.#written.then(async () => {
        const text = this.#buffer.join("");
        this.#buffer = [];
        await this.file.write(text);
        await this.file.datasync();
      });
    }
    return this.#written;
  }
}

const line = (entry: Entry) => `${JSON.stringify(entry)}\n`;

function totalsOf(text: string, path: string): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  const held = new Map<number, { name: string; nano: bigint }>();
  const add = (name: string, nano: bigint) => totals.set(name, (totals.get(name) ?? 0n) + nano);
  const lines = text.split("\n");
  // without its line break the last line was not written whole, and nothing that depends on it was done
  for (const [i, written] of lines.slice(0, -1).entries()) {
    let entry: Entry;
    try {
      entry = JSON.parse(written);
    } catch {
      throw new Error(`${path}, line ${i + 1} is damaged: what was spent cannot be told; mend the line, or set the file aside to begin anew`);
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
