// Judges the mutants that its parent sends, one at a time, in a workspace of its own.
import { mutatedSource } from "./mutants.mjs";
import { Workspace } from "./workspace.mjs";

const workspace = new Workspace(process.argv[2]);

function judgement({ mutant, killer }) {
  const start = Date.now();
  const changed = mutatedSource(mutant);
  let { verdict, by, step } = workspace.judge(mutant.file, changed, { killer });
  if (verdict === "survived" && workspace.isSameCode(mutant.file, changed)) verdict = "same code";
  return { verdict, by, step, millis: Date.now() - start };
}

process.on("message", (task) => process.send(judgement(task)));
process.on("disconnect", () => process.exit());
process.on("exit", () => workspace.close());
process.send("ready");
