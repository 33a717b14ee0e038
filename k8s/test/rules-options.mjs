// Rules over the options of the job: there, known, filled in, and in one place.

const ADDRESS = /^0x(?!0{40}$)[0-9a-fA-F]{40}$/;
const HASH = /^0x(?!0{64}$)[0-9a-fA-F]{64}$/;
const POSITIVE = /^[1-9]\d*$/;
const PATH = /^\/\S+$/;
// What an option must look like in a cluster. A URL with credentials would lie in the open, in the object and in the web UI.
export const FORMS = {
  'kafka.bootstrap.servers': /^(?!unset\b)[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/,
  'chain.rpc.urls': /^https?:\/\/(?!unset\b)[^\s;@?]+(;https?:\/\/[^\s;@?]+)*$/,
  'chain.id': POSITIVE,
  'chain.finality': /^(finalized|safe|[1-9]\d*)$/,
  'vault.address': ADDRESS,
  'vault.code.hash': HASH,
  'token.address': ADDRESS,
  'registry.address': ADDRESS,
  'provider.accounts': /^[1-9]\d*(;[1-9]\d*)*$/, // earning account 0 is the treasury
  'settle.signer.key.file': PATH,
  'provider.key.files': /^\/[^\s;]+(;\/[^\s;]+)*$/,
  'models.dir': PATH,
  'results.mode': /^(immediate|committed)$/,
  'epoch.cut.every.checkpoints': POSITIVE,
  'settle.dust.min.nano': /^\d+$/,
};
const HASHED = /-[a-z0-9]{10}$/;

export const rules = {
  options: ({ options: { values, problems }, documented }) => [
    ...problems,
    ...[...values.keys()].filter((key) => !documented.known.includes(key)).map((key) => `${key} is no option of jobs/README.md; is it spelled right?`),
    ...documented.required.filter((key) => !values.has(key)).map((key) => `${key} is missing: the environment or its chain must say it`),
    ...[...values]
      .filter(([key, value]) => FORMS[key] && !FORMS[key].test(value))
      .map(([key, value]) => `${key} is ${value}: fill it in, in the form ${FORMS[key]}`),
  ],

  'options-mounted': ({ allPods }) => {
    const volumes = Object.values(allPods).flatMap((pod) => (pod.volumes ?? []).filter(({ configMap }) => configMap));
    const mounts = Object.values(allPods).flatMap((pod) => pod.containers ?? []).flatMap(({ volumeMounts }) => volumeMounts ?? []);
    return [
      ...volumes
        .filter(({ configMap }) => !HASHED.test(configMap.name))
        .map(({ configMap }) => `${configMap.name} has no hash of its content in its name: a changed option would wait for the next restart`),
      ...mounts
        .filter(({ name, readOnly }) => volumes.some((volume) => volume.name === name) && !readOnly)
        .map(({ name }) => `mount ${name} of options is not readOnly`),
    ];
  },
};
