// Rules over the programs beside the job, page, gateway and watcher: closed pods that can be reached, and only so.

const each = (web, check) => Object.entries(web).flatMap(([name, deployment]) => check(deployment, name).filter(Boolean).map((message) => `${name}: ${message}`));
const podOf = ({ spec }) => spec.template.spec;
const labelsOf = ({ spec }) => spec.template.metadata.labels ?? {};
const selects = (selector, labels) => Object.keys(selector ?? {}).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);
const portsOf = (deployment) => podOf(deployment).containers.flatMap(({ ports: open }) => open ?? []).map(({ name }) => name);
const WEB = 'http'; // who has it is reached through a Service; others are only scraped
const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'];

export const rules = {
  'web-pods': ({ web }) =>
    each(web, (deployment) => {
      const pod = podOf(deployment);
      const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
      const volumes = pod.volumes ?? [];
      return [
        pod.automountServiceAccountToken !== false && 'gets a token for the Kubernetes API, which it never asks',
        ...pod.containers.flatMap(({ name, securityContext = {}, resources = {}, ports = [], ...container }) => [
          securityContext.readOnlyRootFilesystem !== true && `${name} can write its own root file system`,
          !(resources.requests?.cpu && resources.requests.memory) && `${name} requests no cpu or no memory`,
          !resources.limits?.memory && `${name} has no limit of memory`,
          ...PROBES.map((probe) => {
            const port = container[probe]?.httpGet?.port;
            return !ports.some((open) => open.name === port) && `${name}: ${probe} asks the port ${port}, which it does not name`;
          }),
        ]),
        ...mounts.filter(({ name }) => !volumes.some((volume) => volume.name === name)).map(({ name }) => `mount ${name} has no volume`),
        ...volumes.filter(({ name }) => !mounts.some((mount) => mount.name === name)).map(({ name }) => `volume ${name} is mounted nowhere`),
        ...volumes.filter(({ emptyDir }) => emptyDir && !emptyDir.sizeLimit).map(({ name }) => `volume ${name} has no limit`),
        !mounts.some(({ mountPath, readOnly }) => mountPath === '/tmp' && !readOnly) && 'no /tmp: a root file system that is read-only needs one',
      ];
    }),

  'web-service': ({ web, objects }) =>
    each(web, (deployment) => {
      const services = objects.filter(({ kind, spec }) => kind === 'Service' && selects(spec.selector, labelsOf(deployment)));
      const ports = portsOf(deployment);
      const wanted = ports.includes(WEB) ? 1 : 0;
      return [
        !selects(deployment.spec.selector.matchLabels, labelsOf(deployment)) && 'the Deployment does not select its own pods',
        services.length !== wanted && `${services.length} Services lead to it, must be ${wanted}`,
        ...services.flatMap(({ spec }) => spec.ports.map(({ targetPort }) => !ports.includes(targetPort) && `the Service leads to port ${targetPort}, which no container names`)),
        ...services.map(({ spec }) => spec.type !== undefined && spec.type !== 'ClusterIP' && `the Service is a ${spec.type}: it would be open without TLS`),
      ];
    }),

  'web-policy': ({ web, objects }) =>
    each(web, (deployment) => {
      const policies = objects.filter(({ kind, spec }) => kind === 'NetworkPolicy' && selects(spec.podSelector.matchLabels, labelsOf(deployment)));
      return [
        policies.length !== 1 && `${policies.length} NetworkPolicies select it, must be 1`,
        ...policies.flatMap(({ spec }) => [
          !spec.policyTypes?.includes('Ingress') && 'the policy does not close it to connections',
          spec.policyTypes?.includes('Egress') && 'the policy shuts it in: Kafka and nodes lie anywhere',
          ...(spec.ingress ?? []).flatMap(({ from = [], ports = [] }) => [
            from.length === 0 && 'a rule without from lets everyone in',
            ...from.map((peer) => (peer.ipBlock || !Object.keys(peer.podSelector?.matchLabels ?? {}).length) && 'a peer is not chosen by its labels'),
            !(ports.length === 1 && portsOf(deployment).includes(ports[0].port)) && `more is open than the port ${portsOf(deployment)}`,
          ]),
        ]),
      ];
    }),
};
