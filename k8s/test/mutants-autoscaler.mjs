// Deliberate mistakes in an overlay with the autoscaler: as in mutants.mjs.

const spec = (context) => context.objects.find(({ kind }) => kind === 'FlinkDeployment').spec;
const options = (context) => context.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('millrace-options')).data;
const setting = (key, value) => (context) => {
  if (value === undefined) delete spec(context).flinkConfiguration[key];
  else spec(context).flinkConfiguration[key] = value;
};
const scaler = (key, value) => setting(`job.autoscaler.${key}`, value);
const mutant = (name, change) => ({ rule: 'autoscaler', name, change });
const ids = 'job.autoscaler.vertex.exclude.ids';

export const mutants = [
  mutant('two submitters', (c) => setting(ids, spec(c).flinkConfiguration[ids].replace('14216a56ff54d39524a9805b19c6c407;', ''))(c)),
  mutant('every vertex scaled', scaler('vertex.exclude.ids')),
  mutant('a vertex overridden by hand', setting('pipeline.jobvertex-parallelism-overrides', '14216a56ff54d39524a9805b19c6c407:2')),
  mutant('a component that does nothing', scaler('enabled', 'false')),
  mutant('settings under the name of old operators', setting('kubernetes.operator.job.autoscaler.enabled', 'true')),
  mutant('a misspelt setting', scaler('vertex.min-paralelism', '4')),
  mutant('memory tuned by what the heap uses', scaler('memory.tuning.enabled', 'true')),
  mutant('no floor', scaler('vertex.min-parallelism', '1')),
  mutant('a floor below the option', (c) => { options(c)['environment.yaml'] += '\nparallelism.infer: 6\n'; }),
  mutant('a ceiling below the floor', scaler('vertex.max-parallelism', '2')),
  mutant('more than Flink has room for', scaler('vertex.max-parallelism', '256')),
  mutant('a GPU half idle', scaler('vertex.max-parallelism', '15')),
  mutant('no ceiling', scaler('vertex.max-parallelism')),
  mutant('never a reserve', scaler('utilization.target', '1.0')),
  mutant('a window of seconds', scaler('metrics.window', '30 s')),
  mutant('rescales all the time', scaler('stabilization.interval', '1 min')),
  mutant('down again at once', scaler('scale-down.interval', '5 min')),
  mutant('a hundred times as many', scaler('scale-up.max-factor', '100')),
  mutant('all but a few gone', scaler('scale-down.max-factor', '0.9')),
  mutant('rescaled from a checkpoint', (c) => { spec(c).job.upgradeMode = 'last-state'; }),
  mutant('rescaled in place', setting('jobmanager.scheduler', 'Adaptive')),
];
