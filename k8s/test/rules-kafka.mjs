// Rules over a Kafka of the deployment's own: topics as their roles need them, brokers that lose nothing, and who may do what.

const CLUSTER = 'strimzi.io/cluster';
const DAY_MILLIS = 24 * 3600 * 1000;
const OUTAGE_MILLIS = 7 * DAY_MILLIS;
const SEGMENT_MILLIS = 7 * DAY_MILLIS;
const JOB = 'kafka-job';
const WRITABLE = ['inference.requests'];
const READABLE = ['inference.results', 'inference.rejections', 'settlement.receipts', 'settlement.epochs', 'inference.evidence'];
const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** Rows of the table of topics in jobs/README.md: name, whether one partition only, and settings as conditions. */
export function documentedTopics(page) {
  const table = page.match(/<!-- table topics -->([\s\S]*?)<!-- end -->/)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| \[`([^`]+)`\]\([^)]*\) \|.*\| ([^|]+) \| ([^|]*) \|$/gm)];
  if (rows.length === 0) throw new Error('jobs/README.md has no table of topics');
  return rows.map(([, name, partitions, settings]) => ({
    name,
    partitions: partitions.trim(),
    settings: settings.split('; ').filter(Boolean).map((setting) => setting.split(', or else ').map(condition)),
  }));
}

function condition(text) {
  const [, key, how, value] = text.match(/`([^`=]+?)(?:=([^`]*))?`/)
    ? [undefined, text.match(/`([^`=]+)/)[1], / at (most|least) /.exec(text)?.[1] ?? 'exactly', / at (?:most|least) (\d+)/.exec(text)?.[1] ?? /=([^`]*)`/.exec(text)?.[1]]
    : [];
  if (key === undefined || value === undefined) throw new Error(`jobs/README.md: "${text}" is no setting of a topic`);
  return { key, how, value };
}

function holds({ key, how, value }, config) {
  const is = config[key];
  if (is === undefined) return false;
  return how === 'exactly' ? String(is) === value : how === 'most' ? is <= Number(value) : is >= Number(value);
}

const all = (objects, kind) => objects.filter((object) => object.kind === kind);
const described = (settings) => settings.map(({ key, how, value }) => `${key} ${how} ${value}`).join(' or ');

function topicProblems({ objects, topics, spec }, kafka) {
  const there = all(objects, 'KafkaTopic');
  const named = (name) => there.find(({ metadata, spec: { topicName } }) => (topicName ?? metadata.name) === name);
  return [
    ...there
      .filter(({ metadata, spec: { topicName } }) => !topics.some(({ name }) => name === (topicName ?? metadata.name)))
      .map(({ metadata }) => `${metadata.name} is no topic of jobs/README.md`),
    ...there.filter(({ metadata }) => metadata.labels?.[CLUSTER] !== kafka.metadata.name).map(({ metadata }) => `${metadata.name} belongs to another Kafka`),
    ...topics.flatMap(({ name, partitions, settings }) => {
      const topic = named(name);
      if (!topic) return [`topic ${name} is missing`];
      const { config = {}, replicas, partitions: count } = topic.spec;
      return [
        partitions === '1' && count !== 1 && `${name} has ${count} partitions: its order is total, it must be 1`,
        partitions.startsWith('at least') && !(count >= spec.job.parallelism) && `${name} has ${count} partitions for ${spec.job.parallelism} readers`,
        replicas !== 3 && `${name} has ${replicas} replicas: a lost disk takes its records along`,
        !(config['min.insync.replicas'] >= 2) && `${name}: min.insync.replicas is ${config['min.insync.replicas']}`,
        ...settings.filter((either) => !either.some((setting) => holds(setting, config))).map((either) => `${name}: must have ${described(either)}`),
      ].filter(Boolean);
    }),
    ...refusalProblems(named('inference.requests')?.spec.config, named('inference.rejections')?.spec.config),
  ];
}

/** A refusal that is gone before its request would have recover process the request again. */
function refusalProblems(requests = {}, rejections = {}) {
  const kept = requests['retention.ms'];
  const needed = kept === -1 ? Infinity : kept + (requests['segment.ms'] ?? SEGMENT_MILLIS) + DAY_MILLIS;
  const has = rejections['retention.ms'];
  return has === -1 || has >= needed ? [] : [`inference.rejections: retention.ms is ${has}, for these requests it must be ${needed}`];
}

function clusterProblems({ objects, options }, { metadata, spec: { kafka } }) {
  const config = kafka.config ?? {};
  const pools = all(objects, 'KafkaNodePool');
  const count = (role) => pools.filter(({ spec }) => spec.roles.includes(role)).reduce((sum, { spec }) => sum + spec.replicas, 0);
  const addresses = kafka.listeners.map(({ port }) => `${metadata.name}-kafka-bootstrap:${port}`);
  const servers = options.values.get('kafka.bootstrap.servers');
  const [, amount, unit] = (options.values.get('kafka.transaction.timeout') ?? '15 min').match(/^(\d+) ?(\w+)$/) ?? [];
  return [
    !(count('broker') >= 3) && `${count('broker')} brokers cannot keep three replicas`,
    !(count('controller') >= 3) && `${count('controller')} controllers: one that is lost must not stop it`,
    ...pools.filter(({ metadata: { labels } }) => labels?.[CLUSTER] !== metadata.name).map((pool) => `pool ${pool.metadata.name} belongs to another Kafka`),
    ...pools.flatMap(({ metadata: { name }, spec: { storage } }) =>
      storage.volumes.map(({ type, deleteClaim }) => (type !== 'persistent-claim' || deleteClaim !== false) && `pool ${name} may lose its disks with its pods`)),
    ...['default', 'offsets.topic', 'transaction.state.log'].map((of) => !(config[`${of}.replication.factor`] >= 3) && `${of}.replication.factor is below 3`),
    ...['min.insync.replicas', 'transaction.state.log.min.isr'].map((key) => !(config[key] >= 2) && `${key} is below 2`),
    config['auto.create.topics.enable'] !== false && 'brokers would create a misspelt topic',
    !(config['transaction.max.timeout.ms'] >= amount * UNITS[unit]) && 'transaction.max.timeout.ms is below kafka.transaction.timeout',
    !(config['transactional.id.expiration.ms'] >= OUTAGE_MILLIS) && 'transactional ids are forgotten before the job may come back',
    kafka.authorization?.type !== 'simple' && 'no authorizer: every client could write the books',
    kafka.authorization?.superUsers?.length > 0 && 'has super users: the job needs no more than its own rights',
    ...kafka.listeners.filter(({ authentication }) => !authentication).map(({ name }) => `listener ${name} asks for no credentials`),
    ...kafka.listeners.filter(({ tls }) => !tls).map(({ name }) => `listener ${name} sends passwords and requests in the clear`),
    !addresses.includes(servers) && `kafka.bootstrap.servers is ${servers}, its own is ${addresses.join(' or ')}`,
    !options.values.has('kafka.client.file') && 'kafka.client.file is not set: the job has no credentials',
  ].filter(Boolean);
}

/** Rights of a user as "type name operation", names that are prefixes with a star. */
const rightsOf = ({ spec }) =>
  (spec.authorization?.acls ?? []).flatMap(({ resource: { type, name = '', patternType }, operations }) =>
    operations.map((operation) => `${type} ${name}${patternType === 'prefix' ? '*' : ''} ${operation}`));

/** The job's, as jobs/README.md says: all of them and no others. */
function jobProblems({ objects, options, topics }) {
  const job = all(objects, 'KafkaUser').find(({ metadata }) => metadata.name === JOB);
  if (!job) return [`user ${JOB} is missing`];
  const prefix = `${options.values.get('kafka.transaction.prefix') ?? 'millrace'}-*`;
  const wanted = [
    ...topics.flatMap(({ name }) => ['Read', 'Write', 'Describe', 'DescribeConfigs'].map((operation) => `topic ${name} ${operation}`)),
    `group ${prefix} Read`, `transactionalId ${prefix} Write`, `transactionalId ${prefix} Describe`, 'cluster  DescribeConfigs',
  ];
  const has = rightsOf(job);
  return [
    ...wanted.filter((right) => !has.includes(right)).map((right) => `${JOB} lacks ${right}`),
    ...has.filter((right) => !wanted.includes(right)).map((right) => `${JOB} has ${right}, which it does not need`),
  ];
}

function userProblems(context, kafka) {
  const users = all(context.objects, 'KafkaUser');
  const credentials = users.flatMap(({ metadata, spec }) => [
    metadata.labels?.[CLUSTER] !== kafka.metadata.name && `${metadata.name} belongs to another Kafka`,
    !spec.authentication && `${metadata.name} has no credentials`,
  ]);
  return [...credentials.filter(Boolean), ...jobProblems(context), ...othersProblems(users.filter(({ metadata }) => metadata.name !== JOB))];
}

/** Requesters write requests and read what is public; who writes nothing may read all. */
function othersProblems(users) {
  return users.flatMap(({ metadata, spec }) => {
    const acls = spec.authorization?.acls ?? [];
    const topics = acls.filter(({ resource }) => resource.type === 'topic');
    const writes = topics.some(({ operations }) => operations.includes('Write'));
    return [
      writes && !spec.quotas && 'has no quota: one could fill the brokers',
      acls.length === 0 && 'may do nothing',
      ...acls.map(({ resource: { type } }) => !['topic', 'group'].includes(type) && `has a right on a ${type}: it could hold others' requests back`),
      ...topics.flatMap(({ resource: { name, patternType }, operations }) => [
        patternType === 'prefix' && `has rights on every topic that begins with ${name}`,
        ...operations.map((operation) =>
          operation !== 'Describe' && !(operation === 'Write' && WRITABLE.includes(name)) && !(operation === 'Read' && (READABLE.includes(name) || !writes)) && `may ${operation} ${name}`),
      ]),
    ].filter(Boolean).map((message) => `${metadata.name} ${message}`);
  });
}

const of = (check) => (context) => all(context.objects, 'Kafka').flatMap((kafka) => check(context, kafka));

export const rules = { 'kafka-topics': of(topicProblems), 'kafka-cluster': of(clusterProblems), 'kafka-users': of(userProblems) };
