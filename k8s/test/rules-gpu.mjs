// Rules over GPUs: what the job is told to compute on, what Flink asks of the cluster, and what the image can are one thing.

const RESOURCE = 'external-resource.gpu';
const FACTORY = 'org.apache.flink.externalresource.gpu.GPUDriverFactory';
const LARGER_TASKS = /^[2-9]\d*g$/;

/** Stages of image/gpu.Dockerfile: `FROM` and `COPY` lines, ENV. */
const from = (dockerfile) => [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);

export const rules = {
  gpu: ({ spec, config, options, flinkVersion, gpuDockerfile }) => {
    const device = options.values.get('infer.device') ?? 'cpu';
    const asked = (config['external-resources'] ?? '').split(';').includes('gpu');
    const wanted = device !== 'cpu';
    if (!asked && !wanted) {
      return /-cuda\d+-/.test(spec.image) ? [`image ${spec.image} is for GPUs, but none is asked for: name components/gpu`] : [];
    }
    const tolerated = (spec.taskManager?.podTemplate?.spec?.tolerations ?? []).some(({ key }) => key === config[`${RESOURCE}.kubernetes.config-key`]);
    return [
      !asked && `infer.device is ${device}, but Flink gives TaskManagers no external resource gpu: name components/gpu`,
      !wanted && 'TaskManagers are given GPUs that nothing computes on: infer.device is cpu',
      /:/.test(device) && `infer.device is ${device}: Flink says which GPU, so give no index`,
      device === 'tensorrt' && !options.values.has('infer.tensorrt.cache.dir') && 'infer.device is tensorrt without infer.tensorrt.cache.dir',
      config[`${RESOURCE}.driver-factory.class`] !== FACTORY && `${RESOURCE}.driver-factory.class is not ${FACTORY}: the job would be told of no index`,
      !/^[1-9]\d*$/.test(config[`${RESOURCE}.amount`]) && `${RESOURCE}.amount is ${config[`${RESOURCE}.amount`]}, must be at least 1`,
      !/^[a-z.]+\/[a-z]+$/.test(config[`${RESOURCE}.kubernetes.config-key`]) && `${RESOURCE}.kubernetes.config-key does not name what the device plugin offers`,
      !LARGER_TASKS.test(config['taskmanager.memory.task.off-heap.size']) && 'taskmanager.memory.task.off-heap.size leaves no room for what CUDA holds: 2g at least',
      !tolerated && 'TaskManagers do not tolerate the taint of nodes with GPUs',
      !/-cuda\d+-/.test(spec.image) && `image ${spec.image} does not say that it is for GPUs: end the tag in -cuda12-flink${flinkVersion}`,
      from(gpuDockerfile).at(-1) !== `flink:${flinkVersion}-java17` && `image/gpu.Dockerfile does not end in flink:${flinkVersion}-java17`,
      !/NVIDIA_DRIVER_CAPABILITIES=\S*utility/.test(gpuDockerfile) && 'image/gpu.Dockerfile gets no nvidia-smi, by which Flink finds the GPUs',
    ].filter(Boolean);
  },
};
