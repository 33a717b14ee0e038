// Rules that no schema can see. A rule takes the context below and returns messages; its name is how mutants cite it.
import { optionsOf } from './options.mjs';
import * as access from './rules-access.mjs';
import * as alerts from './rules-alerts.mjs';
import * as autoscaler from './rules-autoscaler.mjs';
import * as beside from './rules-beside.mjs';
import * as dashboards from './rules-dashboards.mjs';
import * as deploy from './rules-deploy.mjs';
import * as flink from './rules-flink.mjs';
import * as gpu from './rules-gpu.mjs';
import * as kafka from './rules-kafka.mjs';
import * as network from './rules-network.mjs';
import * as options from './rules-options.mjs';
import * as overlay from './rules-overlay.mjs';
import * as pods from './rules-pods.mjs';
import * as programs from './rules-web.mjs';

export const rules = Object.fromEntries(
  [overlay, flink, options, pods, access, network, alerts, dashboards, programs, beside, kafka, gpu, autoscaler, deploy].flatMap((module) => Object.entries(module.rules)),
);

/** All messages of all rules as "rule: message". sources: rendered objects, overlay source, flinkVersion, documented options, alarms, metrics, topics, pageOptions, courtOptions by program, and figures, dockerfile, gpuDockerfile and readme texts. */
export function policyErrors(sources) {
  const jobs = sources.objects.filter(({ kind }) => kind === 'Job');
  if (jobs.length) return deployErrors(jobs, sources);
  const deployments = sources.objects.filter((object) => object.kind === 'FlinkDeployment');
  if (deployments.length !== 1) return [`shape: expected one FlinkDeployment, found ${deployments.length}`];
  const context = contextOf(deployments[0], sources);
  return Object.entries(rules).flatMap(([name, rule]) => rule(context).map((message) => `${name}: ${message}`));
}

// What holds for a Job that stands apart from a FlinkDeployment.
const OF_A_JOB = ['deploy-job', 'options-mounted', 'image-pinned', 'security-context', 'secrets-as-files', 'secrets-documented', 'namespace', 'labels'];

function deployErrors([job, ...more], sources) {
  if (more.length) return [`shape: expected one Job, found ${more.length + 1}`];
  const pod = job.spec.template.spec;
  const { image, args = [] } = pod.containers[0];
  const options = optionsOf(args.slice(-2), pod, sources.objects);
  const context = { ...sources, job, spec: { image }, config: {}, options, allPods: { deploy: pod }, image: layout(sources.dockerfile) };
  return OF_A_JOB.flatMap((name) => rules[name](context).map((message) => `${name}: ${message}`));
}

function contextOf(deployment, sources) {
  const spec = deployment.spec ?? {};
  const pod = (role) => mergeByName(spec.podTemplate ?? {}, spec[role]?.podTemplate ?? {}).spec ?? {};
  const pods = { jobManager: pod('jobManager'), taskManager: pod('taskManager') };
  const web = Object.fromEntries(sources.objects.filter(({ kind }) => kind === 'Deployment').map((object) => [object.metadata.name, object]));
  const beside = Object.fromEntries(Object.entries(web).map(([name, object]) => [name, object.spec.template.spec]));
  return {
    ...sources,
    deployment,
    spec,
    config: spec.flinkConfiguration ?? {},
    options: optionsOf(spec.job?.args ?? [], pods.jobManager, sources.objects),
    pods,
    web,
    allPods: { ...pods, ...beside },
    image: layout(sources.dockerfile),
  };
}

/** The pod a role gets: the operator's merge of two templates with merge-arrays-by-name switched on. */
function mergeByName(common, role) {
  if (Array.isArray(common) && Array.isArray(role)) {
    const named = (list, name) => list.find((item) => item?.name !== undefined && item.name === name);
    return [
      ...common.map((item) => (named(role, item?.name) ? mergeByName(item, named(role, item.name)) : item)),
      ...role.filter((item) => !named(common, item?.name)),
    ];
  }
  if (common && role && typeof common === 'object' && typeof role === 'object') {
    const merged = { ...common };
    for (const [key, value] of Object.entries(role)) merged[key] = key in common ? mergeByName(common[key], value) : value;
    return merged;
  }
  return role;
}

/** What the Dockerfile says: its base image and the targets of COPY. */
function layout(dockerfile) {
  return {
    from: dockerfile.match(/^FROM (\S+)/m)?.[1],
    copied: [...dockerfile.matchAll(/^COPY .*?(\S+)$/gm)].map((match) => match[1]),
  };
}
