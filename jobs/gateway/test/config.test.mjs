import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { kafkaLogin, readConfig } from "../dist/config.js";

const folder = mkdtempSync(join(tmpdir(), "gateway-config-"));
after(() => rmSync(folder, { recursive: true }));

/** The example's, with what `engine` has more. */
function configured(engine) {
  writeFileSync(
    join(folder, "gateway.yaml"),
    JSON.stringify({
      listen: { port: 0 },
      engine: { brokers: ["b:9093"], rpcUrl: "http://127.0.0.1:1", chainId: 1, vault: `0x${"0".repeat(40)}`, ...engine },
      key: { keystore: "k", passphraseFile: "p" },
      models: { m: `0x${"0".repeat(64)}` },
      journal: "j",
      tokens: [{ name: "t", sha256: "0".repeat(64), budgetNano: 1 }],
    }),
  );
  return readConfig(join(folder, "gateway.yaml")).engine;
}

function file(name, text, mode) {
  writeFileSync(join(folder, name), text, { mode });
}

test("brokers without TLS or a login need nothing", () => {
  assert.deepEqual(kafkaLogin(configured({})), {});
});

test("TLS takes Node's authorities, or one's own from beside the file", () => {
  assert.deepEqual(kafkaLogin(configured({ tls: {} })), { ssl: true });
  file("ca.pem", "-----BEGIN", 0o644);
  assert.deepEqual(kafkaLogin(configured({ tls: { ca: "ca.pem" } })), { ssl: { ca: ["-----BEGIN"] } });
});

test("a login has its password from a file that is closed to others", () => {
  file("password", "sesame\n", 0o600);
  file("open", "sesame\n", 0o644);
  const sasl = { mechanism: "scram-sha-512", username: "gateway" };
  assert.deepEqual(kafkaLogin(configured({ sasl: { ...sasl, passwordFile: "password" } })), {
    sasl: { ...sasl, password: "sesame" },
  });
  assert.throws(() => kafkaLogin(configured({ sasl: { ...sasl, passwordFile: "open" } })), /chmod 600/);
});

test("a password in the file itself is refused", () => {
  assert.throws(() => configured({ sasl: { mechanism: "plain", username: "u", password: "sesame" } }), /sasl/);
});
