// Workers side by side: each is a process with a workspace of its own.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Workspace } from "./workspace.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

/** Resolves when the worker has judged what it took of `due` until none was left. */
function work(folder, due, killers, judge) {
  return new Promise((resolve, reject) => {
    const worker = fork(WORKER, [folder]);
    let mutant;
    worker.on("message", (judgement) => {
      if (mutant) judge(mutant, judgement);
      mutant = due.shift();
      if (mutant) worker.send({ mutant, killer: killers[mutant.id] });
      else worker.disconnect();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 && !mutant ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}

/** Judges all of `due`, `jobs` at a time; `killers` say by id which test noticed the mutant last time. */
export async function judgeAll(due, { jobs, killers, judge }) {
  if (due.length === 0) return;
  const first = new Workspace();
  try {
    first.requireGreen();
    const crew = Array.from({ length: Math.min(jobs, due.length) }, () => work(first.folder, due, killers, judge));
    await Promise.all(crew);
  } finally {
    first.close();
  }
}
