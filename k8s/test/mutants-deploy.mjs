// Deliberate mistakes in the Job that deploys the contracts: as in mutants.mjs.

const job = (context) => context.objects.find(({ kind }) => kind === 'Job').spec;
const pod = (context) => job(context).template.spec;
const container = (context) => pod(context).containers[0];
const map = (context, name) => context.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(name)).data;
const option = (key, value) => (context) => {
  const data = map(context, 'millrace-deploy');
  data['deploy.yaml'] = data['deploy.yaml'].replace(new RegExp(`^${key.replaceAll('.', '\\.')}:.*\n`, 'm'), '');
  if (value !== undefined) data['deploy.yaml'] += `${key}: ${value}\n`;
};
const mutant = (name, change) => ({ rule: 'deploy-job', name, change });
const zero = `0x${'0'.repeat(40)}`;

export const mutants = [
  { rule: 'schema', name: 'a misspelt field of a Job', change: (c) => { job(c).backOffLimit = 3; } },
  { rule: 'schema', name: 'a Job without a template', change: (c) => { delete job(c).template; } },
  { rule: 'secrets-as-files', name: 'the deployer\'s key as a variable', change: (c) => {
    container(c).env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'millrace-deploy', key: 'deploy.key' } } }];
  } },
  { rule: 'secrets-as-files', name: 'the deployer\'s key as an option', change: option('deploy.key.file', `0x${'ab'.repeat(32)}`) },
  { rule: 'secrets-documented', name: 'the deployer\'s secret under another name', change: (c) => { pod(c).volumes.find(({ secret }) => secret).secret.secretName = 'deployer'; } },
  { rule: 'security-context', name: 'a deployer that is root', change: (c) => { pod(c).securityContext.runAsNonRoot = false; } },
  { rule: 'image-pinned', name: 'the newest image deploys', change: (c) => { container(c).image = 'millrace:latest'; } },
  mutant('a misspelt term', option('deploy.bond.buckets', '8 h')),
  mutant('no treasury', option('deploy.treasury')),
  mutant('nobody is admin', option('deploy.admin', zero)),
  mutant('a settler who is its own admin', option('deploy.admin', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8')),
  mutant('a model without a price', option('deploy.models', `0x${'ab'.repeat(32)}`)),
  mutant('a model by its name', option('deploy.models', 'all-MiniLM-L6-v2:20000000')),
  mutant('a key where nothing is mounted', option('deploy.key.file', '/opt/millrace/keys/deploy.key')),
  mutant('no chain', (c) => { delete map(c, 'millrace-options')['chain.yaml']; }),
  mutant('the job in place of the deployment', (c) => { container(c).command[4] = 'io.millrace.job.InferenceSettlementJob'; }),
  mutant('a jar that the image does not hold', (c) => { container(c).command[3] = '/opt/flink/usrlib/deploy.jar:/opt/flink/lib/*'; }),
  mutant('models that the image does not hold', option('models.dir', '/models')),
  mutant('found out and lost', (c) => { container(c).args[1] = '/tmp/deployed.yaml'; }),
  mutant('a variable', (c) => { container(c).env = [{ name: 'JAVA_OPTS', value: '-Xmx1g' }]; }),
  mutant('a second container', (c) => { pod(c).containers.push({ ...container(c), name: 'shell' }); }),
  mutant('a token of the cluster', (c) => { delete pod(c).automountServiceAccountToken; }),
  mutant('a writable root', (c) => { delete container(c).securityContext.readOnlyRootFilesystem; }),
  mutant('a new pod for each failure', (c) => { pod(c).restartPolicy = 'Never'; }),
  mutant('two at once', (c) => { job(c).parallelism = 2; }),
  mutant('a right to write ConfigMaps', (c) => {
    const metadata = { ...c.objects[0].metadata, name: 'millrace-deploy' };
    c.objects.push({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }] });
  }),
];
