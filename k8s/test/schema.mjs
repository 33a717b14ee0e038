// Strict schemas: the operator's CRD for Flink's kinds, kubernetes-models for Kubernetes' own. An unknown kind or an
// unknown field is an error: an API server would refuse it, or drop it without a word.
import { readFileSync, readdirSync } from 'node:fs';
import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import Ajv from 'ajv';
import * as apps from 'kubernetes-models/apps/v1';
import * as batch from 'kubernetes-models/batch/v1';
import * as core from 'kubernetes-models/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { parse } from './render.mjs';

const CRDS = new URL('crds/', import.meta.url);
const ANY = true;
const METADATA = { name: ANY, namespace: ANY, labels: ANY, annotations: ANY };
const SELECTOR = { matchLabels: ANY, matchExpressions: ANY };

const PROBE = {
  httpGet: { path: ANY, port: ANY, httpHeaders: { name: ANY, value: ANY } },
  periodSeconds: ANY,
  failureThreshold: ANY,
};
const POD = {
  automountServiceAccountToken: ANY,
  terminationGracePeriodSeconds: ANY,
  securityContext: { runAsNonRoot: ANY, runAsUser: ANY, runAsGroup: ANY, fsGroup: ANY, seccompProfile: { type: ANY } },
  containers: {
    name: ANY,
    image: ANY,
    args: ANY,
    ports: { name: ANY, containerPort: ANY },
    resources: { requests: ANY, limits: ANY },
    securityContext: { allowPrivilegeEscalation: ANY, readOnlyRootFilesystem: ANY, capabilities: { drop: ANY } },
    startupProbe: PROBE,
    readinessProbe: PROBE,
    livenessProbe: PROBE,
    volumeMounts: { name: ANY, mountPath: ANY, readOnly: ANY },
  },
  volumes: {
    name: ANY,
    configMap: { name: ANY },
    emptyDir: { sizeLimit: ANY },
    persistentVolumeClaim: { claimName: ANY },
    secret: { secretName: ANY, defaultMode: ANY, optional: ANY, items: { key: ANY, path: ANY } },
  },
};

// kubernetes-models checks types and required fields but lets unknown fields pass, so each kind lists those it may use.
const FIELDS = {
  'v1/ConfigMap': { data: ANY },
  'v1/ServiceAccount': { automountServiceAccountToken: ANY },
  'v1/PersistentVolumeClaim': { spec: { accessModes: ANY, storageClassName: ANY, resources: { requests: ANY } } },
  'apps/v1/Deployment': {
    spec: { replicas: ANY, strategy: { type: ANY }, selector: SELECTOR, template: { metadata: { labels: ANY }, spec: POD } },
  },
  'batch/v1/Job': {
    spec: {
      backoffLimit: ANY,
      parallelism: ANY,
      ttlSecondsAfterFinished: ANY,
      template: {
        metadata: { labels: ANY },
        spec: { ...POD, restartPolicy: ANY, containers: { ...POD.containers, command: ANY, env: ANY, terminationMessagePath: ANY } },
      },
    },
  },
  'v1/Service': {
    spec: { type: ANY, clusterIP: ANY, selector: ANY, ports: { name: ANY, port: ANY, targetPort: ANY, protocol: ANY } },
  },
  'rbac.authorization.k8s.io/v1/Role': { rules: { apiGroups: ANY, resources: ANY, resourceNames: ANY, verbs: ANY } },
  'rbac.authorization.k8s.io/v1/RoleBinding': {
    roleRef: { apiGroup: ANY, kind: ANY, name: ANY },
    subjects: { apiGroup: ANY, kind: ANY, name: ANY, namespace: ANY },
  },
  'networking.k8s.io/v1/NetworkPolicy': {
    spec: {
      podSelector: SELECTOR,
      policyTypes: ANY,
      ingress: { from: { podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: ANY }, ports: { port: ANY, protocol: ANY } },
    },
  },
  'monitoring.coreos.com/v1/PodMonitor': {
    spec: { selector: SELECTOR, podMetricsEndpoints: { port: ANY, interval: ANY } },
  },
  'monitoring.coreos.com/v1/PrometheusRule': {
    spec: { groups: { name: ANY, rules: { alert: ANY, expr: ANY, for: ANY, labels: ANY, annotations: ANY } } },
  },
  'kafka.strimzi.io/v1/KafkaTopic': { spec: { topicName: ANY, partitions: ANY, replicas: ANY, config: ANY } },
  'kafka.strimzi.io/v1/KafkaUser': {
    spec: {
      authentication: { type: ANY },
      authorization: { type: ANY, acls: { resource: { type: ANY, name: ANY, patternType: ANY }, operations: ANY, host: ANY, type: ANY } },
      quotas: { producerByteRate: ANY, consumerByteRate: ANY, requestPercentage: ANY, controllerMutationRate: ANY },
    },
  },
  'kafka.strimzi.io/v1/KafkaNodePool': {
    spec: {
      replicas: ANY,
      roles: ANY,
      resources: { requests: ANY, limits: ANY },
      storage: { type: ANY, volumes: { id: ANY, type: ANY, size: ANY, class: ANY, kraftMetadata: ANY, deleteClaim: ANY } },
    },
  },
  'kafka.strimzi.io/v1/Kafka': {
    spec: {
      kafka: {
        version: ANY,
        metadataVersion: ANY,
        listeners: { name: ANY, port: ANY, type: ANY, tls: ANY, authentication: { type: ANY }, networkPolicyPeers: { podSelector: SELECTOR, namespaceSelector: SELECTOR } },
        authorization: { type: ANY, superUsers: ANY },
        config: ANY,
      },
      entityOperator: { topicOperator: ANY, userOperator: ANY },
    },
  },
};
const MODELS = { v1: core, 'apps/v1': apps, 'batch/v1': batch, 'monitoring.coreos.com/v1': monitoring, 'networking.k8s.io/v1': networking, 'rbac.authorization.k8s.io/v1': rbac };

const crdValidators = compileCrds();

/** What the schemas say against a rendered object, one message each; empty when it is valid. */
export function schemaErrors(object) {
  const kind = `${object.apiVersion}/${object.kind}`;
  const messages = unknownFields(object.metadata ?? {}, METADATA, '/metadata');
  if (crdValidators.has(kind)) {
    messages.push(...crdErrors(crdValidators.get(kind), object));
  } else if (FIELDS[kind]) {
    const { apiVersion, kind: _, metadata, ...body } = object;
    messages.push(...unknownFields(body, FIELDS[kind], ''), ...modelErrors(object));
  } else {
    messages.push(`kind ${kind} has no schema here; add its CRD to test/crds or its fields to test/schema.mjs`);
  }
  return messages.map((message) => `${object.kind} ${object.metadata?.name}: ${message}`);
}

function crdErrors(validate, object) {
  if (validate(object)) return [];
  return validate.errors.map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

function modelErrors(object) {
  const Model = MODELS[object.apiVersion]?.[object.kind];
  if (!Model) return []; // Strimzi's: its fields are told above, all the rest is StrimziManifestsTest's
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

function unknownFields(value, allowed, path) {
  if (allowed === ANY || value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => unknownFields(item, allowed, `${path}/${i}`));
  return Object.entries(value).flatMap(([key, field]) =>
    key in allowed ? unknownFields(field, allowed[key], `${path}/${key}`) : [`${path}/${key} is not a known field`],
  );
}

function compileCrds() {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const validators = new Map();
  for (const file of readdirSync(CRDS).filter((name) => name.endsWith('.yml'))) {
    const [crd] = parse(readFileSync(new URL(file, CRDS), 'utf8'), file);
    const { group, names, versions } = crd.spec;
    for (const version of versions) {
      const schema = strict(version.schema.openAPIV3Schema);
      Object.assign(schema.properties, { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: {} });
      validators.set(`${group}/${version.name}/${names.kind}`, ajv.compile(schema));
    }
  }
  return validators;
}

/** A structural schema of Kubernetes as plain JSON Schema that refuses unknown fields, as the API server does. */
function strict(schema) {
  const result = { ...schema };
  if (schema['x-kubernetes-int-or-string']) {
    delete result.anyOf;
    result.type = ['integer', 'string'];
  }
  if (schema.nullable) result.type = [result.type, 'null'].flat();
  if (schema.items) result.items = strict(schema.items);
  if (typeof schema.additionalProperties === 'object') result.additionalProperties = strict(schema.additionalProperties);
  if (schema.properties) {
    result.properties = Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, strict(value)]));
    if (!schema['x-kubernetes-preserve-unknown-fields'] && schema.additionalProperties === undefined) {
      result.additionalProperties = false;
    }
  }
  return result;
}
