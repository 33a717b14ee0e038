// Rules over a NetworkPolicy, where an overlay has one: it closes our pods and shuts out nobody who is needed.

const FLINK = 'flink-native-kubernetes';
const ours = (selector, name) => selector?.matchLabels?.app === name && selector.matchLabels.type === FLINK;

export const rules = {
  'network-policy': ({ deployment, config, objects, web }) =>
    objects
      .filter(({ kind, spec }) => kind === 'NetworkPolicy' && !(spec.podSelector.matchLabels?.app in web)) // those have rules of their own
      .flatMap(({ spec }) => {
        const { name } = deployment.metadata;
        const rulesIn = spec.ingress ?? [];
        const among = (rule) => rule.from?.some((peer) => !peer.namespaceSelector && ours(peer.podSelector, name)) && !rule.ports;
        const opens = (port) => rulesIn.filter(({ ports }) => ports?.some((it) => String(it.port) === port));
        return [
          !ours(spec.podSelector, name) && `the policy does not select Flink's pods of ${name}`,
          !spec.policyTypes?.includes('Ingress') && 'the policy does not close the pods to connections',
          spec.policyTypes?.includes('Egress') && 'the policy shuts the pods in: Kafka, nodes and stores lie anywhere',
          ...rulesIn.filter(({ from }) => !from?.length).map(() => 'a rule without from lets everyone in'),
          ...rulesIn
            .flatMap(({ from = [] }) => from)
            .filter((peer) => peer.ipBlock || !Object.keys(peer.podSelector?.matchLabels ?? {}).length)
            .map(() => 'a peer is not chosen by its labels'),
          !rulesIn.some(among) && 'JobManager and TaskManagers cannot reach each other on every port',
          opens(config['rest.port']).length === 0 && `the operator cannot reach port ${config['rest.port']}`,
          opens('metrics').length === 0 && 'Prometheus cannot reach the port metrics',
        ].filter(Boolean);
      }),
};
