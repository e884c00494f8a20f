import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { fuelData, readFuel } from '@muster/testkit';
import { planOf, tagged } from '../planning.testing';
import { fuelManifest, lintFuel } from './lint-fuel.testing';

const folder = fuelData();

if (folder === null) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("Linting Fuel's own definitions was left out: the data are absent.");
  });
} else {
  const inputs: readonly (readonly [string, object | null])[] = [
    ['without a manifest', null],
    ['with roles and tags of the field', fuelManifest(folder)],
  ];

  describe.each(inputs)("Fuel's 202 definitions, %s", (_, manifest) => {
    const findings = lintFuel(folder, manifest);

    it('have one misspelling and four repeated keys; all else is advice', () => {
      const graver = findings.filter(({ severity }) => severity !== 'info');
      expect(graver.map(({ severity, code, place }) => `${severity} ${code} ${place?.line}`)).toEqual([
        'warning BUNDLE_DUPLICATE_KEY 458',
        'warning BUNDLE_DUPLICATE_KEY 1030',
        'warning BUNDLE_DUPLICATE_KEY 1203',
        'warning BUNDLE_DUPLICATE_KEY 1204',
        'warning BUNDLE_UNKNOWN_KEY 1024',
      ]);
      expect(graver.at(-1)).toMatchObject({
        subject: 'task cinder-db',
        summary: expect.stringContaining('`cross-depened-by`') as string,
        remedy: expect.stringContaining('`cross-depended-by`') as string,
      });
    });

    it('have the advice that docs/lint.md lists, no more and no less', () => {
      const page = readFileSync(join(__dirname, '../../../../docs/lint.md'), 'utf8');
      const listed = [...page.matchAll(/^\| `(LINT_[A-Z_]+)` \| (\d+) \| (.+) \|$/gm)].map(
        ([, code, count, subjects]) => [code, Number(count), subjects?.split(', ')],
      );
      const advice = findings.filter(({ severity, code }) => severity === 'info' && code !== 'LINT_NO_MANIFEST');
      const codes = [...new Set(advice.map(({ code }) => code))].sort();
      expect(listed).toEqual(
        codes.map((code) => {
          const own = advice.filter((each) => each.code === code);
          return [code, own.length, own.map(({ subject }) => subject.replace(/^task /, ''))];
        }),
      );
    });
  });

  describe('what is said to be all-to-all', () => {
    it('is what is large in the plan of 3 controllers and 197 computes', () => {
      const few = ['controller', 'rabbitmq', 'database', 'keystone', 'neutron'];
      const computes = Array.from({ length: 197 }, (_, at) => [`c${at}`, ['compute']] as const);
      const nodes = Object.fromEntries([
        ...[1, 2, 3].map((at) => [`${at}`, at === 1 ? few.map((tag) => `primary-${tag}`) : few] as const),
        ...computes,
      ]);
      const made = planOf(bareDefinitions(folder), tagged(nodes, { master: '1' }), { options: { raw: true } });
      const counts = new Map<string, number>();
      for (const { definition, requires } of made.tasks) {
        for (const before of requires) {
          const pair = `${definition} after ${before.slice(0, before.lastIndexOf('@')).replace(/^primary-/, '')}`;
          counts.set(pair, (counts.get(pair) ?? 0) + 1);
        }
      }
      const large = [...counts].filter(([, count]) => count > 10_000).map(([pair, count]) => `${pair}: ${count}`);
      const told = lintFuel(folder, null)
        .filter(({ code }) => code === 'LINT_ALL_TO_ALL')
        .map(({ subject, summary }) => {
          const [, name = '', pairs = ''] = /: (\S+)` lets .* = ([\d,]+) pairs/.exec(summary) ?? [];
          const plain = name.replace('/^(primary-)?', '').replace('$/', '');
          return `${subject.replace('task ', '')} after ${plain}: ${pairs.replaceAll(',', '')}`;
        });
      expect(large.sort()).toEqual(told.sort());
    });
  });
}

/** Without conditions, parameters, and relations that are computed: what is left is in every cluster. */
function bareDefinitions(of: string): object[] {
  const definitions = parse(readFuel(of, 'fuel-library-newton-tasks.yaml'), { uniqueKeys: false }) as Record<
    string,
    unknown
  >[];
  return definitions.map(({ condition: _condition, parameters: _parameters, ...definition }) =>
    Object.fromEntries(
      Object.entries(definition)
        .map(([key, value]) => [key, Array.isArray(value) ? value.filter(isPlain) : value] as const)
        .filter(([, value]) => isPlain(value)),
    ),
  );
}

function isPlain(item: unknown): boolean {
  return !JSON.stringify(item).includes('yaql_exp');
}
