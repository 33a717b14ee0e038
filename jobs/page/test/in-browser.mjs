// The page in a real browser, on a stack at rest: node test/in-browser.mjs PAGE AUDIT_JSON REQUEST_ID HOSTILE_TEXT FOLDER
// Fails at the first thing that is not as it should be; leaves pictures of the page in FOLDER.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { contrasts } from "./contrast.mjs";

const [page, audit, requestId, hostile, folder] = process.argv.slice(2);
const MILLIS = 60_000;
const checks = Object.fromEntries(JSON.parse(readFileSync(audit, "utf8")).checks.map(({ name, detail }) => [name, detail]));
const numbers = (name) => checks[name].match(/\d+/g);

/** What the audit says, by the page's names. */
function audited() {
  const [requests, charges, refusals] = numbers("requests-accounted");
  const [charged, earned, fees] = numbers("charge-double-entry");
  const [epochs, sealed] = numbers("epoch-postings");
  const [parts, settledParts] = numbers("epoch-log");
  const [held, owed] = numbers("vault-solvency");
  const pending = numbers("charges-settled")[2];
  const [receipts] = numbers("receipts-match-charges");
  return {
    REQUESTS: requests, CHARGES: charges, REFUSALS: refusals, DEBITS_NANO: charged, CREDITS_NANO: earned, FEES_NANO: fees,
    EPOCHS: epochs, SEALED_NANO: sealed, SETTLED_NANO: sealed, PARTS: parts, SETTLED_PARTS: settledParts, HELD_NANO: held,
    OWED_NANO: owed, UNSETTLED_NANO: pending, RECEIPTS: receipts,
  };
}

const SHOWN = {
  "requests-total": "REQUESTS", "refusals-total": "REFUSALS", "charged-nano": "DEBITS_NANO", "sealed-nano": "SEALED_NANO",
  "settled-nano": "SETTLED_NANO", "unsettled-nano": "UNSETTLED_NANO", "owed-nano": "OWED_NANO", "held-nano": "HELD_NANO",
};

/** Answers a request that no browser would send. */
const raw = (options) => new Promise((resolve, reject) => {
  request(page, options, (answer) => {
    answer.resume();
    answer.on("end", () => resolve(answer));
  }).on("error", reject).end();
});

async function serverIsForLookingOnly() {
  assert.equal((await raw({ method: "POST" })).statusCode, 405);
  assert.equal((await raw({ method: "HEAD" })).statusCode, 200);
  assert.equal((await raw({ headers: { host: "evil.example" } })).statusCode, 421);
  assert.equal((await raw({ path: "/../pom.xml" })).statusCode, 404);
  assert.equal((await raw({ path: "/api/request/0x12" })).statusCode, 400);
  const { headers } = await raw({ method: "GET" });
  assert.equal(headers["set-cookie"], undefined);
  assert.match(headers["content-security-policy"], /default-src 'none'; script-src 'self'/);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A browser window; what it complains of fails the test when it is closed. */
async function open(options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  tab.on("request", (asked) => {
    if (!asked.url().startsWith(page) && !asked.postData()?.includes("jsonrpc")) complaints.push(`asked for ${asked.url()}`);
  });
  await tab.goto(page);
  await tab.waitForFunction(() => document.getElementById("status").textContent.startsWith("Up to date"), undefined, { timeout: MILLIS });
  return { tab, close: async () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual(await context.cookies(), []);
    await context.close();
  } };
}

async function showsTheAuditsFigures(tab) {
  const expected = audited();
  await tab.waitForFunction(([id, value]) => document.getElementById(id)?.getAttribute("value") === value,
    ["settled-nano", expected.SETTLED_NANO], { timeout: MILLIS });
  const { sums } = await tab.evaluate(() => fetch("/api/state").then((answer) => answer.json()));
  for (const [name, value] of Object.entries(expected)) assert.equal(sums[name], value, name);
  for (const [id, name] of Object.entries(SHOWN)) {
    const text = await tab.locator(`#${id}`).textContent();
    assert.equal(text.replaceAll(",", ""), expected[name], id);
  }
}

const cells = (tab, table, column) => tab.locator(`#${table} tbody tr :nth-child(${column})`).allTextContents();
const total = (texts) => texts.reduce((sum, text) => sum + BigInt(text.replaceAll(",", "")), 0n).toString();

async function tablesAddUp(tab) {
  const { CREDITS_NANO, FEES_NANO, DEBITS_NANO } = audited();
  await tab.waitForFunction(() => document.querySelectorAll("#provider-table tbody tr").length > 1, undefined, { timeout: MILLIS });
  assert.equal(total(await cells(tab, "requester-table", 4)), DEBITS_NANO, "what requesters were charged");
  assert.equal(total(await cells(tab, "provider-table", 4)), (BigInt(CREDITS_NANO) + BigInt(FEES_NANO)).toString(), "what was earned");
  assert.equal((await cells(tab, "epoch-table", 5)).some((text) => text.includes("not final")), false, "an epoch without its transaction");
  await tab.locator("#epoch-table a").first().click();
  await tab.getByText("succeeded").waitFor({ timeout: MILLIS });
}

async function tabTo(tab, id) {
  for (let presses = 0; presses < 100; presses++) {
    await tab.keyboard.press("Tab");
    const at = await tab.evaluate(() => ({ id: document.activeElement.id, outline: getComputedStyle(document.activeElement).outlineStyle }));
    assert.notEqual(at.outline, "none", `where the focus is cannot be seen at ${at.id}`);
    if (at.id === id) return;
  }
  assert.fail(`the keyboard does not reach ${id}`);
}

async function verifiesByKeyboard(tab) {
  await tabTo(tab, "request-id");
  await tab.keyboard.type(requestId);
  await tab.keyboard.press("Enter");
  await tab.locator("#verify").waitFor({ timeout: MILLIS });
  await tabTo(tab, "verify");
  await tab.keyboard.press("Enter");
  await tab.locator("#verdict").waitFor({ timeout: MILLIS });
  assert.equal(await tab.locator("#verdict").textContent(), "Verified by the vault");
}

/** A server that lies finds no believer. */
async function refusesFalsified(tab) {
  const lies = [
    (proof) => { proof.receipt.debitNano = String(BigInt(proof.receipt.debitNano) + 1n); },
    (proof) => { proof.receipt.credits = proof.receipt.credits.map((line) => String(BigInt(line) + (1n << 96n))); },
    (proof) => { proof.proof.sumsNano[0] = String(BigInt(proof.proof.sumsNano[0]) + 1n); },
    (proof) => { proof.proof.header.receiptsSumNano = String(BigInt(proof.proof.header.receiptsSumNano) + 1n); },
  ];
  for (const lie of lies) {
    await tab.route("**/api/request/*", async (route) => {
      const answer = await route.fetch();
      const found = await answer.json();
      lie(found.proof);
      await route.fulfill({ response: answer, json: found });
    });
    await tab.getByRole("button", { name: "Look up" }).click();
    await tab.locator("#verdict").waitFor({ state: "detached", timeout: MILLIS });
    await tab.locator("#verify").click();
    await tab.locator("#verdict").waitFor({ timeout: MILLIS });
    assert.match(await tab.locator("#verdict").textContent(), /^NOT verified/, String(lie));
    await tab.unroute("**/api/request/*");
  }
}

/** Such as the stack has, and such as nobody would write, with a word too long for a line. */
async function tellsAlarms(tab, width, scheme) {
  const told = await tab.evaluate(() => fetch("/api/alarms").then((answer) => answer.json()));
  assert.equal(told.watched, true);
  assert.equal(told.failure, "");
  const row = { metric: "submit.feeCapped", severity: "warn", summary: hostile, value: 1, sinceMillis: 1.7e12, meaning: hostile, remedy: `${hostile} ${"wait".repeat(60)}` };
  await tab.route("**/api/alarms", (route) => route.fulfill({ json: { watched: true, failure: "", count: 3, firing: [row, { ...row, metric: "submit.outOfFunds", severity: "page" }] } }));
  await tab.getByText("3 on, 2 of them shown.").waitFor({ timeout: MILLIS });
  assert.match(await tab.locator(".alarm h3").first().textContent(), /^Now: submit.outOfFunds is 1$/);
  assert.equal(await tab.locator(".alarm dd").filter({ hasText: hostile }).count(), 4);
  assert.equal(await tab.locator("main img").count(), 0);
  await fits(tab, width);
  await isReadable(tab, scheme);
  await tab.unroute("**/api/alarms");
}

async function showsHostileTextAsText(tab) {
  await tab.locator("#refusals").getByText(hostile).first().waitFor({ timeout: MILLIS });
  assert.equal(await tab.locator("main img, main script, main iframe").count(), 0);
  assert.equal(await tab.evaluate(() => globalThis.hostile), undefined);
}

async function fits(tab, width) {
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= width, `${wide} pixels wide on a screen of ${width}`);
}

/** Whatever the words: long ones at the end of each cell and value, measured before the page shows the next state. */
async function fitsLongWords(tab, width) {
  const wide = await tab.evaluate(() => {
    const places = document.querySelectorAll("main :is(td, th, dd, li, #status)");
    places.forEach((place) => place.append("W".repeat(80)));
    return places.length === 0 ? Infinity : document.documentElement.scrollWidth;
  });
  assert.ok(wide <= width, `${wide} pixels wide with long words on a screen of ${width}`);
}

async function isReadable(tab, scheme) {
  const faint = (await tab.evaluate(contrasts)).filter(({ ratio }) => ratio < 4.5);
  assert.deepEqual(faint, [], scheme);
}

try {
  await serverIsForLookingOnly();
  const desk = await open({ viewport: { width: 1100, height: 900 }, colorScheme: "light" });
  await showsTheAuditsFigures(desk.tab);
  await tablesAddUp(desk.tab);
  await showsHostileTextAsText(desk.tab);
  await tellsAlarms(desk.tab, 1100, "light");
  await desk.tab.reload();
  await verifiesByKeyboard(desk.tab);
  await isReadable(desk.tab, "light");
  await desk.tab.evaluate(() => scrollTo(0, 0));
  await desk.tab.screenshot({ path: join(folder, "desk.png") });
  await refusesFalsified(desk.tab);
  await desk.close();

  const phone = await open({ viewport: { width: 320, height: 640 }, colorScheme: "dark", hasTouch: true, isMobile: true });
  await phone.tab.locator("#request-id").fill(requestId);
  await phone.tab.getByRole("button", { name: "Look up" }).tap();
  await phone.tab.locator("#verify").tap();
  await phone.tab.getByText("Verified by the vault").waitFor({ timeout: MILLIS });
  await tellsAlarms(phone.tab, 320, "dark");
  await fits(phone.tab, 320);
  await isReadable(phone.tab, "dark");
  await phone.tab.locator("#request").screenshot({ path: join(folder, "phone.png") });
  await fitsLongWords(phone.tab, 320);
  await phone.close();
} finally {
  await browser.close();
}
console.log(JSON.stringify(audited()));
