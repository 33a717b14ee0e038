// Rules over alerts: each alarm of the runbook has one, each figure of watcher and defender that wants one too, and each asks
// for a metric that the job or the two report, in PromQL.
import { parser } from '@prometheus-io/lezer-promql';

// As Flink's reporter names what an operator registers: the logical scope, then group and name.
const PREFIX = 'flink_taskmanager_job_task_operator_';
// Programs whose figures have alerts of their own, in a rule and a monitor of the same name.
const COURT = { 'millrace-watch': ['millrace_watch_', 'watch-the-watcher'], 'millrace-defend': ['millrace_defend_', 'watch-the-defender'] };
const SEVERITIES = ['page', 'warn'];

/** Metrics that the runbook's table of alarms has, without those that come once a code. */
export function documentedAlarms(page) {
  const table = page.match(/<!-- table metrics -->([\s\S]*?)<!-- end -->/)?.[1] ?? '';
  const alarms = [...table.matchAll(/^\| `([^`]+)` \|.*\| alarm \|$/gm)].map(([, metric]) => metric);
  if (alarms.length === 0) throw new Error('jobs/RUNBOOK.md has no table of metrics with alarms');
  return alarms;
}

/** Figures of watcher and defender by jobs/watch/README.md: all of them, and whether they are alarmed on. */
export function documentedFigures(page) {
  const tables = [...page.matchAll(/<!-- table (?:defend )?figures -->([\s\S]*?)<!-- end -->/g)].map(([, table]) => table).join('');
  const rows = [...tables.matchAll(/^\| `(\w+)`.* \|(.*)\|$/gm)].map(([, name, alarm]) => ({ name, alarmed: alarm.trim() !== '' }));
  if (rows.length === 0) throw new Error('jobs/watch/README.md has no table of figures');
  return rows;
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

const rulesNamed = (objects, name) => objects.filter(({ kind, metadata }) => kind === 'PrometheusRule' && metadata.name === name);

/** What is wrong with alerts of which each names its metric in a label. */
function alertProblems({ spec }, { inPromql, isAlarm, unheard, runbook }) {
  const all = spec.groups.flatMap((group) => group.rules);
  const names = all.map(({ alert }) => alert);
  return [
    ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} is there twice`),
    ...unheard(all.map(({ labels }) => labels?.metric)),
    ...all.flatMap(({ alert, expr, labels = {}, annotations = {} }) => {
      const { metrics, parses } = read(String(expr));
      const wanted = inPromql(String(labels.metric));
      return [
        !parses && `${alert}: ${expr} is no PromQL`,
        parses && !(metrics.length === 1 && metrics[0] === wanted) && `${alert} asks for ${metrics}, its label says ${wanted}`,
        !isAlarm(labels.metric) && `${alert}: ${labels.metric} is no alarm of ${runbook}`,
        !SEVERITIES.includes(labels.severity) && `${alert}: severity ${labels.severity}, must be one of ${SEVERITIES}`,
        !annotations.summary && `${alert} has no summary`,
        annotations.runbook !== runbook && `${alert} does not lead to ${runbook}`,
      ].filter(Boolean);
    }),
  ];
}

export const rules = {
  alerts: ({ objects, alarms }) =>
    rulesNamed(objects, 'millrace').flatMap((rule) =>
      alertProblems(rule, {
        inPromql: (metric) => PREFIX + metric.replaceAll('.', '_'),
        isAlarm: (metric) => alarms.some((alarm) => oneOf(alarm, metric)),
        unheard: (asked) => alarms.filter((alarm) => !asked.some((metric) => oneOf(alarm, metric))).map((alarm) => `the runbook's alarm ${alarm} has no alert`),
        runbook: 'jobs/RUNBOOK.md#alarms',
      }),
    ),

  'court-alerts': ({ objects, figures, web }) =>
    Object.entries(COURT).flatMap(([program, [prefix, section]]) => {
      const found = rulesNamed(objects, program);
      const alarmed = figures.filter(({ name, alarmed: is }) => is && name.startsWith(prefix)).map(({ name }) => name);
      return [
        ...(program in web && found.length !== 1 ? [`${found.length} PrometheusRules named ${program}, must be 1`] : []),
        ...found.flatMap((rule) =>
          alertProblems(rule, {
            inPromql: (metric) => metric,
            isAlarm: (metric) => alarmed.includes(metric),
            unheard: (asked) => alarmed.filter((name) => !asked.includes(name)).map((name) => `${name} is to be alarmed on and has no alert`),
            runbook: `jobs/watch/README.md#${section}`,
          }),
        ),
      ];
    }),

  'court-monitor': ({ objects, web }) =>
    Object.entries(web)
      .filter(([name]) => name in COURT)
      .flatMap(([name, { spec }]) => {
        const monitors = objects.filter((object) => object.kind === 'PodMonitor' && object.spec.selector.matchLabels?.app === spec.template.metadata.labels.app);
        return [
          monitors.length !== 1 && `${monitors.length} PodMonitors select ${name}, must be 1`,
          ...monitors.map((monitor) => !monitor.spec.podMetricsEndpoints.some(({ port }) => port === 'metrics') && `the PodMonitor of ${name} does not ask the port metrics`),
        ].filter(Boolean);
      }),

  'pod-monitor': ({ deployment, objects, web }) => {
    const monitors = objects.filter(({ kind, spec }) => kind === 'PodMonitor' && !(spec.selector.matchLabels?.app in web));
    const rule = rulesNamed(objects, 'millrace').length > 0;
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
