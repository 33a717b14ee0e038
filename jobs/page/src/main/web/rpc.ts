// The L2 node, asked by the browser itself: what it says has not passed through the page's server.

let calls = 0;

export async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    body: JSON.stringify({ jsonrpc: "2.0", id: ++calls, method, params }),
  });
  if (!answer.ok) throw new Error(`the node answers ${answer.status}`);
  const body = await answer.json() as { result?: unknown; error?: { message?: unknown } };
  if (body.error || body.result === undefined) {
    throw new Error(`the node refuses ${method}: ${String(body.error?.message ?? "no result")}`);
  }
  return body.result;
}

/** What the contract at `to` answers, as 0x-hex. */
export async function call(url: string, to: string, data: string): Promise<string> {
  return String(await ask(url, "eth_call", [{ to, data }, "latest"]));
}
