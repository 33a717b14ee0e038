// Rules over the Job that deploys the contracts: what it is told, and that nothing but the pod's file system holds its key.
import { documentedOptionsOf } from './rules-beside.mjs';
import { FORMS } from './rules-options.mjs';

const ADDRESS = FORMS['vault.address'];
const MODELS = /^0x[0-9a-f]{64}:[1-9]\d*(,0x[0-9a-f]{64}:[1-9]\d*)*$/;
const MAIN = 'io.millrace.job.deploy.DeployMain';
const ROLES = ['deploy.admin', 'deploy.settler', 'deploy.guardian', 'deploy.treasury'];
const OF_THE_JOB = ['chain.id', 'chain.rpc.urls', 'chain.finality', 'token.address', 'models.dir'];

export const rules = {
  'deploy-job': ({ job, options: { values, problems }, documented, readme, image, objects }) => {
    if (!job) return [];
    const { template, ...spec } = job.spec;
    const pod = template.spec;
    const [container, ...more] = pod.containers;
    const [, classPath, main] = /^(.*) (\S+)$/.exec((container.command ?? []).slice(-2).join(' ')) ?? [];
    const known = [...documented.known, ...documentedOptionsOf('deploy', readme)];
    const form = (key, pattern) => (!pattern.test(values.get(key) ?? '') ? [`${key} is ${values.get(key)}: fill it in, in the form ${pattern}`] : []);
    const holdsKey = (pod.volumes ?? []).some(
      ({ name, secret }) =>
        secret?.items?.some((item) => container.volumeMounts?.some((mount) => mount.name === name && `${mount.mountPath}/${item.path}` === values.get('deploy.key.file'))),
    );
    return [
      ...problems,
      ...[...values.keys()].filter((key) => !known.includes(key)).map((key) => `${key} is no option of the job nor of the deployment; is it spelled right?`),
      ...ROLES.flatMap((key) => form(key, ADDRESS)),
      ...OF_THE_JOB.flatMap((key) => form(key, FORMS[key])),
      ...form('deploy.models', MODELS),
      values.get('deploy.admin') === values.get('deploy.settler') && 'the settler is its own admin: nobody else could dismiss it',
      !holdsKey && `deploy.key.file ${values.get('deploy.key.file')} is no item of a mounted secret`,
      main !== MAIN && `it runs ${main}, must be ${MAIN}`,
      classPath !== `${image.copied.find((path) => path.endsWith('.jar'))}:/opt/flink/lib/*` && `its class path ${classPath} is not what image/Dockerfile copies`,
      !image.copied.includes(`${values.get('models.dir')}/`) && `models.dir ${values.get('models.dir')} is not what image/Dockerfile copies`,
      (container.args ?? [])[1] !== container.terminationMessagePath && 'what it finds out is not the termination message, from which it is read',
      more.length > 0 && 'more than one container would see the key',
      container.env && 'it needs no variable: options are files, and so is the key',
      pod.automountServiceAccountToken !== false && 'it gets a token of the cluster, which it needs for nothing',
      container.securityContext?.readOnlyRootFilesystem !== true && 'its root file system is writable',
      pod.restartPolicy !== 'OnFailure' && `restartPolicy is ${pod.restartPolicy}: a second pod could run beside the first`,
      (spec.parallelism ?? 1) !== 1 && `parallelism is ${spec.parallelism}: one process with one key`,
      objects.some(({ kind }) => kind === 'Role') && 'it needs no right in the cluster',
    ].filter(Boolean);
  },
};
