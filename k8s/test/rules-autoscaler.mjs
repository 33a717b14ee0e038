// Rules over the operator's autoscaler: it scales inference and nothing else, within what the cluster has, and seldom.

const PREFIX = 'job.autoscaler.';
const IDS = `${PREFIX}vertex.exclude.ids`;
const KNOWN = ['enabled', 'vertex.exclude.ids', 'vertex.min-parallelism', 'vertex.max-parallelism', 'utilization.target', 'metrics.window',
  'stabilization.interval', 'scale-down.interval', 'scale-up.max-factor', 'scale-down.max-factor', 'quota.cpu', 'quota.memory', 'excluded.periods'];
const MAX_PARALLELISM = 128; // Flink's own for a vertex that says nothing, up to 85 subtasks at the first start
const OVERRIDES = 'pipeline.jobvertex-parallelism-overrides';

const minutes = (text) => {
  const [, number, unit] = /^(\d+) ?(min|h)$/.exec(text ?? '') ?? [];
  return Number(number) * (unit === 'h' ? 60 : 1);
};
const whole = (text) => (/^[1-9]\d*$/.test(text ?? '') ? Number(text) : NaN);

export const rules = {
  autoscaler: ({ spec, config, options, autoscaler }) => {
    const own = Object.keys(config).filter((key) => key.includes(PREFIX));
    const set = (name) => config[PREFIX + name];
    const overridden = OVERRIDES in config && `${OVERRIDES} is the autoscaler's to write: a vertex beside inference must not be scaled`;
    if (own.length === 0) return [overridden].filter(Boolean);
    const [least, most] = [whole(set('vertex.min-parallelism')), whole(set('vertex.max-parallelism'))];
    const inference = Number(options.values.get('parallelism.infer') ?? spec.job?.parallelism);
    const slots = whole(config['taskmanager.numberOfTaskSlots']);
    return [
      overridden,
      ...own.filter((key) => !key.startsWith(PREFIX) || !KNOWN.includes(key.slice(PREFIX.length))).map((key) => `${key} is no setting that this job wants`),
      set('enabled') !== 'true' && `${PREFIX}enabled is ${set('enabled')}: leave the component out instead`,
      config[IDS] !== autoscaler.excluded && `${IDS} is not that of components/autoscaler: a second submitter, or a sink without its marks, would cost money`,
      !(least >= inference) && `${PREFIX}vertex.min-parallelism is ${set('vertex.min-parallelism')}, below the ${inference} of the deployment: an idle queue says nothing of the load`,
      !(most >= least) && `${PREFIX}vertex.max-parallelism is ${set('vertex.max-parallelism')}, below the least`,
      !(most <= MAX_PARALLELISM) && `${PREFIX}vertex.max-parallelism is ${set('vertex.max-parallelism')}: Flink keeps room for ${MAX_PARALLELISM}`,
      most % slots !== 0 && `${PREFIX}vertex.max-parallelism is ${most}, no multiple of the ${slots} slots of a TaskManager, whose GPU would lie half idle`,
      !(Number(set('utilization.target')) > 0.3 && Number(set('utilization.target')) < 1) && `${PREFIX}utilization.target is ${set('utilization.target')}, must be above 0.3 and below 1`,
      !(minutes(set('metrics.window')) >= 5) && `${PREFIX}metrics.window is ${set('metrics.window')}: a few minutes say nothing`,
      !(minutes(set('stabilization.interval')) >= 10) && `${PREFIX}stabilization.interval is ${set('stabilization.interval')}: each rescale stops epochs, so 10 min at least`,
      !(minutes(set('scale-down.interval')) >= 60) && `${PREFIX}scale-down.interval is ${set('scale-down.interval')}: 1 h at least, or it goes up and down`,
      !(Number(set('scale-up.max-factor')) > 0 && Number(set('scale-up.max-factor')) <= 1) && `${PREFIX}scale-up.max-factor is ${set('scale-up.max-factor')}: twice as many at once is enough`,
      !(Number(set('scale-down.max-factor')) > 0 && Number(set('scale-down.max-factor')) <= 0.5) && `${PREFIX}scale-down.max-factor is ${set('scale-down.max-factor')}: half as many at once is enough`,
      spec.job?.upgradeMode !== 'savepoint' && `upgradeMode is ${spec.job?.upgradeMode}: a rescale goes through a savepoint, as an upgrade does`,
      (config['jobmanager.scheduler'] ?? 'default').toLowerCase() !== 'default' && `jobmanager.scheduler is ${config['jobmanager.scheduler']}: it would be rescaled in place, which was never tried`,
    ].filter(Boolean);
  },
};
