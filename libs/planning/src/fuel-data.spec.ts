import { parse } from 'yaml';
import type { JsonObject } from '@muster/model';
import { fuelData, readFuel } from '@muster/testkit';
import { recordedGraph, type RecordedTask } from './fuel.testing';
import { asSucceeded } from './index';
import { codes, outcomeOf, planOf, release, shownGraph, tagged, sha256 } from './planning.testing';

const folder = fuelData();

/** Fuel keeps a task's relation to itself; we never do. */
const OTHERWISE = new Map([['cross-same-task-role-self-keeps-loop', { without: ['a@4 > a@4'] }]]);

if (folder === null) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("The comparison with Fuel's own planner was left out: its data are absent.");
  });
} else {
  describe("Fuel's own planner", () => {
    const { resolve, changed } = JSON.parse(readFuel(folder, 'planner-cases.json')) as {
      changed: Record<
        string,
        {
          expression: string;
          new: { node: JsonObject };
          old: { node: JsonObject } | null;
          expected: 'puppet' | 'skipped';
        }
      >;
      resolve: Record<
        string,
        {
          tasks: object[];
          tags: Record<string, string[]>;
          expected: {
            graph: Record<string, RecordedTask[]>;
            fault_tolerance_groups: { name: string; node_ids: string[]; fault_tolerance: number }[];
          };
        }
      >;
    };

    it.each(Object.keys(resolve))('agrees on %s', (name) => {
      const { tasks, tags, expected } = resolve[name] as (typeof resolve)[string];
      const made = planOf(tasks, tagged(tags), { options: { raw: true } });
      const recorded = recordedGraph(expected.graph);
      const without = OTHERWISE.get(name)?.without ?? [];
      expect(shownGraph(made)).toEqual({
        vertices: recorded.vertices,
        relations: recorded.relations.filter((each) => !without.includes(each)),
      });
      expect(made.faultTolerance).toEqual(
        expected.fault_tolerance_groups.map((group) => ({
          name: group.name,
          nodes: group.node_ids,
          tolerated: group.fault_tolerance,
        })),
      );
    });

    it.each(Object.keys(changed))('agrees that a task runs or not, planned again: %s', (name) => {
      const { expression, new: now, old, expected } = changed[name] as (typeof changed)[string];
      const tasks = [{ id: 'a', type: 'puppet', version: '2.0.0', role: ['r'], condition: { yaql_exp: expression } }];
      const nodes = (settings: JsonObject) => ({ nodes: { '1': { tags: ['r'], settings } } });
      const before = old && asSucceeded(tagged({}, nodes(old.node)), release(tasks), [], sha256);
      const made = planOf(tasks, tagged({}, nodes(now.node)), before ? { previous: before.states } : {});
      expect(made.tasks.map(({ task, action }) => [task, action])).toEqual([
        ['a@1', expected === 'puppet' ? 'run' : 'skip'],
      ]);
    });

    it('agrees on the 202 definitions for a controller and a compute, but for the relation that it lacks', () => {
      const { clusters } = JSON.parse(readFuel(folder, 'planner-2-nodes.json')) as {
        clusters: Record<
          string,
          {
            tags: Record<string, string[]>;
            context_common: JsonObject;
            graph: Record<string, RecordedTask[]>;
            fault_tolerance_groups: { name: string; node_ids: string[]; fault_tolerance: number }[];
          }
        >;
      };
      const recorded = clusters['1ctl-1cmp'] as (typeof clusters)[string];
      const { vertices, relations } = recordedGraph(recorded.graph);
      expect(relations).toHaveLength(579);
      const outcome = outcomeOf(
        bareDefinitions(readFuel(folder, 'fuel-library-newton-tasks.yaml')),
        tagged(recorded.tags, { settings: recorded.context_common }),
        { options: { raw: true } },
      );
      expect(codes(outcome.problems)).toEqual(['PLAN_NO_MASTER cluster c']);
      const made = outcome.plan as NonNullable<typeof outcome.plan>;
      expect(shownGraph(made)).toEqual({
        // Fuel turns stages and `skipped` into `skipped`; so do we, as bridges.
        vertices,
        relations: [...relations, 'ntp-server@1 > ntp-client@2'].sort(),
      });
      expect(made.faultTolerance).toEqual(
        expect.arrayContaining(
          recorded.fault_tolerance_groups.map((group) => ({
            name: group.name,
            nodes: group.node_ids,
            tolerated: group.fault_tolerance,
          })),
        ),
      );
      expect(made.faultTolerance).toHaveLength(recorded.fault_tolerance_groups.length);
    });
  });
}

/** As the recorded graph was made: conditions removed, parameters emptied; the last of repeated keys wins. */
function bareDefinitions(text: string): object[] {
  const definitions = parse(text, { uniqueKeys: false }) as Record<string, unknown>[];
  return definitions.map(({ condition: _condition, ...definition }) => ({
    ...definition,
    ...(definition['parameters'] ? { parameters: {} } : {}),
  }));
}
