// Epochs and accounts, a screen of rows at a time.
import { amount, byId, element, grouped, rows, short, time, type Child } from "./dom.js";
import { ask } from "./rpc.js";
import { get, type Account, type Config, type Epoch } from "./server.js";

const TRANSACTION = /^#transaction=(0x[0-9a-f]{64})$/;

function link(config: Config, transaction: string): HTMLElement {
  const address = config.explorer ? config.explorer + transaction : `#transaction=${transaction}`;
  return element("a", { href: address, rel: "noreferrer", title: transaction }, element("code", {}, short(transaction)));
}

function settledBy(config: Config, epoch: Epoch): HTMLElement {
  const parts: Child[] = epoch.settled.flatMap((part) => [link(config, part.transaction), ` in block ${grouped(part.block)}`, element("br")]);
  const missing = epoch.parts - epoch.settled.length;
  if (missing > 0) parts.push(epoch.parts > 1 ? `${missing} of ${epoch.parts} parts not final yet` : "not final yet");
  else parts.pop();
  return element("span", {}, ...parts);
}

/** What the L2 itself says of a transaction, where there is no explorer. */
async function transaction(config: Config): Promise<void> {
  const hash = TRANSACTION.exec(location.hash)?.[1];
  if (!hash) return;
  const into = byId("transaction");
  into.replaceChildren(element("h3", {}, "Transaction"), element("code", {}, hash));
  try {
    const receipt = await ask(config.rpcUrl, "eth_getTransactionReceipt", [hash]) as Readonly<Record<string, string>> | null;
    const lines = receipt
      ? [["Block", grouped(receipt["blockNumber"] ?? "0")], ["Outcome", receipt["status"] === "0x1" ? "succeeded" : "failed"],
        ["Gas", grouped(receipt["gasUsed"] ?? "0")], ["Settler", receipt["from"] ?? ""], ["Vault", receipt["to"] ?? ""]]
      : [["Outcome", "the node does not know it"]];
    into.append(element("dl", { class: "facts" }, ...lines.flatMap(([name, value]) =>
      [element("dt", {}, name ?? ""), element("dd", {}, value ?? "")])));
  } catch (error) {
    into.append(element("p", { class: "bad" }, String(error)));
  }
  into.scrollIntoView({ block: "nearest" });
}

/** Returns what shows them anew, as far as the newest are on the screen. */
export function epochs(config: Config): () => Promise<void> {
  const newest = byId<HTMLButtonElement>("epochs-newest");
  const older = byId<HTMLButtonElement>("epochs-older");
  let before = "";
  let last = 0;
  const load = async (): Promise<void> => {
    const { epochs: shown } = await get<{ epochs: readonly Epoch[] }>(`/api/epochs${before && `?before=${before}`}`);
    rows("epoch-table", shown.map((epoch) => [
      String(epoch.epoch), grouped(epoch.receipts), amount(epoch.sumNano), time(epoch.sealedMillis), settledBy(config, epoch),
    ]), [1, 2]);
    last = shown.at(-1)?.epoch ?? 0;
    older.disabled = last <= 1;
    newest.disabled = before === "";
  };
  older.addEventListener("click", () => {
    before = String(last);
    void load();
  });
  newest.addEventListener("click", () => {
    before = "";
    void load();
  });
  addEventListener("hashchange", () => void transaction(config));
  void transaction(config);
  return load;
}

function accounts(name: string, table: string, cells: (account: Account) => Child[], numbers: readonly number[]): () => Promise<void> {
  const first = byId<HTMLButtonElement>(`${name}-first`);
  const next = byId<HTMLButtonElement>(`${name}-next`);
  let from = 0;
  let behind = 0;
  const load = async (): Promise<void> => {
    const page = await get<{ end: number; accounts: readonly Account[] }>(`/api/${name}?from=${from}`);
    rows(table, page.accounts.map(cells), numbers);
    behind = (page.accounts.at(-1)?.account ?? 0) + 1;
    next.disabled = behind >= page.end;
    first.disabled = from === 0;
  };
  next.addEventListener("click", () => {
    from = behind;
    void load();
  });
  first.addEventListener("click", () => {
    from = 0;
    void load();
  });
  return load;
}

const owner = (account: Account): HTMLElement => element("code", { title: account.owner }, short(account.owner));

export const requesters = (): () => Promise<void> => accounts("requesters", "requester-table", (account) => [
  String(account.account), owner(account), amount(account.balanceNano), amount(account.chargedNano ?? "0"),
  amount(account.pendingNano ?? "0"), grouped(account.answers), grouped(account.tokens),
], [2, 3, 4, 5, 6]);

export const providers = (): () => Promise<void> => accounts("providers", "provider-table", (account) => [
  String(account.account), owner(account), amount(account.balanceNano), amount(account.earnedNano ?? "0"),
  grouped(account.answers), grouped(account.tokens),
], [2, 3, 4, 5]);
