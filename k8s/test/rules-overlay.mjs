// Rules over an overlay's source: it stays a kustomization and one patch, and the patch cannot hit the wrong option.

const OPTION_VALUE = /^\/spec\/job\/args\/(\d+)$/;

export const rules = {
  'overlay-shape': ({ overlay }) => [
    ...overlay.files
      .filter((file) => !['kustomization.yaml', 'patch.yaml'].includes(file))
      .map((file) => `${file} is more than a kustomization and one patch; an option of several overlays is a component`),
    ...('commonLabels' in overlay.kustomization ? ['commonLabels rewrites selectors; use labels with includeSelectors: false'] : []),
    ...(overlay.kustomization.labels ?? [])
      .filter(({ includeSelectors }) => includeSelectors !== false)
      .map(() => 'labels without includeSelectors: false'),
  ],

  'patch-guards': ({ overlay }) =>
    overlay.patch.flatMap(({ op, path }, i) => {
      const index = path.match(OPTION_VALUE)?.[1];
      if (index === undefined || op === 'test') return [];
      const guard = overlay.patch[i - 1];
      return op === 'replace' && guard?.op === 'test' && guard.path === `/spec/job/args/${index - 1}` && /^--/.test(guard.value)
        ? []
        : [`${op} ${path} needs the line "test" of the option before it, or it may land on another option`];
    }),
};
