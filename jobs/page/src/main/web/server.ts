// What the page's server says. Amounts are decimal strings: numbers of JavaScript are too short for them.

export interface Config {
  readonly vault: string;
  readonly chainId: number;
  readonly shardDepth: number;
  readonly rpcUrl: string;
  readonly explorer: string;
  readonly mostUnsettledNano: string;
  readonly mostUnsettledParts: number;
}

export interface State {
  readonly behind: number;
  readonly failure: string;
  readonly chainFailure: string;
  readonly block: number;
  readonly sums: Readonly<Record<string, string>>;
  readonly rates: { readonly tokens: readonly number[]; readonly perSecond?: Readonly<Record<string, number>> };
  readonly codes: Readonly<Record<string, number>>;
  readonly recent: readonly { readonly code: string; readonly message: string; readonly millis: number; readonly requestId?: string }[];
}

export interface Alarm {
  readonly metric: string;
  readonly severity: string;
  readonly summary: string;
  readonly value: number;
  readonly sinceMillis: number;
  readonly meaning: string;
  readonly remedy: string;
}

export interface Alarms {
  readonly watched: boolean;
  readonly failure: string;
  readonly count: number;
  readonly firing: readonly Alarm[];
}

export interface Epoch {
  readonly epoch: number;
  readonly parts: number;
  readonly receipts: number;
  readonly sumNano: string;
  readonly sealedMillis: number;
  readonly settled: readonly { readonly part: number; readonly transaction: string; readonly block: number }[];
}

export interface Account {
  readonly account: number;
  readonly owner: string;
  readonly balanceNano: string;
  readonly chargedNano?: string;
  readonly pendingNano?: string;
  readonly earnedNano?: string;
  readonly answers: number;
  readonly tokens: string;
}

export async function get<T>(path: string): Promise<T> {
  const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
  const body = await answer.json() as T & { error?: string };
  if (!answer.ok) throw new Error(body.error ?? `the page's server answers ${answer.status}`);
  return body;
}
