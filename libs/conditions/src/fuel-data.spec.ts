import type { JsonObject } from '@muster/model';
import { parse } from 'yaml';
import { fuelData, readFuel } from '@muster/testkit';
import { holds } from './conditions.testing';
import { evaluateExpression, parseExpression, type Expression } from './index';

const folder = fuelData();

interface ChangedCase {
  readonly expression: string;
  readonly new: { readonly node: JsonObject };
  readonly old: { readonly node: JsonObject } | null;
  readonly expected: 'puppet' | 'skipped';
}

/** Every text under `yaql_exp`, wherever it stands. */
function expressionsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'yaql_exp' ? [String(member)] : expressionsIn(member),
  );
}

/** Data that have every path which the expressions are sure to read. */
function dataFor(expressions: readonly Expression[]): JsonObject {
  const data: Record<string, unknown> = {};
  for (const { facts } of expressions)
    for (const { keys } of facts.paths.filter(({ root }) => root === '$')) {
      let at = data;
      for (const [index, key] of keys.entries()) {
        const isLast = index === keys.length - 1;
        const below = at[key];
        at[key] = typeof below === 'object' && below !== null ? below : isLast ? {} : {};
        at = at[key] as Record<string, unknown>;
      }
    }
  const node = {
    uid: '1',
    fqdn: 'node-1.example',
    node_roles: ['primary-controller'],
    network_roles: { 'mgmt/messaging': '192.0.2.1', 'mgmt/database': '192.0.2.1', 'cinder/iscsi': '192.0.2.1' },
  };
  return {
    ...(data as JsonObject),
    uid: '1',
    fqdn: node.fqdn,
    roles: ['primary-controller'],
    nodes: [node],
    network_metadata: {
      nodes: { 'node-1': node },
      vips: { vrouter: { ipaddr: '192.0.2.2', node_roles: ['controller'] } },
    },
    limits: null,
    use_ssl: [],
  };
}

if (folder === null) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("The comparison with Fuel's own answers was left out: its data are absent.");
  });
} else {
  describe("Fuel's own answers", () => {
    const { changed } = JSON.parse(readFuel(folder, 'planner-cases.json')) as { changed: Record<string, ChangedCase> };

    it.each(Object.entries(changed))('agree: %s', (_, { expression, new: now, old, expected }) => {
      expect(holds(expression, now.node, old?.node ?? null)).toBe(expected === 'puppet');
    });
  });

  describe("the field's 190 expressions", () => {
    const tasks: unknown = parse(readFuel(folder, 'fuel-library-newton-tasks.yaml'), {
      merge: true,
      uniqueKeys: false,
      maxAliasCount: -1,
    });
    const texts = expressionsIn(tasks);
    const parsed = texts.map((text) => parseExpression('yaql', text));
    const expressions = parsed.flatMap((each) => (each.ok ? [each.expression] : []));
    const data = dataFor(expressions);

    it('are read', () => {
      expect(texts).toHaveLength(190);
      expect(parsed.filter(({ ok }) => !ok)).toEqual([]);
    });

    it('have answers, and see no change between equal states', () => {
      const copy = JSON.parse(JSON.stringify(data)) as JsonObject;
      const parts = { node: data, common: data, previousNode: copy, previousCommon: copy };
      const answers = expressions.map((each) => evaluateExpression(each, { data, previous: copy, ...parts }));
      expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.summary]))).toEqual([]);
      expect(answers.flatMap((answer) => (answer.ok ? answer.changes : []))).toEqual([]);
    });

    it('have answers without a previous state, where 165 look for changes', () => {
      const answers = expressions.map((each) =>
        evaluateExpression(each, { data, previous: null, node: data, common: data }),
      );
      expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.summary]))).toEqual([]);
      const looking = expressions.filter(({ facts }) =>
        facts.functions.some((each) => /^(changed|added|deleted)/.test(each)),
      );
      expect(looking.length).toBeGreaterThanOrEqual(165);
    });
  });
}
