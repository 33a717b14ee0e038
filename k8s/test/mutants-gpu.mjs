// Deliberate mistakes in an overlay with GPUs: as in mutants.mjs.

const spec = (context) => context.objects.find(({ kind }) => kind === 'FlinkDeployment').spec;
const options = (context) => context.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('millrace-options')).data;
const setting = (key, value) => (context) => {
  if (value === undefined) delete spec(context).flinkConfiguration[key];
  else spec(context).flinkConfiguration[key] = value;
};
const device = (text) => (context) => { options(context)['device.yaml'] = text; };
const dockerfile = (from, to) => (context) => { context.gpuDockerfile = context.gpuDockerfile.replace(from, to); };
const mutant = (name, change) => ({ rule: 'gpu', name, change });

export const mutants = [
  mutant('models on the CPU', device('infer.device: cpu')),
  mutant('a GPU by its number', device('infer.device: cuda:0')),
  mutant('TensorRT that builds anew at each start', device('infer.device: tensorrt')),
  mutant('the file of the device not read', (c) => { spec(c).job.args[1] = spec(c).job.args[1].replace(/[^,]*device.yaml,/, ''); }),
  mutant('no external resource', setting('external-resources')),
  mutant('no driver factory', setting('external-resource.gpu.driver-factory.class')),
  mutant('no GPU for a TaskManager', setting('external-resource.gpu.amount', '0')),
  mutant('a resource that no plugin offers', setting('external-resource.gpu.kubernetes.config-key', 'gpu')),
  mutant('no memory for CUDA', setting('taskmanager.memory.task.off-heap.size', '1g')),
  mutant('kept away by the taint', (c) => { delete spec(c).taskManager.podTemplate.spec.tolerations; }),
  mutant('the image for the CPU', (c) => { spec(c).image = spec(c).image.replace('-cuda12', ''); }),
  mutant('the image for GPUs without one', (c) => {
    device('infer.device: cpu')(c);
    setting('external-resources')(c);
  }),
  mutant('image from another Flink', dockerfile(/^FROM flink:.*/m, 'FROM flink:2.1.0-java17')),
  mutant('image without nvidia-smi', dockerfile('compute,utility', 'compute')),
];
