// Mutation testing of the contracts: breaks them in every small way and demands that a test notices.
// test/mutants/README.md says how it works and how to read what it writes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { judgeAll } from "./mutants/crew.mjs";
import { allMutants, SOURCES } from "./mutants/mutants.mjs";
import { runRules } from "./mutants/rules.mjs";

const SNAPSHOT = "snapshots/mutants.json";
const PROGRESS = "cache/mutants/progress.json";

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rules: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    max: { type: "string" },
    jobs: { type: "string", default: `${availableParallelism()}` },
  },
});

const digest = (texts) => createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 16);
const sources = () => digest(SOURCES.map((file) => readFileSync(file, "utf8")));
const readJson = (file, otherwise) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : otherwise);
const short = (text) => text.replace(/\s+/g, " ").slice(0, 160);
const named = ({ id, file, line, kind, original, mutant }) =>
  `${id} ${file}:${line} ${kind}: ${short(original)} => ${short(mutant)}`;

/** In an order that the seed alone decides. */
const shuffled = (mutants, seed) => mutants
  .map((mutant) => [createHash("sha256").update(seed + mutant.id).digest("hex"), mutant])
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, mutant]) => mutant);

function check(mutants) {
  const snapshot = readJson(SNAPSHOT, { survivors: [] });
  const ids = new Set(mutants.map(({ id }) => id));
  const problems = snapshot.survivors.flatMap((it) => [
    ...(ids.has(it.id) ? [] : [`${it.id} (${it.scope}: ${it.original} => ${it.mutant}) is no mutant of today's sources`]),
    ...(it.why ? [] : [`${it.id} survives and "why" in ${SNAPSHOT} does not say why it may`]),
  ]);
  if (snapshot.of !== digest([...ids])) problems.push(`${SNAPSHOT} was made of other sources`);
  if (snapshot.judged !== snapshot.mutants) {
    problems.push(`${SNAPSHOT} knows ${snapshot.judged} of ${snapshot.mutants} mutants`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length !== 0) {
    console.error("Run `npm run mutants`, then kill each survivor with a test or explain it.");
    process.exit(1);
  }
  console.log(
    `${snapshot.mutants} mutants: ${snapshot.killed} killed, ${snapshot.survivors.length} explained`);
}

const idsOf = (file, mutants) => digest(mutants.filter((it) => it.file === file).map(({ id }) => id));

/** Of the snapshot, the files that have the same mutants still, all judged, and none of them by this run of runs. */
function keptFiles(mutants, judged) {
  const { byFile = {}, survivors = [] } = readJson(SNAPSHOT, {});
  const files = Object.keys(byFile).filter((file) => {
    const all = mutants.filter((it) => it.file === file);
    const { of, ...verdicts } = byFile[file];
    const known = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
    return of === idsOf(file, mutants) && known === all.length && !all.some(({ id }) => judged[id]);
  });
  return new Map(files.map((file) => [file, { ...byFile[file], survivors: survivors.filter((it) => it.file === file) }]));
}

/** @param why by survivor: what explains it   @param kept by file: what the snapshot before says of it */
function writeSnapshot(mutants, judged, why, kept) {
  const counts = { killed: 0, "does not compile": 0, "same code": 0 };
  const byFile = {};
  const survivors = [];
  let known = 0;
  for (const name of new Set(mutants.map(({ file }) => file))) {
    const file = (byFile[name] = { of: idsOf(name, mutants), killed: 0, "does not compile": 0, "same code": 0, survived: 0 });
    const before = kept.get(name);
    for (const mutant of mutants.filter((it) => it.file === name && judged[it.id] && !before)) {
      const { verdict } = judged[mutant.id];
      if (verdict === "survived") survivors.push({ ...pick(mutant), why: why.get(mutant.id) ?? "" });
      file[verdict] += 1;
    }
    if (before) {
      const { survivors: theirs, ...verdicts } = before;
      Object.assign(file, verdicts);
      survivors.push(...theirs);
    }
    for (const verdict of Object.keys(counts)) counts[verdict] += file[verdict];
    known += file.killed + file["does not compile"] + file["same code"] + file.survived;
  }
  const snapshot = {
    of: digest(mutants.map(({ id }) => id)),
    mutants: mutants.length,
    judged: known,
    ...counts,
    byFile,
    survivors,
  };
  writeFileSync(SNAPSHOT, JSON.stringify(snapshot, null, 2) + "\n");
}

const pick = ({ id, file, scope, kind, original, mutant }) =>
  ({ id, file, scope, kind, original: short(original), mutant: short(mutant) });

/** By mutant: the test that noticed it last, whatever the sources were; it only chooses what is tried first. */
const killersOf = ({ killers = {}, judged = {} }) => ({
  ...killers,
  ...Object.fromEntries(Object.entries(judged)
    .filter(([, { verdict }]) => verdict === "killed")
    .map(([id, { by, step }]) => [id, { by, step }])),
});

async function run(mutants) {
  const of = sources();
  const before = readJson(PROGRESS, {});
  const killers = killersOf(before);
  const judged = before.of === of ? before.judged : {};
  const kept = options.keep ? keptFiles(mutants, judged) : new Map();
  let chosen = mutants.filter(({ file }) => file.includes(options.only) && !kept.has(file));
  if (options.sample) chosen = shuffled(chosen, options.seed).slice(0, Number(options.sample));
  const due = chosen.filter(({ id }) => judged[id] === undefined || (options.again && judged[id].verdict === "survived"));
  const next = shuffled(due, options.seed).slice(0, Number(options.max ?? due.length));
  const why = new Map(readJson(SNAPSHOT, { survivors: [] }).survivors.map((it) => [it.id, it.why]));
  mkdirSync("cache/mutants", { recursive: true });
  const judge = (mutant, judgement) => {
    judged[mutant.id] = judgement;
    writeFileSync(PROGRESS, JSON.stringify({ of, judged, killers }, null, 1));
    writeSnapshot(mutants, judged, why, kept);
    const { verdict, by, millis } = judgement;
    console.log(`${verdict}${by ? ` by ${by}` : ""} in ${millis} ms: ${named(mutant)}`);
  };
  await judgeAll(next, { jobs: Number(options.jobs), killers, judge });
  const survivors = chosen.filter(({ id }) => judged[id]?.verdict === "survived");
  const left = chosen.filter(({ id }) => judged[id] === undefined).length;
  console.log(`${chosen.length} mutants, ${survivors.length} survive, ${left} not run yet`);
  for (const mutant of survivors) console.log(`survived: ${named(mutant)}`);
}

if (options.rules) process.exitCode = runRules(names) ? 0 : 1;
else if (options.check) check(allMutants());
else await run(allMutants());
