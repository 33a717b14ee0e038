// Rules over what page, gateway, watcher and defender are told: files that are mounted, values that are the job's, and no secret among them.
import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { fileOf, optionsOf } from './options.mjs';

const PAGE = 'millrace-page';
const GATEWAY = 'millrace-gateway';
const LISTENS = '0.0.0.0';
const PUBLIC_URL = /^https:\/\/[^\s@?]+$/;
const DIGEST = /^[0-9a-f]{64}$/;
// Of tokens that anyone tries: none, and words that examples and people take.
const KNOWN_TOKENS = ['', 'password', 'secret', 'token', 'test', 'example', 'changeme', 'admin', 'millrace', 'sk-test', 'mr-test', 'mr-example', '123456', 'foo'];
const KNOWN_DIGESTS = new Map(KNOWN_TOKENS.map((token) => [createHash('sha256').update(token).digest('hex'), token]));
const TOKEN_FIELDS = ['name', 'sha256', 'budgetNano', 'requestsPerMinute'];

// It reads properties: a quote or a comment after a value would be a part of it, an indented key another key.
const NOT_PLAIN = /^[^#\s][^:]*:\s*(['"]|.*\s#)|^\s+[^\s#]/;

const filesOf = (args) => (args[1] ?? '').split(',');
const podOf = (deployment) => deployment.spec.template.spec;
const portOf = (pod, port = 'http') => pod.containers[0].ports?.find(({ name }) => name === port)?.containerPort;

/** The volume in which a path lies, and the mount's own path. */
function at(pod, path) {
  const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  const mount = mounts.find(({ mountPath }) => path === mountPath || path?.startsWith(`${mountPath}/`));
  return { mount, volume: (pod.volumes ?? []).find(({ name }) => name === mount?.name) };
}

function holdsSecret(pod, path) {
  const { mount, volume } = at(pod, path);
  return volume?.secret?.items?.some((item) => `${mount.mountPath}/${item.path}` === path);
}

/** One over the other, as the gateway reads its files. */
function over(below, above) {
  if (!isMap(below) || !isMap(above)) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = key in below ? over(below[key], value) : value;
  return merged;
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function gatewayProblems(deployment, { options, objects }) {
  const pod = podOf(deployment);
  const files = pod.containers[0].args ?? [];
  const texts = files.map((path) => fileOf(path, pod, objects));
  const missing = files.filter((_, i) => texts[i] === undefined);
  if (missing.length || !files.length) return [`it reads ${missing.join(', ') || 'no file'}, which no mounted ConfigMap holds`];
  const config = texts.map((text) => parse(text)).reduce(over, {});
  const job = (key) => options.values.get(key);
  const { engine = {}, key = {}, listen = {}, tokens = [], journal } = config;
  return [
    engine.brokers?.join(',') !== job('kafka.bootstrap.servers') && `its brokers are ${engine.brokers}, the job's ${job('kafka.bootstrap.servers')}`,
    engine.vault !== job('vault.address') && `its vault is ${engine.vault}, the job's ${job('vault.address')}`,
    String(engine.chainId) !== job('chain.id') && `its chain is ${engine.chainId}, the job's ${job('chain.id')}`,
    !job('chain.rpc.urls')?.split(';').includes(engine.rpcUrl) && `its node ${engine.rpcUrl} is none of the job's`,
    listen.host !== LISTENS && `it listens on ${listen.host}, where no Service reaches it`,
    listen.port !== portOf(pod) && `it listens on ${listen.port}, its port http is ${portOf(pod)}`,
    ...['keystore', 'passphraseFile'].map((name) => !holdsSecret(pod, key[name]) && `${name} ${key[name]} is no item of a mounted secret`),
    !at(pod, journal).volume?.persistentVolumeClaim && `its journal ${journal} is not on a volume that outlives the pod: tokens could spend their budgets again`,
    deployment.spec.replicas !== 1 && `${deployment.spec.replicas} replicas: each would know only what it spent itself`,
    deployment.spec.strategy?.type !== 'Recreate' && 'two pods would write one journal while it is replaced: strategy Recreate',
    tokens.length === 0 && 'it lets nobody in: no tokens',
    ...tokens.map(({ name, sha256 }) => !DIGEST.test(sha256 ?? '') && `token ${name} has no digest`),
    ...tokens.map(({ name, sha256 }) => KNOWN_DIGESTS.has(sha256) && `token ${name} is "${KNOWN_DIGESTS.get(sha256)}", which anyone tries`),
    ...tokens.flatMap((token) => Object.keys(token).filter((field) => !TOKEN_FIELDS.includes(field)).map((field) => `token ${token.name} has ${field}: only digests belong here`)),
  ];
}

/** What a program of ours reads from its files, the job's options among them; and what keeps it from that. */
function filesProblems({ program, prefix, known, args, pod, objects, documented }) {
  const { values, problems } = optionsOf(args, pod, objects);
  const own = [...values.keys()].filter((key) => key.startsWith(prefix));
  return {
    values,
    problems: [
      ...problems,
      ...own.filter((key) => !known.includes(key)).map((key) => `${key} is no option of jobs/${program}/README.md; is it spelled right?`),
      ...[...values.keys()].filter((key) => !own.includes(key) && !documented.known.includes(key)).map((key) => `${key} is no option of the job`),
      ...filesOf(args).flatMap((path) =>
        (fileOf(path, pod, objects) ?? '').split('\n').filter((line) => NOT_PLAIN.test(line)).map((line) => `${path}: the ${program} reads "${line}" otherwise than the job: plain lines, key: value`),
      ),
    ],
  };
}

function pageProblems(deployment, { objects, pageOptions, documented }) {
  const pod = podOf(deployment);
  const args = pod.containers[0].args ?? [];
  const { values, problems } = filesProblems({ program: 'page', prefix: 'page.', known: pageOptions, args, pod, objects, documented });
  const host = pod.containers[0].livenessProbe?.httpGet?.httpHeaders?.find(({ name }) => name === 'Host')?.value;
  return [
    ...problems,
    values.get('page.address') !== LISTENS && `it listens on ${values.get('page.address')}, where no Service reaches it`,
    values.get('page.port') !== String(portOf(pod)) && `it listens on ${values.get('page.port')}, its port http is ${portOf(pod)}`,
    !at(pod, values.get('page.data')).volume && `page.data ${values.get('page.data')} is on the root file system, which is read-only`,
    !values.get('page.hosts') && 'without page.hosts it answers no browser',
    !PUBLIC_URL.test(values.get('page.rpc.url') ?? '') && 'page.rpc.url must be a node that browsers reach, https and without a password: everyone sees it',
    host !== 'localhost' && 'the probe asks without a name that the page answers to: give the header Host',
  ];
}

/** Of a program that stands before the tribunal. */
const courtProblems = (program) => (deployment, { objects, courtOptions, documented }) => {
  const pod = podOf(deployment);
  const [command, ...args] = pod.containers[0].args ?? [];
  const { values, problems } = filesProblems({ program: 'watch', prefix: `${program}.`, known: courtOptions[program], args, pod, objects, documented });
  const own = (option) => values.get(`${program}.${option}`);
  return [
    command !== program && `it runs ${command}, must be ${program}`,
    ...problems,
    own('address') !== LISTENS && `it serves figures on ${own('address')}, where Prometheus does not reach them`,
    own('port') !== String(portOf(pod, 'metrics')) && `it serves figures on ${own('port')}, its port metrics is ${portOf(pod, 'metrics')}`,
    !holdsSecret(pod, own('key.file')) && `${program}.key.file ${own('key.file')} is no item of a mounted secret`,
    !at(pod, own('data')).volume?.persistentVolumeClaim && `${program}.data ${own('data')} is not on a volume that outlives the pod: what it has begun would be lost`,
    deployment.spec.replicas !== 1 && `${deployment.spec.replicas} replicas: one folder is one process's`,
    deployment.spec.strategy?.type !== 'Recreate' && 'two pods would write one folder while it is replaced: strategy Recreate',
  ];
};

const of = (name, check) => (context) => (context.web[name] ? check(context.web[name], context).filter(Boolean) : []);

export const rules = {
  'gateway-options': of(GATEWAY, gatewayProblems),
  'page-options': of(PAGE, pageProblems),
  'watch-options': of('millrace-watch', courtProblems('watch')),
  'defend-options': of('millrace-defend', courtProblems('defend')),
};

/** A program's own options, by the README that it is in. */
export function documentedOptionsOf(program, readme) {
  const found = [...readme.matchAll(/`--([\w.]+)`/g)].map(([, key]) => key).filter((key) => key.startsWith(`${program}.`));
  if (found.length === 0) throw new Error(`the README of ${program} names no options`);
  return found;
}
