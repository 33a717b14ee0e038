// Alerts in Prometheus' own hands: promtool reads the rules, and for each alert runs a series that stays just within its limit,
// and one that leaves it, which must fire after its delay and no sooner, with the labels and the text that people get.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { parse } from './render.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MINUTES = 240;
const STARTS = 60; // minute from which the fault lasts

const level = (within, beyond) => ({ within: `${within}+0x${MINUTES}`, beyond: `${within}+0x${STARTS - 1} ${beyond}+0x${MINUTES - STARTS}` });
const flag = level(0, 1);
/** Of what only rises, a minute. */
const rate = (within, beyond) => ({ within: `7+${within}x${MINUTES}`, beyond: `7+${within}x${STARTS - 1} ${7 + within * STARTS}+${beyond}x${MINUTES - STARTS}` });
/** Of what is counted when a program starts, before anyone has looked: the first value is it. */
const atStart = { within: `0x${MINUTES}`, beyond: `_x${STARTS} 8x${MINUTES - STARTS}` };
const never = { within: `7+0x${MINUTES}`, beyond: `7+0x${STARTS - 1} 8+0x${MINUTES - STARTS}` };

// Values of the metric: as far as they may go, and too far.
const SERIES = {
  MillraceUnsettledValueHigh: level(750e9, 750e9 + 1),
  MillraceUnsettledPartsHigh: level(512, 513),
  MillraceSettlementLate: level(7_200_000, 7_200_001),
  MillraceSubmitterWaits: flag,
  MillraceFeeCapped: flag,
  MillraceGasCapped: flag,
  MillraceBondMissing: level(0, 1),
  MillraceSettlerOutOfFunds: flag,
  MillraceSettlerLowOnFunds: flag,
  MillraceSubmitErrorsUnknown: never,
  MillraceSubmitRpcFailures: rate(0.6, 2),
  MillraceSubmitterHalted: flag,
  MillraceChainRpcFailures: rate(0.6, 2),
  MillraceChainReorganised: rate(0.08, 2),
  MillraceNodeContradicted: never,
  MillraceNodesTakeTurns: rate(0.04, 2),
  MillraceChainReadLate: level(600, 601),
  MillraceGateCatchingUp: level(0, 1),
  MillraceGateUnsettledValue: level(1, 2),
  MillraceGateChainSilent: level(4, 3),
  MillraceGateUnsettledParts: level(3, 4),
  MillraceLedgerHidden: level(300_000, 300_001),
  MillraceMarksUnseen: level(90_000, 90_001),
  MillraceGateMissing: flag,
  MillraceClockStands: level(60_000, 60_001),
  MillracePartitionHeld: level(60_000, 60_001),
  MillraceTransactionsEnded: never,
  MillraceMayNotEndTransactions: flag,
  MillraceForgedRequests: rate(99, 200),
  MillraceMalformedRequests: rate(99, 200),
  MillraceRequestsLost: atStart,
  MillraceChargesUnknown: never,
  MillraceEscapeShortfall: flag,
  MillraceTasksFailed: never,
  MillraceModelRefused: flag,
  MillraceWatcherStands: level(300, 301),
  MillraceWatcherReadsNothing: level(1, 0),
  MillraceWatcherCaseOpen: flag,
  MillraceWatcherFaultProven: never,
  MillraceWatcherRefused: never,
  MillraceWatcherTooLate: never,
  MillraceDefenderLate: level(32_400, 32_399),
  MillraceDefenderFindsNothing: flag,
  MillraceDefenderMissed: never,
  MillraceDefenderSpends: level(5e17, 6e17),
  MillraceDefenderStands: level(60, 61),
};
const FILES = ['metrics', 'watch', 'defend'].map((component) => `../components/${component}/alerts.yaml`);
// What the series of a program are labelled with, by what their names begin with.
const LABELS = { flink: { namespace: 'millrace', job_name: 'millrace' }, millrace: { namespace: 'millrace', job: 'court' } };
// Longest that a fault may need until the expression sees it: the range of the slowest increase.
const SEEN_WITHIN = 60;

/** What promtool has against the alerts of the components; a row for each alert, and none besides. */
export function alertTestErrors() {
  const groups = FILES.flatMap((file) => parse(readFileSync(here(file), 'utf8'), file)[0].spec.groups);
  const alerts = groups.flatMap(({ rules }) => rules);
  const names = alerts.map(({ alert }) => alert);
  const errors = [
    ...names.filter((name) => !SERIES[name]).map((name) => `${name} has no series here that makes it fire`),
    ...Object.keys(SERIES).filter((name) => !names.includes(name)).map((name) => `${name} is no alert any more`),
  ];
  if (errors.length) return errors;
  mkdirSync(here('target/alerts'), { recursive: true });
  writeFileSync(here('target/alerts/rules.yaml'), stringify({ groups }));
  const tests = alerts.flatMap(({ alert, ...rule }) => [within(alert, rule), beyond(alert, rule)]);
  writeFileSync(here('target/alerts/tests.yaml'), stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
  return promtool();
}

function promtool() {
  const run = spawnSync('promtool', ['test', 'rules', here('target/alerts/tests.yaml')], { encoding: 'utf8' });
  if (run.error?.code === 'ENOENT') return ['there is no promtool; it is in the Debian package prometheus, see README.md'];
  if (run.error) throw run.error;
  return run.status === 0 ? [] : [`promtool test rules: ${run.stdout}${run.stderr}`];
}

const metricOf = ({ expr }) => expr.match(/(flink|millrace)_\w+/);
const labelsOf = (rule) => LABELS[metricOf(rule)[1]];

/** One that the rule asks for: of several values of a label the first. */
function series(rule, values) {
  const asked = [...rule.expr.matchAll(/(\w+)=~?"([^"|]+)/g)].map(([, name, value]) => [name, value]);
  const labels = [...Object.entries(labelsOf(rule)), ...asked].map(([name, value]) => `${name}="${value}"`);
  return [{ series: `${metricOf(rule)[0]}{${labels.join(',')},instance="one"}`, values }];
}

function within(alert, rule) {
  return {
    name: `${alert} within its limit`,
    interval: '1m',
    input_series: series(rule, SERIES[alert].within),
    alert_rule_test: [{ eval_time: `${MINUTES}m`, alertname: alert, exp_alerts: [] }],
  };
}

function beyond(alert, rule) {
  const delay = Number(rule.for?.match(/^(\d+)m$/)?.[1] ?? 0);
  const ranged = rule.expr.includes('increase(');
  const fires = { exp_labels: { ...labelsOf(rule), ...rule.labels }, exp_annotations: rule.annotations };
  const at = (minute, alerts) => ({ eval_time: `${minute}m`, alertname: alert, exp_alerts: alerts });
  return {
    name: `${alert} beyond it`,
    interval: '1m',
    input_series: series(rule, SERIES[alert].beyond),
    alert_rule_test: [
      at(STARTS - 1, []),
      ...(ranged ? [] : [at(STARTS + delay - 1, []), at(STARTS + delay, [fires])]),
      ...(ranged && SERIES[alert] === never ? [at(STARTS + 2, [fires]), at(STARTS + SEEN_WITHIN + 1, [])] : []),
      ...(ranged && SERIES[alert] !== never ? [at(STARTS + SEEN_WITHIN, [fires])] : []),
    ],
  };
}
