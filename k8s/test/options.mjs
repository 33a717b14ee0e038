// The options that a deployment's job reads, as io.millrace.job.JobArguments does: --config FILE,FILE, later files over
// earlier; every value is the text that stands there.
import { parseDocument } from 'yaml';

/** Keys of the options table of jobs/README.md; `required` are those without a default. */
export function documentedOptions(page) {
  const table = page.match(/<!-- table options -->([\s\S]*?)<!-- end -->/)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map(([, key, preset]) => ({ key, preset }));
  if (rows.length === 0) throw new Error('jobs/README.md has no table of options');
  return { known: rows.map(({ key }) => key), required: rows.filter(({ preset }) => preset === 'required').map(({ key }) => key) };
}

/**
 * @param args    of the job
 * @param pod     the JobManager's, where main() reads the files
 * @param objects all that are rendered
 * @returns `values` by key, and `problems` that keep the job from reading them
 */
export function optionsOf(args, pod, objects) {
  const values = new Map();
  if (args.length !== 2 || args[0] !== '--config') {
    return { values, problems: [`args are ${JSON.stringify(args)}: --config and its files, and every option in a file`] };
  }
  const problems = args[1].split(',').flatMap((path) => {
    const text = fileOf(path, pod, objects);
    if (text === undefined) return [`--config names ${path}, which no ConfigMap mounted on the JobManager holds`];
    const read = entriesOf(text);
    read.entries.forEach(([key, value]) => values.set(key, value));
    return read.problems.map((problem) => `${path}: ${problem}`);
  });
  return { values, problems };
}

/** The text of a file that a ConfigMap puts there; undefined if none does. */
export function fileOf(path, pod, objects) {
  const slash = path.lastIndexOf('/');
  const mounts = (pod.containers ?? []).flatMap(({ volumeMounts }) => volumeMounts ?? []);
  const mount = mounts.find(({ mountPath }) => mountPath === path.slice(0, slash));
  const volume = (pod.volumes ?? []).find(({ name }) => name === mount?.name);
  const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === volume?.configMap?.name);
  return map?.data?.[path.slice(slash + 1)];
}

function entriesOf(text) {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: true });
  if (document.errors.length) return { entries: [], problems: [document.errors[0].message] };
  const entries = [];
  const problems = [];
  const collect = (prefix, node) => {
    for (const [name, value] of Object.entries(node)) {
      const key = prefix + name;
      if (typeof value === 'string' && value !== '') entries.push([key, value]);
      else if (typeof value === 'object' && value !== null && !Array.isArray(value)) collect(`${key}.`, value);
      else problems.push(`${key} is no text`);
    }
  };
  collect('', document.toJS() ?? {});
  return { entries, problems };
}
