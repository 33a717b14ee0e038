// npm ci, unless node_modules already is what package-lock.json says.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const stamp = "node_modules/.millrace-lock";
const lock = readFileSync("package-lock.json", "utf8");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: "inherit" });
  if (npm.status !== 0) {
    console.error(`npm ci failed (${npm.error ?? `exit ${npm.status}`}): is npm installed and its registry reachable?`);
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
