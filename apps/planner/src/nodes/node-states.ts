/**
 * The life of a machine here. Whether it answers is told apart (`online`): a machine that has been deployed and is switched off is both.
 * Names are the field's where it has one; its `discover` is `discovered` here.
 */
export const NODE_STATES = [
  /** Registered; nobody has accepted its host key. */
  'new',
  /** Its host key is accepted; nothing is known of it yet. */
  'enrolled',
  /** Its facts are known. */
  'discovered',
  'provisioning',
  'provisioned',
  'deploying',
  /** Whatever was last deployed to it succeeded there. */
  'ready',
  /** Something failed on it. */
  'error',
  /** A deployment ended before it was done there. */
  'stopped',
  /** It is being erased. */
  'removing',
  /** Kept on record, and not to be used. */
  'retired',
] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** While in one of these, a deployment is at work on the node. */
export const BUSY_STATES: readonly NodeState[] = ['provisioning', 'deploying', 'removing'];

const RESTING: readonly NodeState[] = ['enrolled', 'discovered', 'provisioned', 'ready', 'error', 'stopped'];

interface NodeMove {
  readonly from: readonly NodeState[];
  /** `known`: `new`, `enrolled` or `discovered`, by what is known of the machine. `before`: where it was before it was busy. */
  readonly to: NodeState | 'known' | 'before';
}

/** Every move there is. What is not here is refused when a person asks for it, and left out when a deployment tells of it. */
export const NODE_MOVES = {
  enrol: { from: ['new'], to: 'known' },
  inspect: { from: ['enrolled', 'discovered'], to: 'known' },
  'provision-start': { from: [...RESTING, 'provisioning', 'deploying'], to: 'provisioning' },
  'provision-succeed': { from: ['provisioning'], to: 'provisioned' },
  'deploy-start': { from: [...RESTING, 'deploying', 'provisioning'], to: 'deploying' },
  'deploy-succeed': { from: ['deploying'], to: 'ready' },
  'remove-start': { from: [...RESTING, 'removing', 'deploying'], to: 'removing' },
  'remove-succeed': { from: ['removing'], to: 'known' },
  fail: { from: BUSY_STATES, to: 'error' },
  stop: { from: BUSY_STATES, to: 'stopped' },
  /** Of a part of the tasks, all succeeded: no more is known of the whole than before. */
  return: { from: BUSY_STATES, to: 'before' },
  /** It has left its cluster. */
  release: { from: ['provisioned', 'ready', 'error', 'stopped'], to: 'known' },
  /** By an operator: what was wrong with it is mended. */
  reset: { from: ['error', 'stopped'], to: 'known' },
  retire: { from: ['new', ...RESTING], to: 'retired' },
  restore: { from: ['retired'], to: 'known' },
} as const satisfies Record<string, NodeMove>;
export type NodeMoveName = keyof typeof NODE_MOVES;

/** What a deployment of a graph is for its nodes; `none`: it changes nothing about them. */
export type GraphPurpose = 'provision' | 'deploy' | 'remove' | 'none';

const PURPOSES: Readonly<Record<string, GraphPurpose>> = {
  provision: 'provision',
  deletion: 'remove',
  erase: 'remove',
  verify: 'none',
  'net-verification': 'none',
  validations: 'none',
};

/** By the graph's type; a type that is not listed deploys. */
export function purposeOf(graphType: string): GraphPurpose {
  return Object.hasOwn(PURPOSES, graphType) ? (PURPOSES[graphType] ?? 'deploy') : 'deploy';
}
