// The gate over k8s/: renders base and every overlay, checks schemas, policy and goldens, then proves with mutants that
// each rule bites. --update rewrites the goldens. The last line has the counts; the exit status is 1 on any finding.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alertTestErrors } from './alert-tests.mjs';
import { dashboards } from './dashboards.mjs';
import { mutants as ofTheJob } from './mutants.mjs';
import { mutants as ofTheAutoscaler } from './mutants-autoscaler.mjs';
import { mutants as ofTheDeployment } from './mutants-deploy.mjs';
import { mutants as ofGpus } from './mutants-gpu.mjs';
import { mutants as ofKafka } from './mutants-kafka.mjs';
import { mutants as ofTheRest } from './mutants-web.mjs';
import { documentedOptions } from './options.mjs';
import { policyErrors, rules } from './policy.mjs';
import { RenderError, kubectl, parse, render } from './render.mjs';
import { documentedAlarms, documentedFigures } from './rules-alerts.mjs';
import { documentedOptionsOf } from './rules-beside.mjs';
import { documentedTopics } from './rules-kafka.mjs';
import { documentedMetrics } from './rules-dashboards.mjs';
import { withAutoscaler, withEachChain, withGpu, withKafka, withProvider } from './variants.mjs';
import { schemaErrors } from './schema.mjs';

const mutants = [...ofTheJob, ...ofTheRest, ...ofKafka, ...ofGpus, ...ofTheAutoscaler, ...ofTheDeployment];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const update = process.argv.includes('--update');
const binary = kubectl();
const findings = [];
const report = (origin, messages) => findings.push(...messages.map((message) => `${origin}: ${message}`));

const court = readFileSync(here('../../jobs/watch/README.md'), 'utf8');
const sources = {
  flinkVersion: pomProperty('flink.version'),
  dockerfile: readFileSync(here('../image/Dockerfile'), 'utf8'),
  gpuDockerfile: readFileSync(here('../image/gpu.Dockerfile'), 'utf8'),
  readme: readFileSync(here('../README.md'), 'utf8'),
  documented: documentedOptions(readFileSync(here('../../jobs/README.md'), 'utf8')),
  alarms: documentedAlarms(readFileSync(here('../../jobs/RUNBOOK.md'), 'utf8')),
  pageOptions: documentedOptionsOf('page', readFileSync(here('../../jobs/page/README.md'), 'utf8')),
  courtOptions: { watch: documentedOptionsOf('watch', court), defend: documentedOptionsOf('defend', court) },
  figures: documentedFigures(court),
  topics: documentedTopics(readFileSync(here('../../jobs/README.md'), 'utf8')),
  autoscaler: { excluded: component('autoscaler').spec.flinkConfiguration['job.autoscaler.vertex.exclude.ids'] },
  metrics: documentedMetrics(readFileSync(here('../../jobs/RUNBOOK.md'), 'utf8')),
};

for (const [name, text] of dashboards()) report(`dashboards/${name}`, generatedErrors(here(`../components/metrics/dashboards/${name}`), text));

report('alerts', alertTestErrors());

// base alone is not meant to be applied: its placeholders are what the policy refuses in an overlay.
const base = load('base');
report('base', base.objects.flatMap(schemaErrors));

const overlays = readdirSync(here('../overlays'))
  .sort()
  .map((name) => ({ name, overlay: source(name), ...load(`overlays/${name}`) }));
for (const { name, text, ...rendered } of overlays) {
  report(`overlays/${name}`, checked({ ...sources, ...rendered }));
  report(`overlays/${name}`, goldenErrors(name, text));
}

// Contracts come before an overlay.
const deployment = load('deploy');
report('deploy', checked({ ...sources, objects: deployment.objects }));
report('deploy', goldenErrors('deploy', deployment.text));

// The pattern for another environment holds on every chain.
const pattern = overlays.find(({ name }) => name === 'production');
const onEachChain = withEachChain(pattern.name);
for (const { chain, folder } of onEachChain) {
  const { objects } = load(folder);
  report(`${pattern.name} on ${chain}`, checked({ ...sources, overlay: pattern.overlay, objects }));
}

const ownKafka = { overlay: pattern.overlay, objects: load(withKafka(pattern.name)).objects };
report(`${pattern.name} with its own Kafka`, checked({ ...sources, ...ownKafka }));

const onGpus = { overlay: pattern.overlay, objects: load(withGpu(pattern.name)).objects };
report(`${pattern.name} on GPUs`, checked({ ...sources, ...onGpus }));

const scaling = { overlay: pattern.overlay, objects: load(withAutoscaler(pattern.name)).objects };
report(`${pattern.name} with the autoscaler`, checked({ ...sources, ...scaling }));

const { objects: withTwo } = load(withProvider(pattern.name, sources.readme));
report(`${pattern.name} with another provider`, checked({ ...sources, overlay: pattern.overlay, objects: withTwo }));

// The one with the most in it: its mistakes are found.
const specimen = overlays.find(({ name }) => name === 'staging');

const refused = policyErrors({ ...sources, overlay: specimen.overlay, objects: base.objects });
if (!refused.some((message) => message.startsWith('options: '))) {
  report('base', ['its placeholder options pass the policy, so an overlay could forget to fill them in']);
}

const variants = [[ofKafka, ownKafka], [ofGpus, onGpus], [ofTheAutoscaler, scaling], [ofTheDeployment, { objects: deployment.objects }]];
for (const { name, rule, change } of mutants) {
  const [, of] = variants.find(([own]) => own.some((mutant) => mutant.change === change)) ?? [[], specimen];
  const mutated = structuredClone({ ...sources, overlay: of.overlay, objects: of.objects });
  change(mutated);
  const messages = checked(mutated);
  if (!messages.some((message) => message.startsWith(`${rule}: `))) {
    report(`mutant "${name}"`, [`rule ${rule} let it pass; it said ${JSON.stringify(messages)}`]);
  }
}
const untested = ['schema', ...Object.keys(rules)].filter((rule) => !mutants.some((mutant) => mutant.rule === rule));
report('mutants', untested.map((rule) => `rule ${rule} has no mutant; add one that it must refuse`));

const stale = readdirSync(here('goldens')).filter((file) => file !== 'deploy.yaml' && !overlays.some(({ name }) => file === `${name}.yaml`));
report('goldens', stale.map((file) => `${file} belongs to no overlay; delete it`));

findings.forEach((finding) => console.error(finding));
const objects = overlays.reduce((sum, overlay) => sum + overlay.objects.length, base.objects.length);
console.log(
  `k8s: ${overlays.length} overlays, ${onEachChain.length} chains, ${objects} objects, ${Object.keys(rules).length} rules, ` +
    `${mutants.length} mutants, ${findings.length} finding(s)`,
);
process.exitCode = findings.length ? 1 : 0;

function load(folder) {
  try {
    const text = render(binary, here(`../${folder}`));
    return { text, objects: parse(text, folder) };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    console.error(error.message);
    process.exit(1); // nothing to check without it
  }
}

// The rules may rely on shapes: they see only what the schemas accept.
function checked(context) {
  const schema = context.objects.flatMap(schemaErrors).map((message) => `schema: ${message}`);
  return schema.length ? schema : policyErrors(context);
}

function component(name) {
  return parse(readFileSync(here(`../components/${name}/flink-deployment.yaml`), 'utf8'), name)[0];
}

function source(name) {
  const folder = here(`../overlays/${name}`);
  const yaml = (file) => parse(readFileSync(`${folder}/${file}`, 'utf8'), `${name}/${file}`)[0];
  return { files: readdirSync(folder), kustomization: yaml('kustomization.yaml'), patch: yaml('patch.yaml') };
}

function goldenErrors(name, text) {
  mkdirSync(here('goldens'), { recursive: true });
  return generatedErrors(here(`goldens/${name}.yaml`), text);
}

function generatedErrors(file, text) {
  if (update) writeFileSync(file, text);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return [];
  return ['differs from the file; if the change is meant, run k8s/test/run.sh --update and review the diff'];
}

function pomProperty(name) {
  const pom = readFileSync(here('../../pom.xml'), 'utf8');
  const found = pom.match(new RegExp(`<${name}>([^<]+)</${name}>`));
  if (!found) throw new Error(`pom.xml has no property ${name}`);
  return found[1];
}
