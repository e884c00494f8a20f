import { CONTROL_VERBS } from '@muster/model';
import type { FeedEventType } from './feed-event';
import type { JsonType, KindField } from './kind-field';

/** What an event of one kind says. A reader passes over members that it does not know: they may be added. */
export interface EventKind {
  /** When it is told, as half a sentence. */
  readonly when: string;
  /** Members of `subject` that it always has. */
  readonly subject: readonly string[];
  /** Members of `data`; a name with a question mark may be absent. */
  readonly data: Readonly<Record<string, KindField>>;
}

const field = (meaning: string, ...types: JsonType[]): KindField => ({ types, meaning });
const text = (meaning: string) => field(meaning, 'string');
const maybe = (meaning: string) => field(meaning, 'string', 'null');
const integer = (meaning: string) => field(meaning, 'integer');

const who = text('the token or program that asked');
const why = maybe('the reason given');
const reason = maybe('one sentence, for people');

const bundle = { kind: text('`release` or `plugin`'), name: text('its name'), version: text('its version') };

const transactionState = (when: string): EventKind => ({
  when,
  subject: ['transaction', 'cluster'],
  data: { text: maybe('why, for people') },
});

const taskEnd = (when: string): EventKind => ({
  when,
  subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
  data: {
    'cause?': text('what made it end so: `attempt`, `condition`, `dependency`, `node-failed`, ...'),
    'reason?': reason,
    'culprit?': text('the task whose failure is behind it'),
  },
});

const operationEnd = (when: string, more: EventKind['data']): EventKind => ({
  when,
  subject: ['operation'],
  data: { operation: text('the `operationId` of the API'), who, ...more },
});

const problems = field('each with `code`, `subject`, `summary`; at most twenty', 'array');

/** Every kind that the feed tells. Its page is written from it: `node tools/events-doc.mjs`. */
export const EVENT_KINDS: Readonly<Record<FeedEventType, EventKind>> = {
  'operation.started': operationEnd('somebody asked the planner for a change, and it has begun', {}),
  'operation.succeeded': operationEnd('the change is made; the last event of its operation', {
    result: field('what is to be known of the answer, as `transaction`, `revision`, `changed`', 'object'),
  }),
  'operation.refused': operationEnd('nothing was changed, for these problems; the last event of its operation', {
    problems,
  }),
  'operation.failed': operationEnd('the planner failed; the last event of its operation', { problems }),
  'operation.interrupted': operationEnd(
    'its planner died: the change was made as a whole or not at all; the last event of its operation',
    {},
  ),
  'transaction.created': {
    when: 'a transaction was accepted',
    subject: ['transaction', 'cluster'],
    data: { graphs: field('graph types in order', 'array'), revision: integer('of the cluster'), who, why },
  },
  'transaction.running': transactionState('an executor has begun with a graph, or goes on'),
  'transaction.paused': transactionState('nothing new starts until somebody resumes'),
  'transaction.draining': transactionState('what runs is finished, then it ends'),
  'transaction.ended': {
    when: 'a transaction has ended; once for each time that it was started or resumed',
    subject: ['transaction', 'cluster'],
    data: {
      state: text('the outcome: `succeeded`, `failed`, `stopped`, `cancelled`, ...'),
      text: maybe('why, for people'),
      'who?': text('who had started it'),
      'run?': integer('its last run'),
      'problems?': field('why it could not start or go on', 'array'),
    },
  },
  'transaction.control': {
    when: 'a control took effect',
    subject: ['transaction', 'cluster'],
    data: {
      command: text('id of the command, which is also its operation'),
      verb: text(`\`force-close\` or one of ${CONTROL_VERBS.map((verb) => `\`${verb}\``).join(', ')}`),
      who,
      why,
      'tasks?': field('addresses', 'array'),
      'limit?': field('`key` and `amount`', 'object'),
      'event?': text('of a signal'),
      'run?': integer('the run that it began'),
      'tooLate?': field('it changed nothing: the graph had just ended, or its tasks had gone on', 'boolean'),
    },
  },
  'task.running': {
    when: 'an attempt has started',
    subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
    data: { attempt: integer('counts from 1') },
  },
  'task.retrying': {
    when: 'an attempt failed, and another follows',
    subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
    data: { notBefore: text('when, at the earliest'), reason },
  },
  'task.held': {
    when: 'a task waits for a person to retry, skip or cancel',
    subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
    data: { cause: text('`onFailure` or `lost`'), reason },
  },
  'task.lost': {
    when: 'nobody can tell whether an attempt ran',
    subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
    data: { attempt: integer('counts from 1'), reason },
  },
  'task.reopened': {
    when: 'a task that had ended is done again',
    subject: ['transaction', 'deployment', 'cluster', 'task', 'node'],
    data: {},
  },
  'task.succeeded': taskEnd('a task has ended well'),
  'task.failed': taskEnd('a task has ended badly, after its last attempt'),
  'task.skipped': taskEnd('a task is deliberately not done'),
  'task.blocked': taskEnd('something that it needs did not succeed'),
  'task.cancelled': taskEnd('a task was ended by somebody'),
  'task.not-run': taskEnd('a task will not start'),
  'webhook.disabled': {
    when: 'a webhook failed for too long, or its receiver is gone; nothing more is sent until somebody makes it active',
    subject: [],
    data: {
      webhook: text('its name'),
      why: text('for people'),
      failure: maybe('of the last try'),
      number: integer('of the event that it did not take'),
    },
  },
  'cluster.revised': {
    when: 'a cluster has a new revision',
    subject: ['cluster'],
    data: {
      ...{ revision: integer('its number'), hash: text('of its content'), who },
      'why?': why,
      'change?': field('what was changed, in a word or a sentence', 'string', 'null', 'object'),
    },
  },
  'cluster.deleted': { when: 'a cluster was deleted', subject: ['cluster'], data: {} },
  'bundle.published': {
    when: 'a release or plugin was published',
    subject: [],
    data: { ...bundle, digest: text('of its content') },
  },
  'bundle.retired': { when: 'it is not offered any more', subject: [], data: { ...bundle, who, why } },
  'bundle.restored': { when: 'it is offered again', subject: [], data: { ...bundle, who } },
  'bundle.deleted': {
    when: 'it was removed; no cluster needed it',
    subject: [],
    data: { ...bundle, digest: text('of its content'), who },
  },
  'node.registered': {
    when: 'a node is known',
    subject: ['node'],
    data: { address: maybe('how it is reached'), 'who?': text('who registered it') },
  },
  'node.changed': {
    when: 'what is told of a node is other than before',
    subject: ['node'],
    data: { changed: field('names of the fields', 'array'), who },
  },
  'node.state': {
    when: 'a node has moved to another state',
    subject: ['node'],
    data: { from: text('the state before'), to: text('the state now'), who: maybe('who moved it') },
  },
  'node.online': { when: 'a node answers again', subject: ['node'], data: { why: maybe('null') } },
  'node.offline': { when: 'a node does not answer', subject: ['node'], data: { why: maybe('what was seen instead') } },
  'node.inspected': {
    when: 'a node has told its facts',
    subject: ['node'],
    data: {
      inspection: maybe('the inspection that asked'),
      changed: field('facts that are other than before', 'array'),
    },
  },
  'node.inspect-failed': {
    when: 'a node could not be inspected, and is not asked again',
    subject: ['node'],
    data: { inspection: maybe('the inspection that asked'), attempts: integer('how often it was tried'), problems },
  },
  'inspection.started': {
    when: 'several nodes are to be inspected',
    subject: [],
    data: { inspection: text('its id'), nodes: integer('how many'), who, why },
  },
  'inspection.ended': {
    when: 'all nodes of an inspection are done; its last event',
    subject: [],
    data: {
      inspection: text('its id'),
      succeeded: integer('nodes that told their facts'),
      failed: integer('nodes that did not'),
    },
  },
  'node.power': {
    when: 'a node was to be switched on or off',
    subject: ['node'],
    data: {
      action: text('on, off or cycle'),
      outcome: text('done, failed, or unknown where nobody answered'),
      who,
    },
  },
  'profile.changed': {
    when: 'a profile was made, or says other rules',
    subject: [],
    data: { profile: text('its name'), created: field('it was not there before', 'boolean'), who },
  },
  'profile.removed': { when: 'a profile was removed', subject: [], data: { profile: text('its name'), who } },
  'node.removed': { when: 'a node is forgotten', subject: ['node'], data: {} },
  'pool.set': {
    when: 'a pool was made or changed',
    subject: [],
    data: { pool: text('its name'), slots: integer('tasks at once') },
  },
  'pool.removed': { when: 'a pool was removed', subject: [], data: { pool: text('its name') } },
  'project.created': { when: 'a project was made', subject: [], data: { project: text('its name'), who } },
  'project.archived': {
    when: 'a project takes no more changes',
    subject: [],
    data: { project: text('its name'), who },
  },
  'project.restored': { when: 'a project takes changes again', subject: [], data: { project: text('its name'), who } },
};
