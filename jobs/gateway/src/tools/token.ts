// npm run --silent token NAME: a new bearer token for its holder, and the lines of the configuration that let it in.
import { createHash, randomBytes } from "node:crypto";

const [name] = process.argv.slice(2);
if (name === undefined || !/^[\w.-]+$/.test(name)) {
  console.error("usage: npm run --silent token NAME");
  process.exit(2);
}
const token = `mr-${randomBytes(24).toString("base64url")}`;
console.log(`for its holder, shown once:\n\n  ${token}\n\nfor the configuration:\n`);
console.log(`  - name: ${name}\n    sha256: ${createHash("sha256").update(token).digest("hex")}\n    budgetNano: 1000000000 # a dollar`);
