// Rules over an overlay's source: it stays a kustomization, one patch and the options of its environment.

const FILES = ['kustomization.yaml', 'patch.yaml', 'environment.yaml'];

export const rules = {
  'overlay-shape': ({ overlay: { files, kustomization, patch } }) => {
    const chains = (kustomization.components ?? []).filter((path) => /\/chain-[^/]+$/.test(path));
    return [
      ...files
        .filter((file) => !FILES.includes(file))
        .map((file) => `${file} is more than ${FILES.join(', ')}; what several overlays may want is a component`),
      ...(chains.length === 1 ? [] : [`${chains.length} chain components, must be one`]),
      ...('args' in (patch.spec?.job ?? {}) ? ['the patch replaces the arguments; options belong into environment.yaml'] : []),
      ...(kustomization.configMapGenerator ?? [])
        .filter(({ behavior }) => behavior !== 'merge')
        .map(({ name }) => `configMapGenerator ${name} does not merge: it would drop the options of base and chain`),
      ...('commonLabels' in kustomization ? ['commonLabels rewrites selectors; use labels with includeSelectors: false'] : []),
      ...(kustomization.labels ?? [])
        .filter(({ includeSelectors }) => includeSelectors !== false)
        .map(() => 'labels without includeSelectors: false'),
    ];
  },
};
