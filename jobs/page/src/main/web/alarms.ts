// Which alarms are on, what each means and what to do about it.
import { byId, element, grouped, show, time } from "./dom.js";
import { get, type Alarm, type Alarms } from "./server.js";

/** The gravest first, then the oldest. */
const order = (a: Alarm, b: Alarm): number =>
  Number(b.severity === "page") - Number(a.severity === "page") || a.sinceMillis - b.sinceMillis;

function alarm(on: Alarm): HTMLElement {
  const value = Number.isInteger(on.value) && Number.isSafeInteger(on.value) ? grouped(on.value) : String(on.value);
  const facts: [string, string | HTMLElement][] = [["Means", on.meaning || on.summary], ["Do", on.remedy || "the runbook has no row for it"]];
  if (on.sinceMillis > 0) facts.push(["Since", time(on.sinceMillis)]);
  return element("article", { class: on.severity === "page" ? "alarm grave" : "alarm" },
    element("h3", {}, on.severity === "page" ? "Now: " : "In the day: ", element("code", {}, on.metric), ` is ${value}`),
    element("dl", { class: "facts" }, ...facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)])));
}

function summary(alarms: Alarms): string {
  if (!alarms.watched) return "Nobody watches: this page was given no Prometheus (--page.alarms.url).";
  if (alarms.failure) return `What is shown is old: ${alarms.failure}`;
  if (alarms.count === 0) return "None is on.";
  const rest = alarms.count - alarms.firing.length;
  return `${grouped(alarms.count)} on${rest > 0 ? `, ${grouped(alarms.firing.length)} of them shown` : ""}.`;
}

/** Asks, and shows. */
export async function alarms(): Promise<void> {
  const now = await get<Alarms>("/api/alarms");
  const line = byId("alarms-state");
  const text = summary(now);
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("bad", now.failure !== "" || now.count > 0);
  show(byId("alarm-list"), now.firing.toSorted(order).map(alarm));
}
