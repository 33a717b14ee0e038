import { amount, byId, clock, dollars, drawing, element, figure, grouped, rows, show } from "./dom.js";
import { alarms } from "./alarms.js";
import { lookups } from "./request.js";
import { get, type Config, type State } from "./server.js";
import { epochs, providers, requesters } from "./tables.js";

const PAUSE_MILLIS = 2_000;
const TABLES_EVERY = 3;

const sum = (state: State, name: string): string => state.sums[name] ?? "0";

function flow(state: State): void {
  const rate = (name: string): string => `${(state.rates.perSecond?.[name] ?? 0).toFixed(1)} a second`;
  const waiting = BigInt(sum(state, "REQUESTS")) - BigInt(sum(state, "CHARGES")) - BigInt(sum(state, "REFUSALS"));
  const unanswered = BigInt(sum(state, "CHARGES")) - BigInt(sum(state, "ANSWERED"));
  show(byId("flow-figures"), [
    figure("Requests", amount(sum(state, "REQUESTS"), "requests-total"), `${rate("REQUESTS")}, ${grouped(waiting > 0n ? waiting : 0n)} on their way`),
    figure("Answers", amount(sum(state, "ANSWERED"), "answers-total"), `${rate("ANSWERED")}, ${grouped(unanswered)} expired or failed`),
    figure("Refusals", amount(sum(state, "REFUSALS"), "refusals-total"), rate("REFUSALS")),
    figure("Tokens", amount(sum(state, "TOKENS"), "tokens-total"), rate("TOKENS")),
  ]);
  bars(state.rates.tokens);
  const codes = Object.entries(state.codes).sort((a, b) => b[1] - a[1]);
  rows("codes", codes.map(([code, count]) => [code, grouped(count)]), [1]);
  rows("refusals", state.recent.toReversed().map((refusal) => [clock(refusal.millis), refusal.code, refusal.message]), []);
}

function bars(tokens: readonly number[]): void {
  const most = Math.max(1, ...tokens);
  const drawn = tokens.map((count, i) => {
    const height = 100 * count / most;
    return drawing("rect", { x: String(10 * i), y: String(100 - height), width: "8", height: String(height) });
  });
  const into = byId("bars");
  into.setAttribute("aria-label", `Tokens in the last minute: ${grouped(tokens.reduce((a, b) => a + b, 0))}`);
  show(into, [drawing("svg", { viewBox: `0 0 ${10 * Math.max(1, tokens.length)} 100`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...drawn)]);
}

function money(config: Config, state: State): void {
  const figures = [
    figure("Charged", amount(sum(state, "DEBITS_NANO"), "charged-nano"),
      `= ${grouped(sum(state, "CREDITS_NANO"))} earned + ${grouped(sum(state, "FEES_NANO"))} fees`),
    figure("Sealed", amount(sum(state, "SEALED_NANO"), "sealed-nano"), `${grouped(sum(state, "RECEIPTS"))} receipts in ${grouped(sum(state, "EPOCHS"))} epochs`),
    figure("Settled, final", amount(sum(state, "SETTLED_NANO"), "settled-nano"), `${grouped(sum(state, "SETTLED_PARTS"))} of ${grouped(sum(state, "PARTS"))} parts`),
    figure("Unsettled", amount(sum(state, "UNSETTLED_NANO"), "unsettled-nano"), dollars(sum(state, "UNSETTLED_NANO"))),
    figure("The vault owes", amount(sum(state, "OWED_NANO"), "owed-nano"), `${dollars(sum(state, "OWED_NANO"))} at block ${grouped(state.block)}`),
  ];
  const held = state.sums["HELD_NANO"];
  if (held !== undefined) figures.push(figure("The vault holds", amount(held, "held-nano"), `${dollars(held)} at block ${grouped(state.block)}`));
  show(byId("money-figures"), figures);
  show(byId("limits"), [
    limit("Unsettled value", sum(state, "UNSETTLED_NANO"), config.mostUnsettledNano, "nano-USD"),
    limit("Unsettled parts", sum(state, "UNSETTLED_PARTS"), String(config.mostUnsettledParts), "parts"),
  ]);
}

/** How near it is to where the engine holds requests back. */
function limit(name: string, now: string, most: string, unit: string): HTMLElement {
  const share = BigInt(most) === 0n ? 0 : Number(BigInt(now) * 10_000n / BigInt(most)) / 100;
  const text = `${name}: ${grouped(now)} of at most ${grouped(most)} ${unit}, ${share.toFixed(2)} %`;
  const filled = drawing("rect", { width: String(Math.min(100, Math.max(0, share))), height: "10" });
  return element("div", { class: "limit" }, element("div", {}, text),
    element("div", { class: "track", role: "img", "aria-label": text },
      drawing("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, filled)));
}

function status(state: State): void {
  const line = byId("status");
  const broken = state.failure || state.chainFailure;
  const text = broken ? `What is shown is old: ${broken}`
    : state.behind < 0 ? "Connecting to the records …"
      : state.behind > 0 ? `Reading the records: ${grouped(state.behind)} to go`
        : `Up to date, settlements as of final block ${grouped(Math.max(0, state.block))}`;
  line.classList.toggle("bad", broken !== "");
  if (line.textContent !== text) line.textContent = text;
}

async function run(): Promise<void> {
  const config = await get<Config>("/api/config");
  byId("where").replaceChildren("Vault ", element("code", {}, config.vault), ` on chain ${config.chainId}`);
  lookups(config);
  const tables = [epochs(config), requesters(), providers()];
  for (let look = 0; ; look++) {
    if (!document.hidden) {
      try {
        const state = await get<State>("/api/state");
        status(state);
        flow(state);
        money(config, state);
        if (look % TABLES_EVERY === 0) await Promise.all([alarms, ...tables].map((load) => load()));
      } catch (error) {
        const line = byId("status");
        line.classList.add("bad");
        line.textContent = `What is shown is old: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
}

run().catch((error: unknown) => {
  byId("status").textContent = `The page's server does not answer: ${String(error)}`;
});
