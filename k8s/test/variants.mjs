// An overlay with each public chain's component in the place of its own, with a Kafka of its own, with GPUs, with the autoscaler, and with a second provider: what its comments invite people to do.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const DEVELOPMENT = 'chain-local'; // knows no token: overlays/dev does
const OWN = /\.\.\/\.\.\/components\/chain-[a-z]+/;

/** The same with the component kafka, and the job at that Kafka. */
export function withKafka(overlay) {
  const { folder, change } = withComponent(overlay, 'kafka');
  change('environment.yaml', /^kafka\.bootstrap\.servers: .*$/m, 'kafka.bootstrap.servers: millrace-kafka-bootstrap:9093');
  return folder;
}

/** The same with the component gpu, and the image for it. */
export function withGpu(overlay) {
  const { folder, change } = withComponent(overlay, 'gpu');
  change('patch.yaml', /^( *image: .*)-(flink.*)$/m, '$1-cuda12-$2');
  return folder;
}

/** The same with the component autoscaler. */
export function withAutoscaler(overlay) {
  return withComponent(overlay, 'autoscaler').folder;
}

/** The same with a second provider, as the page has it: the patch and the options of its section. */
export function withProvider(overlay, readme) {
  const { folder, change } = copyOf(overlay, 'provider');
  const [, patch] = /^```yaml\n(  - target:[^`]*)^```$/m.exec(readme) ?? [];
  const [, options] = /^```properties\n([^`]*)^```$/m.exec(readme) ?? [];
  if (!patch || !options) throw new Error('README.md has no patch or no options for another provider');
  change('kustomization.yaml', /^patches:\n/m, `patches:\n${patch}`);
  change('environment.yaml', /^provider\.accounts: .*$/m, options);
  return folder;
}

function withComponent(overlay, component) {
  const copied = copyOf(overlay, component);
  copied.change('kustomization.yaml', 'components:\n', `components:\n  - ../../../../components/${component}\n`);
  return copied;
}

function copyOf(overlay, name) {
  const folder = `test/target/variants/${name}`;
  mkdirSync(here(`../${folder}`), { recursive: true });
  cpSync(here(`../overlays/${overlay}`), here(`../${folder}`), { recursive: true });
  const change = (source, from, to) => {
    const file = here(`../${folder}/${source}`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  change('kustomization.yaml', /\.\.\/\.\.\//g, '../../../../');
  return { folder, change };
}

/** Writes one kustomization a chain under target/; returns their chains and their folders as seen from k8s/. */
export function withEachChain(overlay) {
  rmSync(here('target/variants'), { recursive: true, force: true });
  return readdirSync(here('../components'))
    .filter((name) => name.startsWith('chain-') && name !== DEVELOPMENT)
    .sort()
    .map((chain) => {
      const folder = `test/target/variants/${chain}`;
      mkdirSync(here(`../${folder}`), { recursive: true });
      cpSync(here(`../overlays/${overlay}`), here(`../${folder}`), { recursive: true });
      const file = here(`../${folder}/kustomization.yaml`);
      const changed = readFileSync(file, 'utf8').replace(OWN, `../../components/${chain}`).replaceAll('../../', '../../../../');
      writeFileSync(file, changed);
      return { chain, folder };
    });
}
