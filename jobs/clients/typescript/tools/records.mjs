// Writes src/records.ts: the types of the records on the topics, from the JSON Schemas that the engine is tested against.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const TOPICS = "../../src/main/resources/io/millrace/job/topic";
const SCHEMAS = ["inference.results", "inference.rejections", "settlement.receipts", "settlement.epochs"];

/** JSON carries numbers to 2^63 - 1: what JavaScript's own cannot hold is read as a bigint. */
function withWideIntegers(schema) {
  if (Array.isArray(schema)) return schema.map(withWideIntegers);
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.type === "integer" && schema.maximum > Number.MAX_SAFE_INTEGER) {
    return { description: schema.description, tsType: "number | bigint" };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withWideIntegers(value)]));
}

const types = [];
for (const topic of SCHEMAS) {
  const schema = JSON.parse(readFileSync(`${TOPICS}/${topic}.schema.json`, "utf8"));
  types.push(await compile(withWideIntegers(schema), schema.title, { bannerComment: "", strictIndexSignatures: true }));
}
writeFileSync("src/records.ts", `// Made by tools/records.mjs from the topics' schemas.\n\n${types.join("\n")}`);
