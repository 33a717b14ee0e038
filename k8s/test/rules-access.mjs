// Rules over secrets, the service account and what ties the objects together.

const KEY_OPTIONS = ['settle.signer.key.file', 'provider.key.files'];
const SECRET_SETTING = /(secret|password|access-?key|private-?key|token)/i;
const MEMBERS_AND_GROUP = 0o770;
// What Flink's native mode and its Kubernetes high availability call, by resource.
const NEEDED = {
  '/pods': ['get', 'list', 'watch', 'create', 'delete'],
  '/configmaps': ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  'apps/deployments': ['get'],
};

const secretVolumes = (pod) => (pod.volumes ?? []).filter(({ secret }) => secret);
const PUBLIC_HASH = 'vault.code.hash'; // as long as a key, but everyone may see it
const pathsOf = (options, option) => (options.values.get(option) ?? '').split(';');
const mountsOf = (pod) => (pod.containers ?? []).flatMap(({ volumeMounts }) => volumeMounts ?? []);

export const rules = {
  'secrets-as-files': ({ allPods, config, options }) =>
    [
      ...Object.values(allPods).flatMap((pod) =>
        [...(pod.initContainers ?? []), ...(pod.containers ?? [])].flatMap(({ name, env = [], envFrom = [] }) => [
          ...env.filter(({ valueFrom }) => valueFrom?.secretKeyRef).map((variable) => `${name} gets a secret as variable ${variable.name}; mount a file`),
          ...envFrom.filter(({ secretRef }) => secretRef).map(() => `${name} gets a whole secret as variables; mount files`),
        ]),
      ),
      ...Object.keys(config).filter((key) => SECRET_SETTING.test(key)).map((key) => `flinkConfiguration holds ${key}: every reader of the object sees it`),
      ...[...options.values].filter(([key, value]) => key !== PUBLIC_HASH && /^(0x)?[0-9a-fA-F]{64}$/.test(value)).map(([key]) => `${key} looks like a key itself; give the path of a mounted file`),
      ...Object.values(allPods).flatMap((pod) =>
        secretVolumes(pod).flatMap(({ name, secret }) => [
          ((secret.defaultMode ?? 0o644) & ~MEMBERS_AND_GROUP) !== 0 && `volume ${name} is open to everyone in the container; set defaultMode 0440`,
          mountsOf(pod).some((mount) => mount.name === name && !mount.readOnly) && `volume ${name} is mounted writable`,
        ]),
      ),
    ].filter(Boolean),

  'signing-keys': ({ pods, options }) =>
    KEY_OPTIONS.flatMap((option) => pathsOf(options, option).map((path) => ({ option, path }))).flatMap(({ option, path }) => {
      const holds = (pod) =>
        secretVolumes(pod).some(({ name, secret }) =>
          mountsOf(pod).some((mount) => mount.name === name && secret.items?.some((item) => `${mount.mountPath}/${item.path}` === path)),
        );
      return [
        !holds(pods.taskManager) && `${option} ${path} is no item of a secret mounted on TaskManagers`,
        holds(pods.jobManager) && `${option} ${path} is mounted on the JobManager, which never signs`,
      ].filter(Boolean);
    }),

  'provider-keys': ({ options }) => {
    const accounts = (options.values.get('provider.accounts') ?? '').split(';');
    const keys = pathsOf(options, 'provider.key.files');
    return [
      ...(accounts.length === keys.length ? [] : [`${accounts.length} accounts and ${keys.length} keys: one key an account, in their order`]),
      ...(new Set(keys).size === keys.length ? [] : ['two accounts have one key']),
    ];
  },

  'secrets-documented': ({ allPods, readme }) =>
    Object.values(allPods).flatMap((pod) =>
      secretVolumes(pod).flatMap(({ secret }) => {
        const keys = secret.items?.map(({ key }) => key) ?? [];
        const commands = readme.split('\n').filter((line) => line.includes(`create secret generic ${secret.secretName} `));
        if (!commands.length) return [`secret ${secret.secretName} is nowhere in README.md; say how to create it`];
        const missing = commands.map((command) => keys.filter((key) => !command.includes(`--from-file=${key}=`)));
        return missing.every((more) => more.length) ? missing[0].map((key) => `README.md creates ${secret.secretName} without ${key}`) : [];
      }),
    ),

  'service-account': ({ deployment, spec, objects }) => {
    const { namespace } = deployment.metadata;
    const find = (kind, name) => objects.find((object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace);
    if (!find('ServiceAccount', spec.serviceAccount)) return [`serviceAccount ${spec.serviceAccount} is not among the objects`];
    const binding = objects.find(
      ({ kind, subjects }) =>
        kind === 'RoleBinding' &&
        subjects?.some((subject) => subject.kind === 'ServiceAccount' && subject.name === spec.serviceAccount && subject.namespace === namespace),
    );
    const role = binding && find(binding.roleRef.kind, binding.roleRef.name);
    if (!role) return [`no RoleBinding gives ${spec.serviceAccount} a Role of namespace ${namespace}`];
    const granted = (group, resource, verb) =>
      role.rules.some((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb));
    return [
      ...role.rules.filter((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs].includes('*')).map(() => 'the Role has a wildcard'),
      ...role.rules.filter((rule) => rule.resources.includes('secrets')).map(() => 'the Role reads secrets, keys included'),
      ...Object.entries(NEEDED).flatMap(([path, verbs]) => {
        const [group, resource] = path.split('/');
        return verbs.filter((verb) => !granted(group, resource, verb)).map((verb) => `Flink needs to ${verb} ${resource}`);
      }),
    ];
  },

  namespace: ({ objects }) => {
    const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace));
    return namespaces.size === 1 && !namespaces.has(undefined) && !namespaces.has('default')
      ? []
      : [`objects lie in ${[...namespaces].join(', ')}: one namespace of their own`];
  },

  labels: ({ objects }) =>
    objects.flatMap(({ kind, metadata, spec }) => [
      ...['app.kubernetes.io/name', 'app.kubernetes.io/instance']
        .filter((label) => !metadata.labels?.[label])
        .map((label) => `${kind} ${metadata.name} has no label ${label}`),
      ...Object.keys(spec?.selector ?? {})
        .filter((label) => label.startsWith('app.kubernetes.io/'))
        .map((label) => `${kind} ${metadata.name} selects ${label}, which Flink's pods do not carry; use labels, not commonLabels`),
    ]),
};
