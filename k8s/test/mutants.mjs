// Deliberate mistakes in a rendered overlay, each with the rule that must refuse it: the gate's own test.

const find = (context, kind) => context.objects.find((object) => object.kind === kind);
const spec = (context) => find(context, 'FlinkDeployment').spec;
const setting = (key, value) => (context) => {
  if (value === undefined) delete spec(context).flinkConfiguration[key];
  else spec(context).flinkConfiguration[key] = value;
};
const map = (context, name) => context.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(name));
const optionsMap = (context) => map(context, 'millrace-options');
/** In the last of the files, so that it stands over the others; without a value it is in none. */
const option = (key, value) => (context) => {
  const { data } = optionsMap(context);
  const line = new RegExp(`^${key.replaceAll('.', '\\.')}:.*\n?`, 'm');
  for (const file of Object.keys(data)) data[file] = data[file].replace(line, '');
  if (value !== undefined) data['environment.yaml'] += `\n${key}: ${value}\n`;
};
const named = (context, kind, name) => context.objects.find((object) => object.kind === kind && object.metadata.name === name);
const metricsService = (context) => named(context, 'Service', 'millrace-metrics');
const policy = (context) => named(context, 'NetworkPolicy', 'millrace').spec;
const container = (template) => template.spec.containers[0];
const common = (context) => container(spec(context).podTemplate);
const taskManager = (context) => spec(context).taskManager.podTemplate;

const alert = (context) => named(context, 'PrometheusRule', 'millrace').spec.groups[0].rules[0];
/** Changes the first panel of a dashboard. */
const panel = (change) => (context) => {
  const { data } = map(context, 'millrace-dashboards');
  const file = 'money.json';
  const dashboard = JSON.parse(data[file]);
  change(dashboard.panels.find(({ type }) => type !== 'row'), dashboard);
  data[file] = JSON.stringify(dashboard);
};
const query = (from, to) => panel(({ targets: [target] }) => { target.expr = target.expr.replace(from, to); });
const mutant = (rule, name, change) => ({ rule, name, change });

export const mutants = [
  mutant('schema', 'misspelt field of the TaskManager', (c) => { spec(c).taskManager.replica = 2; }),
  mutant('schema', 'misspelt field deep in a pod template', (c) => { common(c).volumeMount = []; }),
  mutant('schema', 'resources of the next operator release', (c) => { spec(c).jobManager.resources = { requests: { memory: '2Gi' } }; }),
  mutant('schema', 'a Flink version the operator does not know', (c) => { spec(c).flinkVersion = 'v9_9'; }),
  mutant('schema', 'parallelism as a string', (c) => { spec(c).job.parallelism = '2'; }),
  mutant('schema', 'an argument that is a number', (c) => { spec(c).job.args[1] = 8453; }),
  mutant('schema', 'unknown field of a ConfigMap', (c) => { optionsMap(c).stringData = {}; }),
  mutant('schema', 'unknown field of a NetworkPolicy', (c) => { policy(c).egres = []; }),
  mutant('schema', 'unknown field of a Service', (c) => { metricsService(c).spec.port = 9249; }),
  mutant('schema', 'wrong type in a Service', (c) => { metricsService(c).spec.ports[0].port = 'metrics'; }),
  mutant('schema', 'RoleBinding without a role', (c) => { delete find(c, 'RoleBinding').roleRef; }),
  mutant('schema', 'unknown kind', (c) => { c.objects.push({ apiVersion: 'v1', kind: 'Sevice', metadata: { name: 'x' } }); }),

  mutant('overlay-shape', 'an overlay that grows', (c) => { c.overlay.files.push('service.yaml'); }),
  mutant('overlay-shape', 'commonLabels', (c) => { c.overlay.kustomization.commonLabels = { team: 'x' }; }),
  mutant('overlay-shape', 'labels in selectors', (c) => { delete c.overlay.kustomization.labels[0].includeSelectors; }),
  mutant('overlay-shape', 'arguments in the patch', (c) => { c.overlay.patch.spec.job.args = ['--chain.id', '1']; }),
  mutant('overlay-shape', 'options replaced', (c) => { c.overlay.kustomization.configMapGenerator[0].behavior = 'replace'; }),
  mutant('overlay-shape', 'no chain', (c) => { c.overlay.kustomization.components = []; }),
  mutant('overlay-shape', 'two chains', (c) => { c.overlay.kustomization.components.push('../../components/chain-arbitrum'); }),

  mutant('flink-version', 'pom.xml moved on', (c) => { c.flinkVersion = '2.3.0'; }),
  mutant('flink-version', 'image built for another Flink', (c) => { spec(c).image = 'millrace:0.1.0-flink2.2.0'; }),
  mutant('flink-version', 'Dockerfile from another Flink', (c) => { c.dockerfile = c.dockerfile.replace(/^FROM .*/m, 'FROM flink:2.1.0-java17'); }),

  mutant('operator-accepts', 'name too long', (c) => { find(c, 'FlinkDeployment').metadata.name = 'm'.repeat(46); }),
  mutant('operator-accepts', 'a key that the operator owns', setting('kubernetes.cluster-id', 'millrace')),
  mutant('operator-accepts', 'no JobManager memory', (c) => { delete spec(c).jobManager.resource.memory; }),
  mutant('operator-accepts', 'parallelism zero', (c) => { spec(c).job.parallelism = 0; }),
  mutant('operator-accepts', 'standalone mode', (c) => { spec(c).mode = 'standalone'; }),

  mutant('settings', 'number where Flink wants a string', setting('taskmanager.numberOfTaskSlots', 2)),
  mutant('settings', 'heap state', setting('state.backend.type', 'hashmap')),
  mutant('settings', 'full checkpoints', setting('execution.checkpointing.incremental', 'false')),
  mutant('settings', 'at-least-once checkpoints', setting('execution.checkpointing.mode', 'AT_LEAST_ONCE')),
  mutant('settings', 'no high availability', setting('high-availability.type')),
  mutant('settings', 'pod templates merged by position', setting('kubernetes.operator.pod-template.merge-arrays-by-name')),

  mutant('durable', 'no checkpoint directory', setting('execution.checkpointing.dir')),
  mutant('durable', 'savepoints on the node', setting('execution.checkpointing.savepoint-dir', 'file:///tmp/savepoints')),
  mutant('durable', 'leadership data still unset', setting('high-availability.storageDir', 's3://unset/ha')),
  mutant('durable', 'stateless upgrades', (c) => { spec(c).job.upgradeMode = 'stateless'; }),
  mutant('durable', 'state may be dropped', (c) => { spec(c).job.allowNonRestoredState = true; }),

  mutant('options', 'vault address left at zero', option('vault.address', `0x${'0'.repeat(40)}`)),
  mutant('options', 'vault address cut short', option('vault.address', '0x9fE46736')),
  mutant('options', 'unknown results mode', option('results.mode', 'exactly-once')),
  mutant('options', 'provider paid into the treasury', option('provider.accounts', '0')),
  mutant('options', 'node URL with a password', option('chain.rpc.urls', 'https://me:hunter2@node.example')),
  mutant('options', 'misspelt key', option('kafka.bootstrap.server', 'kafka:9092')),
  mutant('options', 'no vault', option('vault.address')),
  mutant('options', 'no chain id', option('chain.id')),
  mutant('options', 'an option without a value', option('results.mode', '')),
  mutant('options', 'a list', option('provider.accounts', '[1, 2]')),
  mutant('options', 'finality that no node knows', option('chain.finality', 'final')),
  mutant('options', 'an option on the command line', (c) => { spec(c).job.args.push('--results.mode', 'committed'); }),
  mutant('options', 'a file that is not mounted', (c) => { spec(c).job.args[1] += ',/opt/millrace/options/more.yaml'; }),
  mutant('options', 'the files of another ConfigMap', (c) => { optionsMap(c).metadata.name = 'millrace-options-0123456789'; }),
  mutant('options', 'a file that is no YAML', (c) => { optionsMap(c).data['chain.yaml'] = 'a: {'; }),
  mutant('options-mounted', 'no hash in the name', (c) => {
    optionsMap(c).metadata.name = 'millrace-options';
    spec(c).jobManager.podTemplate.spec.volumes[0].configMap.name = 'millrace-options';
  }),
  mutant('options-mounted', 'writable', (c) => { delete container(spec(c).jobManager.podTemplate).volumeMounts[0].readOnly; }),

  mutant('image-layout', 'jar that the image does not hold', (c) => { spec(c).job.jarURI = 'local:///opt/flink/usrlib/job.jar'; }),
  mutant('image-layout', 'models elsewhere', option('models.dir', '/models')),
  mutant('image-layout', 'native code loaded by the job', setting('classloader.parent-first-patterns.additional', 'ai.djl.')),
  mutant('image-layout', 'image without the S3 plugin', (c) => { c.dockerfile = c.dockerfile.replaceAll('plugins/s3-fs-hadoop', 'lib'); }),

  mutant('metrics', 'reporter on another port', setting('metrics.reporter.prom.port', '9250')),
  mutant('metrics', 'labels rewritten', setting('metrics.reporter.prom.filterLabelValueCharacters')),
  mutant('metrics', 'Service asks another port', (c) => { metricsService(c).spec.ports[0].targetPort = 'prometheus'; }),
  mutant('metrics', 'Service selects nothing', (c) => { metricsService(c).spec.selector.app = 'millrace-dev'; }),

  mutant('main-container', 'sidecar instead of the main container', (c) => {
    for (const template of [spec(c).podTemplate, spec(c).jobManager.podTemplate, taskManager(c)]) container(template).name = 'flink';
  }),
  mutant('image-pinned', 'latest', (c) => { spec(c).image = 'millrace:latest'; }),
  mutant('image-pinned', 'no tag', (c) => { spec(c).image = 'registry:5000/millrace'; }),
  mutant('image-pinned', 'sidecar on latest', (c) => { taskManager(c).spec.containers.push({ name: 'shell', image: 'busybox:latest' }); }),

  mutant('security-context', 'root allowed', (c) => { spec(c).podTemplate.spec.securityContext.runAsNonRoot = false; }),
  mutant('security-context', 'container as root', (c) => { common(c).securityContext.runAsUser = 0; }),
  mutant('security-context', 'privileged', (c) => { container(taskManager(c)).securityContext = { privileged: true }; }),
  mutant('security-context', 'capabilities kept', (c) => { delete common(c).securityContext.capabilities; }),
  mutant('security-context', 'folder of the node', (c) => { spec(c).podTemplate.spec.volumes[0] = { name: 'scratch', hostPath: { path: '/tmp' } }; }),

  mutant('probes', 'web port moved', setting('rest.port', '8082')),
  mutant('probes', 'no probe', (c) => { delete container(taskManager(c)).livenessProbe; }),

  mutant('volumes', 'mount without a volume', (c) => { taskManager(c).spec.volumes.shift(); }),
  mutant('volumes', 'RocksDB on the image layer', setting('state.backend.rocksdb.localdir', '/tmp/rocksdb')),
  mutant('volumes', 'scratch without a limit', (c) => { spec(c).podTemplate.spec.volumes[0].emptyDir = {}; }),

  mutant('secrets-as-files', 'key as an environment variable', (c) => {
    common(c).env = [{ name: 'SETTLER_KEY', valueFrom: { secretKeyRef: { name: 'millrace-settler', key: 'settler.key' } } }];
  }),
  mutant('secrets-as-files', 'store key in the configuration', setting('s3.secret-key', 'hunter2')),
  mutant('secrets-as-files', 'key as an option', option('settle.signer.key.file', `0x${'ab'.repeat(32)}`)),
  mutant('secrets-as-files', 'key file readable by all', (c) => { taskManager(c).spec.volumes[0].secret.defaultMode = 0o644; }),
  mutant('secrets-as-files', 'key mounted writable', (c) => { delete container(taskManager(c)).volumeMounts[0].readOnly; }),
  mutant('signing-keys', 'path that is not mounted', option('settle.signer.key.file', '/opt/millrace/keys/settler.key')),
  mutant('signing-keys', 'keys on the JobManager too', (c) => {
    spec(c).podTemplate.spec.volumes.push(...taskManager(c).spec.volumes);
    common(c).volumeMounts.push(...container(taskManager(c)).volumeMounts);
  }),
  mutant('signing-keys', 'a second key that is not mounted', (c) => {
    option('provider.key.files', '/opt/millrace/keys/provider/provider.key;/opt/millrace/keys/provider/provider-2.key')(c);
    option('provider.accounts', '1;2')(c);
  }),
  mutant('provider-keys', 'an account without a key', option('provider.accounts', '1;2')),
  mutant('provider-keys', 'one key for two accounts', (c) => {
    option('provider.key.files', '/opt/millrace/keys/provider/provider.key;/opt/millrace/keys/provider/provider.key')(c);
    option('provider.accounts', '1;2')(c);
  }),
  mutant('options', 'a second provider paid into the treasury', option('provider.accounts', '1;0')),
  mutant('secrets-documented', 'key that no command of the page has', (c) => { taskManager(c).spec.volumes[1].secret.items.push({ key: 'provider-3.key', path: 'provider-3.key' }); }),
  mutant('secrets-documented', 'secret that no page names', (c) => { taskManager(c).spec.volumes[0].secret.secretName = 'settler'; }),

  mutant('service-account', 'account that does not exist', (c) => { spec(c).serviceAccount = 'flink'; }),
  mutant('service-account', 'binding for another namespace', (c) => { find(c, 'RoleBinding').subjects[0].namespace = 'default'; }),
  mutant('service-account', 'wildcard', (c) => { find(c, 'Role').rules[0].verbs = ['*']; }),
  mutant('service-account', 'cannot start TaskManagers', (c) => { find(c, 'Role').rules[0].verbs = ['get', 'list', 'watch', 'delete']; }),
  mutant('service-account', 'reads secrets', (c) => { find(c, 'Role').rules[1].resources.push('secrets'); }),

  mutant('namespace', 'one object elsewhere', (c) => { metricsService(c).metadata.namespace = 'default'; }),
  mutant('labels', 'label lost', (c) => { delete metricsService(c).metadata.labels['app.kubernetes.io/name']; }),
  mutant('labels', 'labels forced into the selector', (c) => { metricsService(c).spec.selector['app.kubernetes.io/name'] = 'millrace'; }),

  mutant('network-policy', 'selects nothing', (c) => { policy(c).podSelector.matchLabels.app = 'other'; }),
  mutant('network-policy', 'open to everyone', (c) => { delete policy(c).ingress[1].from; }),
  mutant('network-policy', 'open to a whole namespace', (c) => { delete policy(c).ingress[2].from[0].podSelector; }),
  mutant('network-policy', 'open to addresses', (c) => { policy(c).ingress[1].from.push({ ipBlock: { cidr: '10.0.0.0/8' } }); }),
  mutant('network-policy', 'TaskManagers cut off', (c) => { policy(c).ingress.shift(); }),
  mutant('network-policy', 'TaskManagers on one port', (c) => { policy(c).ingress[0].ports = [{ port: 6123 }]; }),
  mutant('network-policy', 'operator cut off', (c) => { policy(c).ingress.splice(1, 1); }),
  mutant('network-policy', 'Prometheus cut off', (c) => { policy(c).ingress.splice(2, 1); }),
  mutant('network-policy', 'closed for what goes out', (c) => { policy(c).policyTypes.push('Egress'); }),
  mutant('network-policy', 'open after all', (c) => { policy(c).policyTypes = []; }),

  mutant('schema', 'unknown field of an alert', (c) => { alert(c).duration = '5m'; }),
  mutant('schema', 'a PodMonitor without a selector', (c) => { delete named(c, 'PodMonitor', 'millrace').spec.selector; }),
  mutant('alerts', 'an alarm without an alert', (c) => { named(c, 'PrometheusRule', 'millrace').spec.groups[0].rules.shift(); }),
  mutant('alerts', 'an alert twice', (c) => { named(c, 'PrometheusRule', 'millrace').spec.groups[0].rules.push(alert(c)); }),
  mutant('alerts', 'a function that there is not', (c) => { alert(c).expr = alert(c).expr.replace('max by', 'maximum by'); }),
  mutant('alerts', 'a bracket lost', (c) => { alert(c).expr = alert(c).expr.replace(')', ''); }),
  mutant('alerts', 'another metric than it says', (c) => { alert(c).expr = alert(c).expr.replace('unsettledNano', 'unsettledNanos'); }),
  mutant('alerts', 'a metric that is no alarm', (c) => {
    alert(c).labels.metric = 'infer.rows';
    alert(c).expr = alert(c).expr.replace('submit_unsettledNano', 'infer_rows');
  }),
  mutant('alerts', 'no severity', (c) => { delete alert(c).labels.severity; }),
  mutant('alerts', 'no way to the runbook', (c) => { delete alert(c).annotations.runbook; }),
  mutant('alerts', 'no summary', (c) => { delete alert(c).annotations.summary; }),
  mutant('pod-monitor', 'alerts that nobody feeds', (c) => { c.objects = c.objects.filter(({ kind }) => kind !== 'PodMonitor'); }),
  mutant('pod-monitor', 'selects nothing', (c) => { named(c, 'PodMonitor', 'millrace').spec.selector.matchLabels.app = 'other'; }),
  mutant('dashboards', 'none', (c) => { delete map(c, 'millrace-dashboards').metadata.labels.grafana_dashboard; }),
  mutant('dashboards', 'a bracket lost', query(')', '')),
  mutant('dashboards', 'a metric that nobody reports', query(/operator_\w+/, 'operator_infer_rowes')),
  mutant('dashboards', 'other namespaces too', query('namespace=~"$namespace"', 'namespace=~".*"')),
  mutant('dashboards', 'by requester', query(/^max\(/, 'max by (requester) (')),
  mutant('dashboards', 'no unit', panel((shown) => { delete shown.fieldConfig.defaults.unit; })),
  mutant('dashboards', 'no description', panel((shown) => { delete shown.description; })),
  mutant('dashboards', 'no query', panel((shown) => { shown.targets = []; })),
  mutant('dashboards', 'no uid', panel((_, dashboard) => { delete dashboard.uid; })),
  mutant('pod-monitor', 'another port', (c) => { named(c, 'PodMonitor', 'millrace').spec.podMetricsEndpoints[0].port = 'prometheus'; }),
];
