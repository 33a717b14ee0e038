// Grafana's dashboards, from the short form in components/metrics/dashboards/*.yaml: Grafana reads only JSON, people only the
// other. {{admit.unsettledNano}} in a query is that metric of jobs/RUNBOOK.md under the name that Flink's reporter gives it.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from './render.mjs';

const FOLDER = fileURLToPath(new URL('../components/metrics/dashboards', import.meta.url));
const OPERATOR = 'flink_taskmanager_job_task_operator_';
const SCOPE = 'namespace=~"$namespace",job_name=~"$job"';
const CLUSTER = 'namespace=~"$namespace"'; // of processes, which run more than a job
const WIDTH = 24;
const PANEL = { w: 6, h: 7 };

/** The text of each dashboard by the name of its file in components/metrics/dashboards. */
export function dashboards() {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => [name.replace(/yaml$/, 'json'), text(dashboard(parse(readFileSync(`${FOLDER}/${name}`, 'utf8'), name)[0]))]);
}

/** A line for each panel, so that a change of one is a change of a line. */
function text({ panels, ...rest }) {
  const lines = panels.map((panel) => `    ${JSON.stringify(panel)}`);
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, '');
  return `${head},\n  "panels": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** PromQL with the metrics' full names, each within what the viewer has chosen. */
export function expanded(query) {
  return query.replace(/\{\{([\w.*]+)\}\}/g, (_, name) => {
    if (name.startsWith('flink_')) return `${name}{${name.includes('_Status_') ? CLUSTER : SCOPE}}`;
    const full = OPERATOR + name.replaceAll('.', '_');
    return full.endsWith('_*') ? `{__name__=~"${full.slice(0, -1)}.+",${SCOPE}}` : `${full}{${SCOPE}}`;
  });
}

function dashboard({ uid, title, rows }) {
  const panels = [];
  let y = 0;
  for (const row of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y, w: WIDTH, h: 1 }, panels: [] });
    y += 1;
    row.panels.forEach((panel, i) => {
      const gridPos = { x: (i * PANEL.w) % WIDTH, y: y + Math.floor((i * PANEL.w) / WIDTH) * PANEL.h, ...PANEL };
      panels.push(timeSeries(panels.length + 1, gridPos, panel));
    });
    y += Math.ceil((row.panels.length * PANEL.w) / WIDTH) * PANEL.h;
  }
  return {
    uid,
    title,
    tags: ['millrace'],
    editable: false,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        variable('namespace', 'label_values(flink_jobmanager_job_numRestarts, namespace)'),
        variable('job', 'label_values(flink_jobmanager_job_numRestarts{namespace=~"$namespace"}, job_name)'),
      ],
    },
    panels,
  };
}

/** All is the start: without labels of Kubernetes it still matches. */
function variable(name, query) {
  return { name, type: 'query', datasource: source(), query, refresh: 2, multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } };
}

function timeSeries(id, gridPos, { title, about, unit, queries }) {
  return {
    id,
    type: 'timeseries',
    title,
    description: about,
    gridPos,
    datasource: source(),
    fieldConfig: { defaults: { unit, custom: { fillOpacity: 8, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: Object.entries(queries).map(([legend, query], i) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + i),
      expr: expanded(query),
      legendFormat: legend,
    })),
  };
}

function source() {
  return { type: 'prometheus', uid: '$source' };
}
