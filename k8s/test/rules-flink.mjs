// Rules over the FlinkDeployment itself: versions, what the operator would refuse, durability, metrics.

const OBJECT_STORE = /^(s3|gs|abfss?|oss):\/\/(?!unset\b)[^/]+\/.+/;
const DIRECTORIES = ['execution.checkpointing.dir', 'execution.checkpointing.savepoint-dir', 'high-availability.storageDir'];
const REQUIRED_SETTINGS = {
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.mode': 'EXACTLY_ONCE',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'high-availability.type': 'kubernetes',
  'pipeline.generic-types': 'false',
  'kubernetes.operator.pod-template.merge-arrays-by-name': 'true',
};
const FORBIDDEN_KEYS = ['kubernetes.namespace', 'kubernetes.cluster-id', 'high-availability.cluster-id'];
const MEMORY = /^\d+(\.\d+)?\s*(m|g|mb|gb|mi|gi|mib|gib)$/i;
const NATIVE_OWNERS = ['ai.djl.', 'ai.onnxruntime.', 'fr.acinq.secp256k1.'];

export const rules = {
  'flink-version': ({ spec, flinkVersion, image }) => {
    const declared = `v${flinkVersion.split('.').slice(0, 2).join('_')}`;
    const tag = new RegExp(`-flink${flinkVersion.replaceAll('.', '\\.')}(@|$)`);
    return [
      spec.flinkVersion !== declared && `flinkVersion is ${spec.flinkVersion} but pom.xml builds for Flink ${flinkVersion}: ${declared}`,
      !tag.test(spec.image) && `image ${spec.image} does not name its Flink: end the tag in -flink${flinkVersion}`,
      image.from !== `flink:${flinkVersion}-java17` && `image/Dockerfile starts from ${image.from}, not flink:${flinkVersion}-java17`,
    ].filter(Boolean);
  },

  'operator-accepts': ({ deployment, spec, config }) => {
    const { job = {}, jobManager = {}, taskManager = {} } = spec;
    return [
      !/^[a-z]([-a-z\d]{0,43}[a-z\d])?$/.test(deployment.metadata.name) && `the operator refuses the name ${deployment.metadata.name}`,
      ...FORBIDDEN_KEYS.filter((key) => key in config).map((key) => `the operator owns ${key}; remove it`),
      !MEMORY.test(jobManager.resource?.memory) && 'jobManager.resource.memory is missing or not like 2048m',
      !MEMORY.test(taskManager.resource?.memory) && 'taskManager.resource.memory is missing or not like 2048m',
      !(jobManager.resource?.cpu > 0 && taskManager.resource?.cpu > 0) && 'resource.cpu of both roles must be above 0',
      !(jobManager.replicas >= 1) && `jobManager.replicas is ${jobManager.replicas}, must be at least 1`,
      !(job.parallelism >= 1) && `job.parallelism is ${job.parallelism}, must be at least 1`,
      taskManager.replicas !== undefined && 'taskManager.replicas is for standalone mode; parallelism decides in native mode',
      spec.mode !== undefined && spec.mode !== 'native' && `mode is ${spec.mode}; the role and the labels here are for native`,
      spec.ingress && 'an ingress would publish the web UI, which cancels jobs for anyone',
    ].filter(Boolean);
  },

  settings: ({ config }) => [
    ...Object.entries(config)
      .filter(([, value]) => typeof value !== 'string')
      .map(([key, value]) => `${key} is not a string: ${JSON.stringify(value)}; quote it, and write keys flat`),
    ...Object.entries(REQUIRED_SETTINGS)
      .filter(([key, value]) => config[key] !== value)
      .map(([key, value]) => `${key} is ${config[key]}, must be ${value}`),
  ],

  durable: ({ spec, config }) => [
    ...DIRECTORIES.filter((key) => !OBJECT_STORE.test(config[key])).map(
      (key) => `${key} is ${config[key]}, must be a path on an object store: state outlives pods and nodes`,
    ),
    ...(new Set(DIRECTORIES.map((key) => config[key])).size < DIRECTORIES.length ? ['two of the state directories are one'] : []),
    ...(['savepoint', 'last-state'].includes(spec.job?.upgradeMode)
      ? []
      : [`upgradeMode is ${spec.job?.upgradeMode}: a stateless upgrade forgets charges not yet settled`]),
    ...(spec.job?.allowNonRestoredState ? ['allowNonRestoredState would drop money silently'] : []),
  ],

  'image-layout': ({ spec, options, config, image, dockerfile }) => {
    const jar = spec.job?.jarURI?.replace(/^local:\/\//, '');
    const models = options.values.get('models.dir');
    const parentFirst = (config['classloader.parent-first-patterns.additional'] ?? '').split(';');
    return [
      !image.copied.includes(jar) && `jarURI ${spec.job?.jarURI} is not what image/Dockerfile copies`,
      !image.copied.includes(`${models}/`) && `models.dir ${models} is not what image/Dockerfile copies`,
      !image.copied.includes('/opt/flink/lib/') && 'image/Dockerfile puts no jars into /opt/flink/lib/',
      spec.job?.entryClass !== 'io.millrace.job.InferenceSettlementJob' && `entryClass ${spec.job?.entryClass} is not the job`,
      ...NATIVE_OWNERS.filter((owner) => !parentFirst.includes(owner)).map((owner) => `${owner} owns native code and must load parent-first`),
      DIRECTORIES.some((key) => config[key]?.startsWith('s3:')) && !/plugins\/s3-fs-/.test(dockerfile) &&
        'state lies on s3:// but image/Dockerfile switches no S3 plugin on',
    ].filter(Boolean);
  },

  metrics: ({ deployment, config, pods, objects }) => {
    const reporter = config['metrics.reporter.prom.port'];
    const services = objects.filter((object) => object.kind === 'Service' && object.spec.selector?.app === deployment.metadata.name);
    const container = (pod) => pod.containers?.find(({ name }) => name === 'flink-main-container');
    const named = Object.entries(pods).flatMap(([role, pod]) =>
      (container(pod)?.ports ?? []).filter(({ name }) => name === 'metrics').map((port) => [role, port.containerPort]),
    );
    return [
      !/PrometheusReporterFactory$/.test(config['metrics.reporter.prom.factory.class']) && 'the Prometheus reporter has no factory class',
      config['metrics.reporter.prom.filterLabelValueCharacters'] !== 'false' && 'the reporter rewrites labels: quantiles of histograms want the bound +Inf',
      !/^\d+$/.test(reporter) && `metrics.reporter.prom.port is ${reporter}, must be one port`,
      named.length !== 2 && 'a role has no container port named metrics',
      ...named.filter(([, port]) => String(port) !== reporter).map(([role, port]) => `${role}'s port metrics is ${port}, the reporter's is ${reporter}`),
      services.length !== 1 && `${services.length} Services select app: ${deployment.metadata.name}, must be 1`,
      ...services.flatMap(({ spec }) => spec.ports.filter(({ targetPort }) => targetPort !== 'metrics').map(({ targetPort }) => `Service targets ${targetPort}, not metrics`)),
      ...services.filter(({ spec }) => spec.selector.type !== 'flink-native-kubernetes').map(() => "the selector does not hold Flink's own label type"),
    ].filter(Boolean);
  },
};
