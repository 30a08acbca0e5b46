// An object of the API as a person reads it: without what the server keeps for itself, and the same text for the same object. Pure.
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';

export type Fields = Readonly<Record<string, unknown>>;

/** Set by the server alone, at every write. */
const KEPT_BY_SERVER: ReadonlySet<string> = new Set([
  ...['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'],
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Written with the time of the request where a condition is set. */
const TIMES: ReadonlySet<string> = new Set([
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'lastHeartbeatTime',
]);

/** Volumes of tokens are named anew at each creation, and each dry run. */
const MADE_VOLUME = /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** What the server fills in where nothing was said; shown where it is anything else. */
const DEFAULTS: readonly (readonly [string, unknown])[] = [
  ['terminationMessagePath', '/dev/termination-log'],
  ['terminationMessagePolicy', 'File'],
  ['dnsPolicy', 'ClusterFirst'],
  ['schedulerName', 'default-scheduler'],
  ['terminationGracePeriodSeconds', 30],
  ['progressDeadlineSeconds', 600],
  ['revisionHistoryLimit', 10],
  ['enableServiceLinks', true],
  ['preemptionPolicy', 'PreemptLowerPriority'],
  ['priority', 0],
  ['protocol', 'TCP'],
  ['sessionAffinity', 'None'],
  ['internalTrafficPolicy', 'Cluster'],
  ['securityContext', {}],
  ['resources', {}],
  ['strategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } }],
];

/** How the server lets a pod reach it, and how long a pod may stay on a node that is away. */
const USUAL_SOURCES = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
];
const TOKEN_VOLUME = 'kube-api-access-(made by the server)';
const USUAL_PARTS: readonly unknown[] = [
  { name: TOKEN_VOLUME, projected: { sources: USUAL_SOURCES, defaultMode: 420 } },
  { name: TOKEN_VOLUME, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ...['not-ready', 'unreachable'].map((state) => ({
    ...{ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  })),
];

/** What decides what runs comes first, what may be filled with anything comes last. */
const ORDER = [
  ...['apiVersion', 'kind', 'type', 'spec', 'securityContext', ''],
  ...['metadata', 'labels', 'annotations', 'stringData', 'data', 'binaryData'],
];

/** Both without noise; a status that the request does not change is left out of both. */
export function quietPair(before: unknown, after: unknown): readonly [unknown, unknown] {
  const isSame = isDeepStrictEqual(inside(before, 'status'), inside(after, 'status'));
  return [quiet(before, isSame), quiet(after, isSame)];
}

/** A new object, or one that goes. `hasOwnStatus`: its status is the server's, whatever was sent. */
export const quietAlone = (object: unknown, hasOwnStatus: boolean): unknown =>
  withoutDefaults(quiet(object, hasOwnStatus));

function quiet(object: unknown, leavesOutStatus: boolean): unknown {
  if (!isFields(object)) return object;
  const uid = inside(inside(object, 'metadata'), 'uid');
  const { metadata, status, ...rest } = object;
  const shown = {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: quietMetadata(metadata) }),
    ...(status === undefined || leavesOutStatus ? {} : { status: withoutTimes(status) }),
  };
  return steady(shown, typeof uid === 'string' && uid !== '' ? uid : undefined);
}

function quietMetadata(metadata: unknown): unknown {
  if (!isFields(metadata)) return metadata;
  const kept = Object.entries(metadata).filter(([name]) => !KEPT_BY_SERVER.has(name));
  const { annotations, ...rest } = Object.fromEntries(kept);
  if (!isFields(annotations)) return { ...rest, ...(annotations === undefined ? {} : { annotations }) };
  const others = Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED);
  return { ...rest, ...(others.length === 0 ? {} : { annotations: Object.fromEntries(others) }) };
}

/** An object's own uid stands in labels of its parts (jobs), and is another one at each dry run. */
function steady(value: unknown, uid: string | undefined): unknown {
  if (typeof value === 'string') {
    if (MADE_VOLUME.test(value)) return TOKEN_VOLUME;
    return uid === undefined ? value : value.replaceAll(uid, '(uid)');
  }
  if (Array.isArray(value)) return value.map((item) => steady(item, uid));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, steady(inner, uid)]));
}

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !TIMES.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutTimes(inner)]));
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !USUAL_PARTS.some((usual) => isDeepStrictEqual(item, usual))).map(withoutDefaults);
  }
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, inner]) =>
      inner !== null && !DEFAULTS.some(([known, usual]) => known === name && isDeepStrictEqual(inner, usual)),
  );
  const shown = kept.map(([name, inner]): readonly [string, unknown] => [name, withoutDefaults(inner)]);
  return Object.fromEntries(shown.filter(([name, inner]) => !isEmptied(inner, value[name])));
}

const isEmptied = (shown: unknown, whole: unknown): boolean =>
  Array.isArray(shown) && shown.length === 0 && Array.isArray(whole) && whole.length > 0;

/** Beyond this size YAML takes long to print. */
const LARGE = 128 * 1024;

/** As YAML, large objects as JSON in lines, fields in a fixed order. Empty for nothing. */
export function yamlLines(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const sorted = inOrder(value);
  if (JSON.stringify(sorted).length > LARGE) return JSON.stringify(sorted, null, 2).split('\n');
  // As kubectl prints it (1.1): texts that are a number, a date or a switch for some readers are in quotes.
  const text = stringify(sorted, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
  return text.replace(/\n$/, '').split('\n');
}

/** Single values before objects, objects before lists: the longest, such as a list of variables, hide nothing behind them. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isFields(value)) return value;
  const fields = Object.entries(value).sort(
    ([a, left], [b, right]) => rank(a) - rank(b) || sizeOf(left) - sizeOf(right) || (a < b ? -1 : 1),
  );
  return Object.fromEntries(fields.map(([name, inner]) => [name, inOrder(inner)]));
}

const sizeOf = (value: unknown): number => (Array.isArray(value) ? 2 : isFields(value) ? 1 : 0);

function rank(name: string): number {
  const at = ORDER.indexOf(name);
  return at === -1 ? ORDER.indexOf('') : at;
}

export const inside = (value: unknown, name: string): unknown =>
  isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
