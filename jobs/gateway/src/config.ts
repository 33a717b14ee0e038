import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Deployment } from "@millrace/client";

const OTHERS = 0o007;

const nano = z.union([z.number().int(), z.string().regex(/^\d+$/)]).transform(BigInt);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an address is 0x and 40 hexadecimal digits");
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "0x and 64 hexadecimal digits in lower case");
/** The length of an embedding's vectors, for callers who name it. */
const dimensions = z.number().int().positive().optional();
const model = z.union([
  hash.transform((id): { id: string; task: "embedding" | "reranking"; dimensions?: number | undefined } => ({ id, task: "embedding" })),
  z.strictObject({ id: hash, task: z.enum(["embedding", "reranking"]).default("embedding"), dimensions }),
]);

const schema = z.strictObject({
  listen: z.strictObject({ host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65535) }),
  engine: z.strictObject({
    brokers: z.array(z.string().regex(/^[^\s:]+:\d+$/, "host:port")).min(1),
    /** Of brokers that ask for TLS or a login; `ca` in PEM, else the authorities that Node knows. */
    tls: z.strictObject({ ca: z.string().optional() }).optional(),
    sasl: z
      .strictObject({
        mechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]),
        username: z.string().min(1),
        passwordFile: z.string(),
      })
      .optional(),
    rpcUrl: z.url(),
    chainId: z.number().int().positive(),
    vault: address,
  }),
  /** The spending key: an encrypted keystore (Web3 Secret Storage, version 3) and the file with its passphrase. */
  key: z.strictObject({ keystore: z.string(), passphraseFile: z.string() }),
  /** Ids in the registry, by the names that requests use; with the task, of a model that is not for embeddings, or with the vectors' length. */
  models: z.record(z.string(), model).refine((models) => Object.keys(models).length > 0, "name at least one model"),
  limits: z
    .strictObject({
      /** Most that one text may cost. */
      maxFeeNano: nano.default(100_000n),
      /** Texts of one request; the engine takes no more than 128. */
      maxTexts: z.number().int().positive().max(128).default(128),
      /** JSON of all texts of a request; with the rest of it, no more than the engine's admit.max.record.bytes. */
      maxInputBytes: z.number().int().positive().default(255 * 1024),
      /** Texts of all requests that wait for an answer. */
      maxInFlight: z.number().int().positive().default(4096),
      maxBodyBytes: z.number().int().positive().default(4 * 1024 * 1024),
      maxConnections: z.number().int().positive().default(4096),
      deadlineMillis: z.number().int().positive().default(60_000),
      /** In which a request must have come in. */
      requestMillis: z.number().int().positive().default(15_000),
    })
    .prefault({}),
  /** What has been spent, by token; it must outlive the process. */
  journal: z.string(),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/, "letters, digits, '_', '.' and '-'"),
        /** Of the bearer token: only its holder knows the token itself. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits, as npm run token prints them"),
        budgetNano: nano,
        requestsPerMinute: z.number().int().positive().default(600),
      }),
    )
    .min(1)
    .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, "two tokens have one name"),
});

export type Config = z.output<typeof schema>;
export type TokenConfig = Config["tokens"][number];
export type Limits = Config["limits"];
export type Model = Config["models"][string];
type KafkaLogin = NonNullable<Deployment["kafka"]>;
type SaslLogin = NonNullable<KafkaLogin["sasl"]>;

/**
 * Later files over earlier ones, map by map. Paths in them are as seen from the first one's folder.
 *
 * @throws Error that names the files and every wrong value
 */
export function readConfig(first: string, ...more: string[]): Config {
  const files = [first, ...more];
  const read = schema.safeParse(files.map((file): unknown => parse(readFileSync(file, "utf8"))).reduce(over));
  if (!read.success) throw new Error(`${files.join(", ")}: ${z.prettifyError(read.error)}`);
  const from = (path: string) => resolve(dirname(first), path);
  const { key, journal, engine } = read.data;
  const { tls, sasl } = engine;
  return {
    ...read.data,
    engine: {
      ...engine,
      tls: tls && { ca: tls.ca && from(tls.ca) },
      sasl: sasl && { ...sasl, passwordFile: from(sasl.passwordFile) },
    },
    key: { keystore: from(key.keystore), passphraseFile: from(key.passphraseFile) },
    journal: from(journal),
  };
}

/**
 * How to log in to the brokers, in kafkajs' words.
 *
 * @throws Error if a file cannot be read, or the password's is open to others
 */
export function kafkaLogin({ tls, sasl }: Config["engine"]): KafkaLogin {
  return {
    ...(tls && { ssl: tls.ca === undefined ? true : { ca: [readFileSync(tls.ca, "utf8")] } }),
    ...(sasl && {
      sasl: { mechanism: sasl.mechanism, username: sasl.username, password: readSecret(sasl.passwordFile) } as SaslLogin,
    }),
  };
}

function over(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = Object.hasOwn(below, key) ? over(below[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file that nobody else may read. */
export function readSecret(file: string): string {
  const { mode } = statSync(file);
  if ((mode & OTHERS) !== 0) {
    throw new Error(`${file} is open to others (mode ${(mode & 0o777).toString(8)}); chmod 600 it`);
  }
  return readFileSync(file, "utf8").trim();
}
