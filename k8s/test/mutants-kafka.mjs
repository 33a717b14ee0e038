// Deliberate mistakes with a Kafka of the deployment's own, as mutants.mjs has them of the rest.

const named = (context, kind, name) => context.objects.find((object) => object.kind === kind && object.metadata.name === name);
const kafka = (context) => named(context, 'Kafka', 'millrace').spec.kafka;
const topic = (context, name) => named(context, 'KafkaTopic', name).spec;
const user = (context) => named(context, 'KafkaUser', 'kafka-requester').spec;
const job = (context) => named(context, 'KafkaUser', 'kafka-job').spec;
const pool = (context, name) => named(context, 'KafkaNodePool', name).spec;
const mutant = (rule, name, change) => ({ rule, name, change });

export const mutants = [
  mutant('schema', 'misspelt field of a topic', (c) => { topic(c, 'inference.charges').partition = 3; }),
  mutant('schema', 'misspelt field of a listener', (c) => { kafka(c).listeners[0].authentification = {}; }),
  mutant('kafka-topics', 'books that age away', (c) => { topic(c, 'settlement.receipts').config['retention.ms'] = 604800000; }),
  mutant('kafka-topics', 'books that are compacted', (c) => { topic(c, 'inference.charges').config['cleanup.policy'] = 'compact'; }),
  mutant('kafka-topics', 'evidence gone too soon', (c) => { topic(c, 'inference.evidence').config['retention.ms'] = 86400000; }),
  mutant('kafka-topics', 'marks that age away', (c) => { topic(c, 'settlement.checkpoints').config['cleanup.policy'] = 'delete'; }),
  mutant('kafka-topics', "clients' clocks", (c) => { topic(c, 'inference.requests').config['message.timestamp.type'] = 'CreateTime'; }),
  mutant('kafka-topics', 'compressed requests', (c) => { delete topic(c, 'inference.requests').config['compression.type']; }),
  mutant('kafka-topics', 'requests gone too soon', (c) => { topic(c, 'inference.requests').config['retention.ms'] = 86400000; }),
  mutant('kafka-topics', 'refusals gone before their requests', (c) => { topic(c, 'inference.requests').config['retention.ms'] = 2419200000; }),
  mutant('kafka-topics', 'requests for ever and refusals not', (c) => { topic(c, 'inference.requests').config['retention.ms'] = -1; }),
  mutant('kafka-topics', 'large requests', (c) => { topic(c, 'inference.requests').config['max.message.bytes'] = 10485760; }),
  mutant('kafka-topics', 'an order in two parts', (c) => { topic(c, 'settlement.epochs').partitions = 2; }),
  mutant('kafka-topics', 'readers without a partition', (c) => { topic(c, 'inference.requests').partitions = 1; }),
  mutant('kafka-topics', 'one replica', (c) => { topic(c, 'settlement.transactions').replicas = 1; }),
  mutant('kafka-topics', 'a topic missing', (c) => { c.objects = c.objects.filter((object) => object !== named(c, 'KafkaTopic', 'settlement.epochs')); }),
  mutant('kafka-topics', 'a topic too many', (c) => { c.objects.push({ ...structuredClone(named(c, 'KafkaTopic', 'inference.results')), metadata: { name: 'results', labels: named(c, 'KafkaTopic', 'inference.results').metadata.labels, namespace: 'millrace' } }); }),
  mutant('kafka-cluster', 'two brokers', (c) => { pool(c, 'broker').replicas = 2; }),
  mutant('kafka-cluster', 'one controller', (c) => { pool(c, 'controller').replicas = 1; }),
  mutant('kafka-cluster', 'disks that go with it', (c) => { pool(c, 'broker').storage.volumes[0].deleteClaim = true; }),
  mutant('kafka-cluster', 'one copy is enough', (c) => { kafka(c).config['min.insync.replicas'] = 1; }),
  mutant('kafka-cluster', 'transactions in one copy', (c) => { kafka(c).config['transaction.state.log.replication.factor'] = 1; }),
  mutant('kafka-cluster', 'topics by themselves', (c) => { delete kafka(c).config['auto.create.topics.enable']; }),
  mutant('kafka-cluster', 'transactions cut short', (c) => { kafka(c).config['transaction.max.timeout.ms'] = 60000; }),
  mutant('kafka-cluster', 'ids forgotten', (c) => { kafka(c).config['transactional.id.expiration.ms'] = 86400000; }),
  mutant('kafka-cluster', 'no authorizer', (c) => { delete kafka(c).authorization; }),
  mutant('kafka-cluster', 'everyone without credentials', (c) => { delete kafka(c).listeners[0].authentication; }),
  mutant('kafka-cluster', 'a second open listener', (c) => { kafka(c).listeners.push({ name: 'inside', port: 9092, type: 'internal', tls: false }); }),
  mutant('kafka-cluster', 'passwords in the clear', (c) => { kafka(c).listeners[0].tls = false; }),
  mutant('kafka-cluster', 'a super user', (c) => { kafka(c).authorization.superUsers = ['kafka-job']; }),
  mutant('kafka-cluster', 'a job without credentials', (c) => {
    const { data } = c.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('millrace-options'));
    data['environment.yaml'] = data['environment.yaml'].replace(/^kafka\.client\.file.*$/m, '');
  }),
  mutant('kafka-cluster', 'a job with another Kafka', (c) => {
    const { data } = c.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('millrace-options'));
    data['environment.yaml'] = data['environment.yaml'].replace('millrace-kafka-bootstrap', 'kafka');
  }),
  mutant('kafka-users', 'a job that may not commit', (c) => { job(c).authorization.acls = job(c).authorization.acls.filter(({ resource }) => resource.type !== 'transactionalId'); }),
  mutant('kafka-users', 'a job that may delete its books', (c) => { job(c).authorization.acls[3].operations.push('Delete'); }),
  mutant('kafka-users', 'a page that writes', (c) => { named(c, 'KafkaUser', 'kafka-page').spec.authorization.acls[1].operations.push('Write'); }),
  mutant('kafka-users', 'a right on transactions', (c) => { user(c).authorization.acls.push({ resource: { type: 'transactionalId', name: 'r' }, operations: ['Write'] }); }),
  mutant('kafka-users', 'a right on the books', (c) => { user(c).authorization.acls[3].operations.push('Write'); }),
  mutant('kafka-users', 'a right on what others ask', (c) => { user(c).authorization.acls[0].operations.push('Read'); }),
  mutant('kafka-users', 'a right on all', (c) => { user(c).authorization.acls[1].resource.patternType = 'prefix'; }),
  mutant('kafka-users', 'no credentials', (c) => { delete user(c).authentication; }),
  mutant('kafka-users', 'no quota', (c) => { delete user(c).quotas; }),
];
