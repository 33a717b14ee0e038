// Rules over Grafana's dashboards: PromQL over metrics that the job reports, within what the viewer chose, and told of nobody.
import { parser } from '@prometheus-io/lezer-promql';

const LABEL = 'grafana_dashboard';
const OPERATOR = 'flink_taskmanager_job_task_operator_';
const PERSONAL = /requester|address|account/i;

/** Names under which Prometheus has what the runbook's table of metrics names, as expressions where they differ by a value. */
export function documentedMetrics(page) {
  const table = page.match(/<!-- table metrics -->([\s\S]*?)<!-- end -->/)?.[1] ?? '';
  const names = [...table.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(([, metric, kind]) => {
    const name = metric.replace(/\.<[A-Z]+>\./, '.').replace(/<[A-Z]+>$/, '*').replaceAll('.', '_');
    return kind === 'histogram' ? `${name}_le_bucket` : name;
  });
  if (names.length === 0) throw new Error('jobs/RUNBOOK.md has no table of metrics');
  return names;
}

/** What a query selects: the metric's name or expression, and its matchers; and whether it parses. */
function selectors(query) {
  const found = [];
  let parses = true;
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) parses = false;
      if (node.name === 'VectorSelector') found.push(query.slice(node.from, node.to));
    },
  });
  return { found, parses };
}

function problems(query, documented) {
  const plain = query.replaceAll('$__rate_interval', '1m');
  const { found, parses } = selectors(plain);
  if (!parses) return [`${query} is no PromQL`];
  return found.flatMap((selector) => {
    const name = selector.match(/^\w+/)?.[0] ?? selector.match(/__name__=~"([^"]+)"/)?.[1] ?? '';
    const ours = name.startsWith(OPERATOR) && name.slice(OPERATOR.length).replace(/\.\+$/, '*');
    const flinks = /^(column_family_rocksdb_|pendingRecords$)/.test(ours || '') || (!ours && name.startsWith('flink_'));
    return [
      !flinks && !documented.includes(ours) && `${name} is no metric of jobs/RUNBOOK.md`,
      !selector.includes('namespace=~"$namespace"') && `${selector} is not within the namespace that the viewer chose`,
    ].filter(Boolean);
  });
}

export const rules = {
  dashboards: ({ objects, metrics }) => {
    const maps = objects.filter(({ metadata }) => metadata.labels?.[LABEL]);
    const monitored = objects.some(({ kind }) => kind === 'PodMonitor');
    const all = maps.flatMap(({ data = {} }) => Object.entries(data));
    return [
      ...(monitored && all.length === 0 ? [`no ConfigMap with the label ${LABEL}, by which Grafana finds dashboards`] : []),
      ...all.flatMap(([file, text]) => {
        const { uid, panels = [] } = JSON.parse(text);
        const shown = panels.filter(({ type }) => type !== 'row');
        return [
          !/^[\w-]{1,40}$/.test(uid ?? '') && 'no uid, so that every import would be another dashboard',
          shown.length === 0 && 'no panels',
          ...shown.flatMap(({ title, description, targets = [], fieldConfig }) =>
            [
              !description && 'no description',
              !fieldConfig?.defaults?.unit && 'no unit',
              targets.length === 0 && 'no query',
              ...targets.flatMap(({ expr }) => [...problems(expr, metrics), PERSONAL.test(expr) && `${expr} may tell of a requester`]),
            ]
              .filter(Boolean)
              .map((message) => `${title}: ${message}`),
          ),
        ]
          .filter(Boolean)
          .map((message) => `${file}: ${message}`);
      }),
    ];
  },
};
