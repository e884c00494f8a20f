import { parseBundle } from '@muster/catalog';
import type { ClusterSpec } from '@muster/model';
import type { PlanInput } from '../plan-input';
import { cluster, outcomeOf, plugin, printedAfter, release, scripted } from '../planning.testing';
import { PASSES } from './pass-list';

interface Example {
  readonly tasks: readonly object[];
  /** Default: n1 and n2 with the role a. */
  readonly spec?: ClusterSpec;
  readonly more?: Partial<PlanInput>;
  /** The whole graph after the pass, as sorted text. */
  readonly text: string;
  /** Codes of problems that the plan has. Default: none. */
  readonly problems?: readonly string[];
}

const two = cluster({ n1: ['a'], n2: ['a'] });
const upload = (id: string, more: object = {}): object => ({
  ...{ id, type: 'upload_file', roles: ['a'], parameters: { path: `/${id}`, data: id } },
  ...more,
});
const evaluator = scripted(({ text }, { node }) => ({ ok: true, value: text === node }));

/** As if the definitions called so had succeeded everywhere, with what they are now. */
function succeeded(tasks: readonly object[], ...ids: string[]): PlanInput['previous'] {
  const { fingerprints } = outcomeOf(tasks, two);
  return {
    of: (definition, node) =>
      ids.includes(definition)
        ? { state: { common: {}, node: {} }, fingerprint: fingerprints.get(`${definition}@${node}`) ?? null }
        : null,
    knows: () => true,
  };
}

function filtered(tasks: readonly object[], filter: string): PlanInput['release'] {
  const made = release(tasks);
  return { ...made, graphs: made.graphs.map((graph) => ({ ...graph, metadata: { node_filter: filter } })) };
}

/** A release with one validation. */
function checking(tasks: readonly object[], validation: object): PlanInput['release'] {
  const { bundle } = parseBundle([
    { path: 'release.yaml', text: 'name: r\nversion: 1.0.0\n' },
    { path: 'tasks.yaml', text: JSON.stringify(tasks) },
    { path: 'validations.yaml', text: JSON.stringify([validation]) },
  ]);
  return bundle ?? release([]);
}

const steady = [upload('x', { inputs: {} }), upload('y', { inputs: {}, requires: ['x'] })];

/** One for each pass: what it does, on a graph that a page holds. Passes before the first task are seen by what is placed. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  'merge layers': {
    tasks: [],
    more: {
      release: release([upload('x'), upload('y')]),
      plugins: [
        plugin('p', [upload('x', { type: 'puppet', parameters: { puppet_manifest: '/m', puppet_modules: '/p' } })]),
      ],
    },
    text: 'x@n1 puppet run\nx@n2 puppet run\ny@n1 upload_file run\ny@n2 upload_file run',
  },
  'connect included releases': {
    tasks: [],
    more: {
      release: {
        ...release([upload('x'), upload('in.y'), upload('in.z')]),
        graphs: release([upload('x'), upload('in.y'), upload('in.z')]).graphs.map((graph) => ({
          ...graph,
          definitions: graph.definitions.map((each) => (each.id === 'x' ? each : { ...each, scope: 'in' })),
        })),
        included: [
          {
            ...{ as: 'in', name: 'i', version: '1.0.0', digest: '', compat: null, files: [], settings: {} },
            connect: { after: ['x'], before: [] },
          },
        ],
      },
    },
    spec: cluster({ n1: ['a'] }),
    text: 'in.y@n1 upload_file run\n  x@n1\nin.z@n1 upload_file run\n  x@n1\nx@n1 upload_file run',
  },
  'add validations': {
    tasks: [],
    more: { release: checking([upload('x')], { id: 'v', task: { type: 'shell', parameters: { cmd: 'x' } } }) },
    spec: cluster({ n1: ['a'] }),
    text: 'validation.v@n1 shell run\nx@n1 upload_file run',
  },
  'check that all is supported': {
    tasks: [],
    more: { release: release([upload('x')], { extends: 'base@1.0.0' }) },
    text: 'x@n1 upload_file run\nx@n2 upload_file run',
    problems: ['PLAN_UNSUPPORTED'],
  },
  'check that all is filled': {
    tasks: [upload('x')],
    spec: { ...cluster({ n1: ['a'] }), counts: { a: 2 } },
    text: 'x@n1 upload_file run',
    problems: ['PLAN_COUNT_UNMET'],
  },
  'assign tags and primaries': {
    tasks: [],
    more: {
      release: release([upload('first', { roles: ['primary-a'] }), upload('others')], {
        roles: { a: { hasPrimary: true } },
      }),
    },
    text: 'first@n1 upload_file run\nothers@n2 upload_file run',
  },
  'filter nodes': {
    tasks: [],
    more: { release: filtered([upload('x'), { id: 's', type: 'stage' }], 'n2'), evaluator },
    text: 's@sync stage run\nx@n2 upload_file run',
  },
  'place definitions': {
    tasks: [
      { id: 's', type: 'stage' },
      upload('everywhere', { roles: '*' }),
      upload('m', { roles: ['master'] }),
      upload('member', { roles: null }),
      upload('nowhere', { roles: ['c'] }),
      { id: 'g', type: 'group', roles: ['/^b/'], tasks: ['member'] },
    ],
    spec: cluster({ n1: ['a'], n2: ['b1'], n3: [] }, { master: 'n3' }),
    text: [
      'everywhere@n1 upload_file run',
      'everywhere@n2 upload_file run',
      'm@master upload_file run',
      'member@n2 upload_file run',
      's@sync stage run',
    ].join('\n'),
  },
  'evaluate conditions and parameters': {
    tasks: [
      { id: 's', type: 'stage' },
      { id: 'h', type: 'anchor', roles: ['a'] },
      upload('x', { condition: { yaql_exp: 'n2' } }),
      upload('y', { condition: false }),
      upload('z'),
    ],
    more: { evaluator },
    text: [
      'h@n1 anchor skip',
      'h@n2 anchor skip',
      's@sync stage skip',
      'x@n1 upload_file skip',
      'x@n2 upload_file run',
      'y@n1 upload_file skip',
      'y@n2 upload_file skip',
      'z@n1 upload_file run',
      'z@n2 upload_file run',
    ].join('\n'),
  },
  // The driver shows in who carries the task: the master node, which there is none of here.
  'assign node drivers': {
    tasks: [{ id: 'make', type: 'provision', roles: ['a'] }],
    spec: cluster({ n1: ['a'] }, { driver: { type: 'commands', commands: { provision: 'make-it' } } }),
    text: 'make@n1 provision run',
    problems: ['PLAN_NO_MASTER'],
  },
  'resolve relations on the node': {
    tasks: [
      { id: 's', type: 'stage' },
      upload('x', { required_for: ['y'] }),
      upload('y', { requires: ['s', '/y/', 'far'] }),
      upload('far', { roles: ['b'] }),
    ],
    spec: cluster({ n1: ['a'], n2: ['b'] }),
    text: [
      'far@n2 upload_file run',
      's@sync stage skip',
      'x@n1 upload_file run',
      'y@n1 upload_file run\n  s@sync\n  x@n1',
    ].join('\n'),
  },
  'resolve relations across nodes': {
    tasks: [
      upload('x'),
      upload('all', { 'cross-depends': [{ name: 'x' }] }),
      upload('any', { 'cross-depends': [{ name: 'x', policy: 'any' }] }),
      upload('own', { 'cross-depends': [{ name: 'x', role: 'self' }] }),
      upload('before', { 'cross-depended-by': [{ name: 'x', role: 'a' }] }),
      upload('last', { roles: ['b'], after: ['all'] }),
    ],
    spec: cluster({ n1: ['a'], n2: ['a'], n3: ['b'] }),
    text: [
      'all@n1 upload_file run\n  x@n1\n  x@n2',
      'all@n2 upload_file run\n  x@n1\n  x@n2',
      'any@n1 upload_file run\n  x@n1',
      'any@n2 upload_file run\n  x@n2',
      'before@n1 upload_file run',
      'before@n2 upload_file run',
      'last@n3 upload_file run\n  all@n1\n  all@n2',
      'own@n1 upload_file run\n  x@n1',
      'own@n2 upload_file run\n  x@n2',
      'x@n1 upload_file run\n  before@n1\n  before@n2',
      'x@n2 upload_file run\n  before@n1\n  before@n2',
    ].join('\n'),
  },
  'order validations': {
    tasks: [],
    more: { release: checking([upload('x')], { id: 'v', task: { type: 'shell', parameters: { cmd: 'x' } } }) },
    spec: cluster({ n1: ['a'] }),
    text: 'validation.v@n1 shell run\nx@n1 upload_file run\n  validation.v@n1',
  },
  'order roles': {
    tasks: [],
    spec: cluster({ n1: ['a'], n2: ['a'], n3: ['b'] }),
    more: {
      release: release([upload('x'), upload('y', { requires: ['x'] }), upload('z', { roles: ['b'] })], {
        roles: { a: { order: 1, mode: 'serial' }, b: { order: 2 } },
      }),
    },
    text: [
      'x@n1 upload_file run',
      'x@n2 upload_file run\n  x@n1\n  y@n1',
      'y@n1 upload_file run\n  x@n1',
      'y@n2 upload_file run\n  x@n1\n  x@n2\n  y@n1',
      'z@n3 upload_file run\n  x@n1\n  x@n2\n  y@n1\n  y@n2',
    ].join('\n'),
  },
  'resolve output bindings': {
    tasks: [
      upload('gives', { outputs: {} }),
      upload('takes', { parameters: { path: '/x', data: { output: { task: 'gives', field: 'f' } } } }),
      upload('first', { parameters: { path: '/y', data: { output: { task: 'gives', node: 'n1', field: 'f' } } } }),
    ],
    text: [
      'first@n1 upload_file run\n  gives@n1',
      'first@n2 upload_file run\n  gives@n1',
      'gives@n1 upload_file run',
      'gives@n2 upload_file run',
      'takes@n1 upload_file run\n  gives@n1',
      'takes@n2 upload_file run\n  gives@n2',
    ].join('\n'),
  },
  'compare with the previous state': {
    tasks: steady,
    more: { previous: succeeded(steady, 'x') },
    text: [
      'x@n1 upload_file skip',
      'x@n2 upload_file skip',
      'y@n1 upload_file run\n  x@n1',
      'y@n2 upload_file run\n  x@n2',
    ].join('\n'),
  },
  'expand repeats': {
    tasks: [upload('x'), upload('y', { requires: ['x'], repeat: { times: 3 } }), upload('z', { requires: ['y'] })],
    spec: cluster({ n1: ['a'] }),
    text: [
      'x@n1 upload_file run',
      'y.1@n1 upload_file run\n  x@n1',
      'y.2@n1 upload_file run\n  y.1@n1',
      'y@n1 upload_file run\n  y.2@n1',
      'z@n1 upload_file run\n  y@n1',
    ].join('\n'),
  },
  'select tasks': {
    tasks: [upload('x'), upload('y', { requires: ['x'] }), upload('z', { 'cross-depends': [{ name: 'y' }] })],
    more: { options: { nodes: ['n1'], tasks: ['z'], fetchDeps: true } },
    text: [
      'x@n1 upload_file run',
      'x@n2 upload_file run',
      'y@n1 upload_file run\n  x@n1',
      'y@n2 upload_file run\n  x@n2',
      'z@n1 upload_file run\n  y@n1\n  y@n2',
      'z@n2 upload_file skip\n  y@n1\n  y@n2',
    ].join('\n'),
  },
  'skip what is unknown in noop': {
    tasks: [upload('x'), { id: 'c', type: 'shell', roles: ['a'], parameters: { cmd: 'x' }, requires: ['x'] }],
    more: { options: { noop: true } },
    text: ['c@n1 shell skip\n  x@n1', 'c@n2 shell skip\n  x@n2', 'x@n1 upload_file run', 'x@n2 upload_file run'].join(
      '\n',
    ),
  },
  'check outputs': {
    tasks: [
      upload('gives', { outputs: {} }),
      upload('takes', { parameters: { path: '/x', data: { output: { task: 'gives', field: 'f' } } } }),
    ],
    more: { options: { tasks: ['takes'] } },
    text: [
      'gives@n1 upload_file skip',
      'gives@n2 upload_file skip',
      'takes@n1 upload_file run\n  gives@n1',
      'takes@n2 upload_file run\n  gives@n2',
    ].join('\n'),
    problems: ['PLAN_OUTPUT_MISSING'],
  },
  'ramp roles': {
    tasks: [],
    more: {
      release: release([upload('x'), upload('y', { requires: ['x'] })], { roles: { a: { ramp: { steps: [1] } } } }),
    },
    text: [
      'ramp.a.1@sync stage run\n  x@n1\n  y@n1',
      'x@n1 upload_file run',
      'x@n2 upload_file run\n  ramp.a.1@sync',
      'y@n1 upload_file run\n  x@n1',
      'y@n2 upload_file run\n  ramp.a.1@sync\n  x@n2',
    ].join('\n'),
  },
  'set limits': {
    tasks: [],
    spec: cluster({ n1: ['a'], n2: ['a'] }, { limits: { nodesAtOnce: 5 } }),
    more: {
      release: release(
        [
          upload('x', { parameters: { path: '/x', data: '', strategy: { type: 'one_by_one' } } }),
          upload('y', { condition: false }),
        ],
        { roles: { a: { concurrency: 2 } } },
      ),
    },
    text: [
      'x@n1 upload_file run holds definition:x, nodes, role:a',
      'x@n2 upload_file run holds definition:x, nodes, role:a',
      'y@n1 upload_file skip',
      'y@n2 upload_file skip',
    ].join('\n'),
  },
  'carry by the master node': {
    tasks: [
      upload('own', { roles: ['master'] }),
      { id: 'play', type: 'ansible', roles: ['a'], parameters: { playbook: '/p' } },
    ],
    spec: cluster({ n1: ['a'], n2: ['a'], ctl: [] }, { master: 'ctl' }),
    text: [
      'own@master upload_file run holds master',
      'play@n1 ansible run holds master',
      'play@n2 ansible run holds master',
    ].join('\n'),
  },
  'set fault tolerance': {
    tasks: [],
    more: {
      release: release([upload('x'), { id: 'g', type: 'group', roles: ['a'], fault_tolerance: -1 }], {
        roles: { a: { faultTolerance: '50%' } },
      }),
    },
    text: [
      'x@n1 upload_file run',
      'x@n2 upload_file run',
      'fault tolerance a: 1 of n1, n2',
      'fault tolerance g: 1 of n1, n2',
    ].join('\n'),
  },
  'collapse into barriers': {
    tasks: [upload('x'), upload('y', { 'cross-depends': [{ name: 'x' }] })],
    spec: cluster({ n1: ['a'], n2: ['a'], n3: ['a'] }),
    text: [
      'barrier:1\n  x@n1\n  x@n2\n  x@n3',
      'x@n1 upload_file run',
      'x@n2 upload_file run',
      'x@n3 upload_file run',
      'y@n1 upload_file run\n  barrier:1',
      'y@n2 upload_file run\n  barrier:1',
      'y@n3 upload_file run\n  barrier:1',
    ].join('\n'),
  },
  'check for cycles': {
    tasks: [upload('x', { requires: ['y'] }), upload('y', { requires: ['x'] })],
    spec: cluster({ n1: ['a'] }),
    text: 'x@n1 upload_file run\n  y@n1\ny@n1 upload_file run\n  x@n1',
    problems: ['PLAN_CYCLE'],
  },
};

/** Passes that run before there are tasks. */
/** Seen once its relations are resolved. */
const CONNECTED = 'connect included releases';
const BEFORE_PLACEMENT = [
  'merge layers',
  'add validations',
  'check that all is supported',
  'check that all is filled',
  'assign tags and primaries',
  'filter nodes',
];

describe('the graph after the pass', () => {
  it('has an example for each pass', () => {
    expect(Object.keys(EXAMPLES)).toEqual(PASSES.map(({ name }) => name));
  });

  function compare(name: string, { tasks, spec = two, more, text, problems = [] }: Example): void {
    const relations = name === CONNECTED ? 'resolve relations across nodes' : name;
    const pass = BEFORE_PLACEMENT.includes(name) ? 'place definitions' : relations;
    expect(printedAfter(pass, tasks, spec, more)).toBe(text);
    expect(outcomeOf(tasks, spec, more).problems.map(({ code }) => code)).toEqual(problems);
  }

  it.each(Object.entries(EXAMPLES))('`%s` is, as a whole', compare);

  it.each(Object.keys(EXAMPLES))('would be another without `%s`', (name) => {
    const left = PASSES.find((pass) => pass.name === name);
    const replaced = jest.spyOn(left as (typeof PASSES)[number], 'run').mockReturnValue(undefined);
    try {
      // A wrong graph, other problems, or a later pass that cannot go on.
      expect(() => compare(name, EXAMPLES[name] as Example)).toThrow();
    } finally {
      replaced.mockRestore();
    }
  });
});
