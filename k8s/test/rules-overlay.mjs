// Rules over an overlay's source: it stays a kustomization, one patch and the options of its environment.

const FILES = ['kustomization.yaml', 'patch.yaml', 'environment.yaml'];
// Of the programs beside the job: what only the environment knows is a file of the component's ConfigMap.
const BESIDE = { 'millrace-page': 'page.yaml', 'millrace-gateway': 'gateway.yaml', 'millrace-watch': 'watch.yaml', 'millrace-defend': 'defend.yaml' };

export const rules = {
  'overlay-shape': ({ overlay: { files, kustomization, patch } }) => {
    const chains = (kustomization.components ?? []).filter((path) => /\/chain-[^/]+$/.test(path));
    const own = (kustomization.configMapGenerator ?? []).filter(({ name }) => name in BESIDE);
    const allowed = [...FILES, ...own.map(({ name }) => BESIDE[name])];
    return [
      ...files
        .filter((file) => !allowed.includes(file))
        .map((file) => `${file} is more than ${allowed.join(', ')}; what several overlays may want is a component`),
      ...(chains.length === 1 ? [] : [`${chains.length} chain components, must be one`]),
      ...('args' in (patch.spec?.job ?? {}) ? ['the patch replaces the arguments; options belong into environment.yaml'] : []),
      ...(kustomization.configMapGenerator ?? [])
        .filter((generator) => !own.includes(generator) && generator.behavior !== 'merge')
        .map(({ name }) => `configMapGenerator ${name} does not merge: it would drop the options of base and chain`),
      ...own.filter(({ name, files: [file, ...more] }) => file !== BESIDE[name] || more.length).map(({ name }) => `configMapGenerator ${name} has other files than ${BESIDE[name]}`),
      ...('commonLabels' in kustomization ? ['commonLabels rewrites selectors; use labels with includeSelectors: false'] : []),
      ...(kustomization.labels ?? [])
        .filter(({ includeSelectors }) => includeSelectors !== false)
        .map(() => 'labels without includeSelectors: false'),
    ];
  },
};
