// Rules over the pods that the two roles get once their templates are merged.

const MAIN = 'flink-main-container';
const DISKS = ['io.tmp.dirs', 'state.backend.rocksdb.localdir'];
const each = (pods, check) => Object.entries(pods).flatMap(([role, pod]) => check(pod, role).filter(Boolean).map((message) => `${role}: ${message}`));
const containers = (pod) => [...(pod.initContainers ?? []), ...(pod.containers ?? [])];

export const rules = {
  'main-container': ({ pods }) =>
    each(pods, (pod) => [
      !pod.containers?.some(({ name }) => name === MAIN) && `no container named ${MAIN}: Flink would add its own beside these`,
    ]),

  'image-pinned': ({ spec, allPods }) => {
    const images = [spec.image, ...Object.values(allPods).flatMap(containers).map(({ image }) => image).filter(Boolean)];
    return images
      .filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image) && !/:(?!latest$|unset$)[\w][\w.-]*$/.test(image))
      .map((image) => `image ${image} is not pinned: name a version or a digest`);
  },

  'security-context': ({ allPods }) =>
    each(allPods, (pod) => {
      const context = pod.securityContext ?? {};
      return [
        context.runAsNonRoot !== true && 'runAsNonRoot is not true',
        !(context.runAsUser > 0) && `runAsUser is ${context.runAsUser}; a user by number above 0`,
        !(context.fsGroup > 0) && 'without fsGroup the user cannot read the mounted keys',
        context.seccompProfile?.type !== 'RuntimeDefault' && 'seccompProfile is not RuntimeDefault',
        (pod.hostNetwork || pod.hostPID || pod.hostIPC) && 'shares a namespace with the node',
        ...(pod.volumes ?? []).map((volume) => volume.hostPath && `volume ${volume.name} is a hostPath`),
        ...containers(pod).flatMap(({ name, securityContext = {} }) => [
          securityContext.allowPrivilegeEscalation !== false && `${name} allows privilege escalation`,
          securityContext.privileged && `${name} is privileged`,
          (securityContext.runAsNonRoot === false || securityContext.runAsUser === 0) && `${name} runs as root`,
          !securityContext.capabilities?.drop?.includes('ALL') && `${name} keeps capabilities`,
          securityContext.capabilities?.add?.length > 0 && `${name} adds capabilities`,
        ]),
      ];
    }),

  probes: ({ pods, config }) => {
    const expected = { jobManager: config['rest.port'], taskManager: config['metrics.reporter.prom.port'] };
    return each(pods, (pod, role) => {
      const port = pod.containers?.find(({ name }) => name === MAIN)?.livenessProbe?.tcpSocket?.port;
      return [String(port) !== expected[role] && `the liveness probe asks port ${port}, the process listens on ${expected[role]}`];
    });
  },

  volumes: ({ pods, config }) =>
    each(pods, (pod) => {
      const volumes = pod.volumes ?? [];
      const mounts = containers(pod).flatMap(({ volumeMounts }) => volumeMounts ?? []);
      const scratch = mounts.filter(({ name }) => volumes.some((volume) => volume.name === name && volume.emptyDir?.sizeLimit));
      const inside = (path) => scratch.some(({ mountPath }) => path === mountPath || path?.startsWith(`${mountPath}/`));
      return [
        ...mounts.filter(({ name }) => !volumes.some((volume) => volume.name === name)).map(({ name }) => `mount ${name} has no volume`),
        ...volumes.filter(({ name }) => !mounts.some((mount) => mount.name === name)).map(({ name }) => `volume ${name} is mounted nowhere`),
        ...DISKS.filter((key) => !inside(config[key])).map((key) => `${key} is ${config[key]}, not on an emptyDir with a sizeLimit`),
      ];
    }),
};
