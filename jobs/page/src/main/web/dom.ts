// Elements are made, never parsed: whatever a record says is text.

export type Child = Node | string;
type Attributes = Readonly<Record<string, string>>;

const SVG = "http://www.w3.org/2000/svg";

export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function drawing(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found as T;
}

/** Replaces what is there if it differs: the focus and what a reader marks stay. */
export function show(parent: Element, children: readonly Child[]): void {
  const next = document.createElement("div");
  next.append(...children);
  if (next.innerHTML !== parent.innerHTML) parent.replaceChildren(...next.childNodes);
}

export function rows(table: string, cells: readonly (readonly Child[])[], numbers: readonly number[]): void {
  const made = cells.map((row) =>
    element("tr", {}, ...row.map((cell, i) => {
      const attributes = numbers.includes(i) ? { class: "number" } : undefined;
      return i === 0 ? element("th", { scope: "row" }, cell) : element("td", attributes, cell);
    })));
  const body = byId<HTMLTableElement>(table).tBodies[0];
  if (!body) throw new Error(`${table} has no body`);
  show(body, made);
}

export const figure = (name: string, main: Child, rest: string): HTMLElement =>
  element("div", {}, element("dt", {}, name), element("dd", {},
    element("span", { class: "main" }, main), element("br"), element("span", { class: "rest" }, rest)));

export const grouped = (amount: bigint | string | number): string =>
  BigInt(amount).toString().replace(/\B(?=(\d{3})+$)/g, ",");

/** An amount whose exact value programs can read too. */
export const amount = (nano: string, name = ""): HTMLElement =>
  element("data", name ? { value: nano, id: name } : { value: nano }, grouped(nano));

/** Dollars as people say them, cut and never rounded up. */
export function dollars(nano: string): string {
  const value = BigInt(nano);
  const digits = (value < 0n ? -value : value).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "").padEnd(2, "0");
  return `${value < 0n ? "−" : ""}$${grouped(digits.slice(0, -9))}.${fraction}`;
}

export const short = (hash: string): string => `${hash.slice(0, 8)}…${hash.slice(-4)}`;

export function time(millis: number): HTMLElement {
  const date = new Date(millis);
  const iso = date.toISOString();
  return element("time", { datetime: iso }, `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
}

/** Of today or not, a glance is enough: the date is in the attribute. */
export function clock(millis: number): HTMLElement {
  const iso = new Date(millis).toISOString();
  return element("time", { datetime: iso, title: iso }, iso.slice(11, 19));
}
