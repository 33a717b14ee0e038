// Rules over alerts: each alarm of the runbook has one, and each asks for a metric that the job reports, in PromQL.
import { parser } from '@prometheus-io/lezer-promql';

// As Flink's reporter names what an operator registers: the logical scope, then group and name.
const PREFIX = 'flink_taskmanager_job_task_operator_';
const SEVERITIES = ['page', 'warn'];

/** Metrics that the runbook's table of alarms has, without those that come once a code. */
export function documentedAlarms(page) {
  const table = page.match(/<!-- table metrics -->([\s\S]*?)<!-- end -->/)?.[1] ?? '';
  const alarms = [...table.matchAll(/^\| `([^`]+)` \|.*\| alarm \|$/gm)].map(([, metric]) => metric);
  if (alarms.length === 0) throw new Error('jobs/RUNBOOK.md has no table of metrics with alarms');
  return alarms;
}

/** Names of the metrics in a PromQL expression, and whether it parses. */
function read(expression) {
  const metrics = [];
  let parses = true;
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) parses = false;
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') metrics.push(expression.slice(node.from, node.to));
    },
  });
  return { metrics, parses };
}

const oneOf = (alarm, metric) =>
  alarm.includes('.<') ? metric?.startsWith(alarm.slice(0, alarm.indexOf('<'))) : metric === alarm;

export const rules = {
  alerts: ({ objects, alarms }) =>
    objects
      .filter(({ kind }) => kind === 'PrometheusRule')
      .flatMap(({ spec }) => {
        const all = spec.groups.flatMap((group) => group.rules);
        const names = all.map(({ alert }) => alert);
        return [
          ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} is there twice`),
          ...alarms
            .filter((alarm) => !all.some(({ labels }) => oneOf(alarm, labels?.metric)))
            .map((alarm) => `the runbook's alarm ${alarm} has no alert`),
          ...all.flatMap(({ alert, expr, labels = {}, annotations = {} }) => {
            const { metrics, parses } = read(String(expr));
            const wanted = PREFIX + String(labels.metric).replaceAll('.', '_');
            return [
              !parses && `${alert}: ${expr} is no PromQL`,
              parses && !(metrics.length === 1 && metrics[0] === wanted) && `${alert} asks for ${metrics}, its label says ${wanted}`,
              !alarms.some((alarm) => oneOf(alarm, labels.metric)) && `${alert}: ${labels.metric} is no alarm of jobs/RUNBOOK.md`,
              !SEVERITIES.includes(labels.severity) && `${alert}: severity ${labels.severity}, must be one of ${SEVERITIES}`,
              !annotations.summary && `${alert} has no summary`,
              annotations.runbook !== 'jobs/RUNBOOK.md#alarms' && `${alert} does not lead to the runbook`,
            ].filter(Boolean);
          }),
        ];
      }),

  'pod-monitor': ({ deployment, objects }) => {
    const monitors = objects.filter(({ kind }) => kind === 'PodMonitor');
    const rule = objects.some(({ kind }) => kind === 'PrometheusRule');
    return [
      rule && monitors.length !== 1 && `${monitors.length} PodMonitors: alerts need one`,
      ...monitors.flatMap(({ spec }) => [
        !(spec.selector.matchLabels?.app === deployment.metadata.name && spec.selector.matchLabels.type === 'flink-native-kubernetes') &&
          "the PodMonitor does not select Flink's pods",
        !spec.podMetricsEndpoints.some(({ port }) => port === 'metrics') && 'the PodMonitor does not ask the port metrics',
      ]),
    ].filter(Boolean);
  },
};
