// Deliberate mistakes with page, gateway, watcher and defender, as mutants.mjs has them of the rest.
import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';

const named = (context, kind, name) => context.objects.find((object) => object.kind === kind && object.metadata.name.startsWith(name));
const deployment = (context, name) => named(context, 'Deployment', `millrace-${name}`);
const pod = (context, name) => deployment(context, name).spec.template.spec;
const container = (context, name) => pod(context, name).containers[0];
const volume = (context, name, of) => pod(context, name).volumes.find((found) => found.name === of);
const policy = (context, name) => named(context, 'NetworkPolicy', `millrace-${name}`).spec;
const service = (context, name) => named(context, 'Service', `millrace-${name}`).spec;

/** Changes what a file of the gateway's says. */
const gateway = (file, change) => (context) => {
  const { data } = named(context, 'ConfigMap', 'millrace-gateway');
  const config = parse(data[file]);
  change(config);
  data[file] = stringify(config);
};
const told = (change) => gateway('gateway.yaml', change);
const common = (change) => gateway('gateway-common.yaml', change);
/** An option of a program's in the last of its files; without a value it is in none. */
const option = (program, key, value) => (context) => {
  const { data } = named(context, 'ConfigMap', `millrace-${program}`);
  for (const file of Object.keys(data)) data[file] = data[file].replace(new RegExp(`^${key.replaceAll('.', '\\.')}:.*\n?`, 'm'), '');
  if (value !== undefined) data[`${program}.yaml`] += `\n${key}: ${value}\n`;
};
const page = (key, value) => option('page', key, value);
const watch = (key, value) => option('watch', key, value);
const defend = (key, value) => option('defend', key, value);
const rule = (context) => named(context, 'PrometheusRule', 'millrace-watch').spec.groups[0].rules;
const mutant = (rule, name, change) => ({ rule, name, change });

export const mutants = [
  mutant('schema', 'misspelt field of a Deployment', (c) => { deployment(c, 'page').spec.replica = 2; }),
  mutant('schema', 'misspelt field of a container', (c) => { container(c, 'gateway').readyProbe = {}; }),
  mutant('schema', 'a claim for nothing', (c) => { named(c, 'PersistentVolumeClaim', 'millrace').spec.resource = {}; }),
  mutant('overlay-shape', 'another file for the gateway', (c) => {
    c.overlay.kustomization.configMapGenerator.find(({ name }) => name === 'millrace-gateway').files.push('more.yaml');
  }),

  mutant('web-pods', 'root file system that can be written', (c) => { delete container(c, 'page').securityContext.readOnlyRootFilesystem; }),
  mutant('web-pods', 'a token for the API', (c) => { delete pod(c, 'gateway').automountServiceAccountToken; }),
  mutant('web-pods', 'no limit of memory', (c) => { delete container(c, 'gateway').resources.limits; }),
  mutant('web-pods', 'no request of cpu', (c) => { delete container(c, 'page').resources.requests.cpu; }),
  mutant('web-pods', 'no readiness probe', (c) => { delete container(c, 'page').readinessProbe; }),
  mutant('web-pods', 'a probe of another port', (c) => { container(c, 'gateway').livenessProbe.httpGet.port = 'metrics'; }),
  mutant('web-pods', 'nowhere for temporary files', (c) => { container(c, 'page').volumeMounts.pop(); pod(c, 'page').volumes.pop(); }),
  mutant('web-pods', 'a folder without a limit', (c) => { volume(c, 'page', 'data').emptyDir = {}; }),
  mutant('web-pods', 'a mount without a volume', (c) => { pod(c, 'gateway').volumes.pop(); }),
  mutant('image-pinned', 'gateway on latest', (c) => { container(c, 'gateway').image = 'millrace-gateway:latest'; }),
  mutant('image-pinned', 'an image that the overlay did not name', (c) => { container(c, 'page').image = 'millrace-page:unset'; }),
  mutant('security-context', 'page as root', (c) => { pod(c, 'page').securityContext.runAsUser = 0; }),
  mutant('security-context', 'gateway keeps capabilities', (c) => { delete container(c, 'gateway').securityContext.capabilities; }),
  mutant('secrets-as-files', 'passphrase open to all', (c) => { volume(c, 'gateway', 'key').secret.defaultMode = 0o444; }),
  mutant('secrets-documented', 'a secret that no page names', (c) => { volume(c, 'gateway', 'key').secret.secretName = 'gateway'; }),
  mutant('options-mounted', 'old options of the gateway go on', (c) => {
    volume(c, 'gateway', 'options').configMap.name = 'millrace-gateway';
    named(c, 'ConfigMap', 'millrace-gateway').metadata.name = 'millrace-gateway';
  }),

  mutant('web-service', 'a Service that leads nowhere', (c) => { service(c, 'page').selector.app = 'page'; }),
  mutant('web-service', 'a port that is not open', (c) => { service(c, 'gateway').ports[0].targetPort = 'https'; }),
  mutant('web-service', 'open to the world', (c) => { service(c, 'gateway').type = 'LoadBalancer'; }),
  mutant('web-service', 'a Deployment without its pods', (c) => { deployment(c, 'page').spec.selector.matchLabels.app = 'page'; }),

  mutant('web-policy', 'none', (c) => { c.objects = c.objects.filter((object) => object !== named(c, 'NetworkPolicy', 'millrace-page')); }),
  mutant('web-policy', 'open to everyone', (c) => { delete policy(c, 'gateway').ingress[0].from; }),
  mutant('web-policy', 'open to addresses', (c) => { policy(c, 'page').ingress[0].from.push({ ipBlock: { cidr: '10.0.0.0/8' } }); }),
  mutant('web-policy', 'open on every port', (c) => { delete policy(c, 'page').ingress[0].ports; }),
  mutant('web-policy', 'closed for what goes out', (c) => { policy(c, 'gateway').policyTypes.push('Egress'); }),
  mutant('web-policy', 'open after all', (c) => { policy(c, 'gateway').policyTypes = []; }),

  mutant('gateway-options', 'another vault than the job', told((config) => { config.engine.vault = `0x${'12'.repeat(20)}`; })),
  mutant('gateway-options', 'another chain', told((config) => { config.engine.chainId = 10; })),
  mutant('gateway-options', 'another Kafka', told((config) => { config.engine.brokers = ['kafka:9092']; })),
  mutant('gateway-options', 'another node', told((config) => { config.engine.rpcUrl = 'http://node:8545'; })),
  mutant('gateway-options', 'nobody let in', told((config) => { config.tokens = []; })),
  mutant('gateway-options', 'a token itself', told((config) => { config.tokens[0].token = 'mr-0123456789'; })),
  mutant('gateway-options', 'a token without a digest', told((config) => { delete config.tokens[0].sha256; })),
  mutant('gateway-options', 'a token that anyone guesses', told((config) => { config.tokens[0].sha256 = createHash('sha256').update('password').digest('hex'); })),
  mutant('gateway-options', 'no token that lets in', told((config) => { config.tokens[0].sha256 = createHash('sha256').digest('hex'); })),
  mutant('gateway-options', 'within its pod only', common((config) => { config.listen.host = '127.0.0.1'; })),
  mutant('gateway-options', 'another port', common((config) => { config.listen.port = 8091; })),
  mutant('gateway-options', 'a passphrase that is not mounted', common((config) => { config.key.passphraseFile = '/opt/millrace/passphrase'; })),
  mutant('gateway-options', 'a journal that ends with the pod', common((config) => { config.journal = '/tmp/spent.journal'; })),
  mutant('gateway-options', 'two of it', (c) => { deployment(c, 'gateway').spec.replicas = 2; }),
  mutant('gateway-options', 'two of it for a moment', (c) => { delete deployment(c, 'gateway').spec.strategy; }),
  mutant('gateway-options', 'a file that is not mounted', (c) => { container(c, 'gateway').args.push('/opt/millrace/options/more.yaml'); }),

  mutant('page-options', 'misspelt option', page('page.host', 'settlements.staging.example')),
  mutant('page-options', 'within its pod only', page('page.address', '127.0.0.1')),
  mutant('page-options', 'another port', page('page.port', '8071')),
  mutant('page-options', 'data on the root file system', page('page.data', '/var/lib/page')),
  mutant('page-options', 'no name to answer to', page('page.hosts')),
  mutant('page-options', 'a node that browsers cannot reach', page('page.rpc.url')),
  mutant('page-options', 'a password for everyone', page('page.rpc.url', 'https://me:hunter2@base.example')),
  mutant('page-options', 'a quoted value', page('page.explorer', '"https://basescan.org/tx/"')),
  mutant('page-options', 'a file that is not mounted', (c) => { container(c, 'page').args[1] += ',/opt/millrace/page-options/more.yaml'; }),
  mutant('page-options', 'a probe that is turned away', (c) => { delete container(c, 'page').livenessProbe.httpGet.httpHeaders; }),

  mutant('web-service', 'a way to the watcher', (c) => { service(c, 'page').selector = { app: 'millrace-watch' }; }),
  mutant('web-policy', 'a watcher open to all', (c) => { policy(c, 'watch').ingress[0].from = []; }),
  mutant('watch-options', 'misspelt option', watch('watch.most.opens', '8')),
  mutant('watch-options', 'figures within the pod only', watch('watch.address', '127.0.0.1')),
  mutant('watch-options', 'figures on another port', watch('watch.port', '8072')),
  mutant('watch-options', 'a key that is not mounted', watch('watch.key.file', '/opt/millrace/data/watch.key')),
  mutant('watch-options', 'cases that end with the pod', watch('watch.data', '/tmp/watch')),
  mutant('watch-options', 'a quoted value', watch('watch.most.open', '"8"')),
  mutant('watch-options', 'another command', (c) => { container(c, 'watch').args[0] = 'help'; }),
  mutant('watch-options', 'a file that is not mounted', (c) => { container(c, 'watch').args[2] += ',/opt/millrace/watch-options/more.yaml'; }),
  mutant('watch-options', 'two of it', (c) => { deployment(c, 'watch').spec.replicas = 2; }),
  mutant('watch-options', 'two of it for a moment', (c) => { delete deployment(c, 'watch').spec.strategy; }),
  mutant('defend-options', 'misspelt option', defend('defend.settler', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8')),
  mutant('defend-options', 'a key that is not mounted', defend('defend.key.file', '/opt/millrace/data/defend.key')),
  mutant('defend-options', 'answers that end with the pod', defend('defend.data', '/tmp/defend')),
  mutant('defend-options', 'the other command', (c) => { container(c, 'defend').args[0] = 'watch'; }),
  mutant('court-alerts', 'no alerts of the defender', (c) => { c.objects = c.objects.filter((object) => object !== named(c, 'PrometheusRule', 'millrace-defend')); }),
  mutant('court-alerts', 'a figure that nobody serves', (c) => {
    rule(c)[0].labels.metric = 'millrace_watch_rounds';
    rule(c)[0].expr = rule(c)[0].expr.replace('round_age_seconds', 'rounds');
  }),
  mutant('court-alerts', 'a figure that nobody hears of', (c) => { rule(c).shift(); }),
  mutant('court-alerts', 'another runbook', (c) => { rule(c)[0].annotations.runbook = 'jobs/RUNBOOK.md#alarms'; }),
  mutant('court-alerts', 'none', (c) => { c.objects = c.objects.filter((object) => object !== named(c, 'PrometheusRule', 'millrace-watch')); }),
  mutant('court-monitor', 'figures that nobody reads', (c) => { c.objects = c.objects.filter((object) => object !== named(c, 'PodMonitor', 'millrace-watch')); }),
  mutant('court-monitor', 'another port', (c) => { named(c, 'PodMonitor', 'millrace-watch').spec.podMetricsEndpoints[0].port = 'http'; }),
];
