// One request: what became of it, its proof, and the button that asks the vault.
import { amount, byId, dollars, element, grouped, short, time, type Child } from "./dom.js";
import { headerHash, headerOfCall, leadsToRoot, verifyCall, type Proof } from "./proof.js";
import { ask, call } from "./rpc.js";
import { get, type Config } from "./server.js";
import { tree } from "./tree.js";

interface Charge {
  readonly status: string;
  readonly requesterAccount: number;
  readonly requesterAddress: string;
  readonly sequence: string;
  readonly providerAccount: number;
  readonly providerAddress: string;
  readonly tokens: string;
  readonly debitNano: string;
  readonly creditNano: string;
  readonly feeNano: string;
  readonly admittedMillis: number;
}

interface Found {
  readonly requestId: string;
  readonly charge?: Charge;
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly epoch?: number;
  readonly note?: string;
  readonly proof?: Proof;
}

interface Step {
  readonly says: string;
  readonly holds: boolean;
}

const fact = (name: string, ...value: Child[]): Child[] => [element("dt", {}, name), element("dd", {}, ...value)];

function facts(found: Found): HTMLElement {
  const list = element("dl", { class: "facts" });
  const { charge, refusal } = found;
  list.append(...fact("Request", element("code", {}, found.requestId)));
  if (charge) {
    list.append(
      ...fact("Outcome", charge.status.toLowerCase()),
      ...fact("Costs", amount(charge.debitNano), ` nano-USD (${dollars(charge.debitNano)}) for ${grouped(charge.tokens)} tokens`),
      ...fact("Of that", amount(charge.creditNano), " to the provider, ", amount(charge.feeNano), " fee"),
      ...fact("Requester", `account ${charge.requesterAccount}, its charge ${charge.sequence}, `, element("code", {}, charge.requesterAddress)),
      ...fact("Provider", `account ${charge.providerAccount}, `, element("code", {}, charge.providerAddress)),
      ...fact("Admitted", time(charge.admittedMillis)));
  }
  if (refusal) list.append(...fact("Refused", `${refusal.code}: ${refusal.message}`));
  if (found.epoch) list.append(...fact("Epoch", String(found.epoch)));
  if (found.note) list.append(...fact("Proof", found.note));
  return list;
}

/** Nothing that the page's server says is believed: all of it is hashed again, and the vault is asked. */
async function check(config: Config, proof: Proof): Promise<Step[]> {
  const { header } = proof.proof;
  const chain = Number(await ask(config.rpcUrl, "eth_chainId", []));
  const hash = headerHash(config, header);
  const [kept, verified] = await Promise.all([
    call(config.rpcUrl, config.vault, headerOfCall(header)),
    call(config.rpcUrl, config.vault, verifyCall(proof)),
  ]);
  return [
    { says: `The receipt, hashed here, leads to the root of epoch ${proof.epoch}, and the sums add up to its sum`, holds: leadsToRoot(config, proof) },
    { says: `The node is of chain ${config.chainId}`, holds: chain === config.chainId },
    { says: `The vault keeps the header ${short(hash)} for that epoch`, holds: kept === hash },
    { says: "The vault's verifyReceipt says yes", holds: BigInt(verified) === 1n },
  ];
}

function verdict(good: boolean, text: string, steps: readonly Step[]): Child[] {
  return [
    element("p", { class: `verdict ${good ? "good" : "bad"}`, id: "verdict" }, text),
    element("ol", { class: "steps" }, ...steps.map((step) =>
      element("li", {}, element("strong", { class: step.holds ? "good" : "bad" }, step.holds ? "Yes. " : "NO. "), step.says))),
  ];
}

async function verify(config: Config, found: Found, proof: Proof, into: HTMLElement): Promise<void> {
  into.replaceChildren("Asking the vault …");
  try {
    const steps = await check(config, proof);
    const asked = proof.receipt.requestId === found.requestId;
    const same = found.charge?.debitNano === proof.receipt.debitNano;
    steps.push({ says: "It is the receipt of the request that was looked up, over what it costs", holds: asked && same });
    const good = steps.every((step) => step.holds);
    into.replaceChildren(...verdict(good, good ? "Verified by the vault" : "NOT verified", steps));
  } catch (error) {
    into.replaceChildren(...verdict(false, `NOT verified: ${error instanceof Error ? error.message : String(error)}`, []));
  }
}

function proofOf(config: Config, found: Found, proof: Proof): Child[] {
  const result = element("div", { role: "status" });
  const button = element("button", { type: "button", id: "verify" }, "Verify");
  button.addEventListener("click", () => {
    void verify(config, found, proof, result);
  });
  const { siblings, sumsNano } = proof.proof;
  const listed = siblings.map((hash, level) =>
    element("li", {}, element("code", {}, hash), ` ${grouped(sumsNano[level] ?? "0")} nano-USD`));
  const parts: Child[] = [
    element("h3", {}, "Proof"),
    element("p", {}, button),
    element("p", { class: "quiet" },
      `Your browser hashes the receipt and its way to the root, and asks the vault ${config.vault} at ${config.rpcUrl}. Compare that address with the one you deposited into.`),
    result,
  ];
  try {
    parts.push(tree(config, proof));
  } catch (error) {
    parts.push(element("p", { class: "bad" }, `It cannot be drawn: ${String(error)}`));
  }
  parts.push(element("details", {}, element("summary", {}, `Siblings, from the receipt upwards (${siblings.length})`), element("ol", {}, ...listed)));
  return parts;
}

function unknown(id: string): HTMLElement {
  return element("p", {}, "No charge and no refusal of ", element("code", {}, id),
    " is known. Where it was sent just now, ask again in a moment; what could not be read at all is refused without an id.");
}

export function lookups(config: Config): void {
  const field = byId<HTMLInputElement>("request-id");
  const error = byId("lookup-error");
  const into = byId("found");
  const look = async (): Promise<void> => {
    const id = field.value.trim().toLowerCase();
    error.textContent = "";
    field.removeAttribute("aria-invalid");
    if (!/^0x[0-9a-f]{64}$/.test(id)) {
      field.setAttribute("aria-invalid", "true");
      error.textContent = "A request id is 0x and 64 hexadecimal digits.";
      return;
    }
    try {
      const found = await get<Found>(`/api/request/${id}`);
      const known = found.charge ?? found.refusal ?? found.epoch;
      into.replaceChildren(known === undefined ? unknown(id) : facts(found));
      if (found.proof) into.append(...proofOf(config, found, found.proof));
    } catch (failure) {
      error.textContent = failure instanceof Error ? failure.message : String(failure);
    }
  };
  byId("lookup").addEventListener("submit", (event) => {
    event.preventDefault();
    void look();
  });
  const linked = (): void => {
    const id = /^#request=(0x[0-9a-fA-F]{64})$/.exec(location.hash)?.[1];
    if (id) {
      field.value = id;
      void look();
      byId("request").scrollIntoView();
    }
  };
  addEventListener("hashchange", linked);
  linked();
}
