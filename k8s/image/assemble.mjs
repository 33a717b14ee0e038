// node k8s/image/assemble.mjs job|gpu|page|gateway|watch FOLDER [MODELS]: puts into FOLDER what that image is built from, as mvn package
// left it. MODELS, of job and gpu: a folder with one folder a model, as --models.dir takes it; if it is not given, the bundled model's.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const built = (path, remedy) => {
  const full = join(home, path);
  if (!existsSync(full)) throw new Error(`there is no ${path}: ${remedy}`);
  return full;
};
const CLIENT = 'node_modules/@millrace/client'; // a link there, a folder in the image
const BUNDLED = 'jobs/local/target/models/all-MiniLM-L6-v2';
const PACKAGE = 'run mvn package -DskipTests';

const parts = {
  job(folder) {
    for (const part of ['usrlib', 'lib']) cpSync(built(`jobs/target/cluster/${part}`, PACKAGE), join(folder, part), { recursive: true });
    const source = models ?? built(BUNDLED, 'jobs/bin/millrace demo leaves it there');
    const offered = readdirSync(source).filter((name) => existsSync(join(source, name, 'manifest.json')));
    if (offered.length === 0) throw new Error(`${source} has no model: put a folder with manifest.json and the files that it names there for each`);
    for (const name of offered) cpSync(join(source, name), join(folder, 'models', name), { recursive: true });
  },

  gpu(folder) {
    parts.job(folder);
    const lib = join(folder, 'lib');
    const [cpu, ...more] = readdirSync(lib).filter((name) => /^onnxruntime-\d/.test(name));
    if (cpu === undefined || more.length) throw new Error(`jobs/target/cluster/lib has not one onnxruntime-VERSION.jar: ${PACKAGE}`);
    // The same classes, with CUDA's and TensorRT's providers: two of them in lib/ would be one too many.
    const artifact = `com.microsoft.onnxruntime:onnxruntime_gpu:${cpu.slice('onnxruntime-'.length, -'.jar'.length)}`;
    rmSync(join(lib, cpu));
    execFileSync('mvn', ['-q', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${lib}`], { cwd: home, stdio: 'inherit' });
  },

  page(folder) {
    cpSync(built('jobs/page/target/cluster/millrace-page.jar', PACKAGE), join(folder, 'millrace-page.jar'));
  },

  watch(folder) {
    cpSync(built('jobs/watch/target/cluster/millrace-watch.jar', PACKAGE), join(folder, 'millrace-watch.jar'));
  },

  gateway(folder) {
    const gateway = built('jobs/gateway', PACKAGE);
    const client = built('jobs/clients/typescript', PACKAGE);
    built('jobs/gateway/dist/main.js', 'run npm ci --ignore-scripts && npm run build in jobs/gateway');
    built('jobs/clients/typescript/dist', 'run npm ci --ignore-scripts && npm run build in jobs/clients/typescript');
    const target = join(folder, 'gateway');
    copy(gateway, target, [CLIENT]);
    copy(client, join(target, CLIENT), []);
  },
};

/** A package of ours: what it says itself, what its build has made, and what it needs at run time but for those in `apart`. */
function copy(source, target, apart) {
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'dist']) cpSync(join(source, name), join(target, name), { recursive: true });
  const needed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: source, encoding: 'utf8' }).trim().split('\n');
  for (const path of needed.map((full) => relative(source, full))) {
    if (path.startsWith('node_modules/') && !apart.includes(path)) copyPackage(join(source, path), join(target, path));
  }
}

/** A package of others without those inside it, which npm names by themselves. */
function copyPackage(source, target) {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    if (name !== 'node_modules') cpSync(join(source, name), join(target, name), { recursive: true });
  }
}

const [image, folder, models] = process.argv.slice(2);
if (!Object.hasOwn(parts, image ?? '') || folder === undefined || (models !== undefined && !['job', 'gpu'].includes(image))) {
  console.error(`usage: node k8s/image/assemble.mjs ${Object.keys(parts).join('|')} FOLDER [MODELS, of job and gpu]`);
  process.exit(2);
}
if (existsSync(folder) && readdirSync(folder).length > 0) {
  console.error(`${folder} is not empty: what is in it would come into the image`);
  process.exit(2);
}
try {
  mkdirSync(folder, { recursive: true });
  parts[image](resolve(folder));
} catch (error) {
  console.error(`assemble: ${error.message}`);
  process.exit(1);
}
