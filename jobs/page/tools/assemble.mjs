// Puts what the compiler leaves where it lies, and what a browser needs of the packages, beside what it has compiled. A browser
// knows no packages, and a map of them would be an inline script: the one import of one is made a path.
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const out = "target/classes/io/millrace/page/web";
for (const file of ["index.html", "style.css", "icon.svg"]) cpSync(`src/main/web/${file}`, `${out}/${file}`);
const hashes = "node_modules/@noble/hashes";
for (const file of ["sha3.js", "utils.js", "_u64.js"]) cpSync(`${hashes}/${file}`, `${out}/vendor/${file}`);
cpSync(`${hashes}/LICENSE`, `${out}/vendor/LICENSE`);

const user = `${out}/proof.js`;
writeFileSync(user, readFileSync(user, "utf8").replace('"@noble/hashes/sha3.js"', '"./vendor/sha3.js"'));

const served = readdirSync(out, { recursive: true }).filter((name) => /\.(html|css|js|svg)$/.test(name));
writeFileSync(`${out}/files.txt`, served.sort().join("\n") + "\n");
