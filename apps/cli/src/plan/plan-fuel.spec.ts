import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const repository = resolve(__dirname, '../../../..');
const folder = process.env['MUSTER_FUEL_DATA'] ?? resolve(repository, '../shared/fuel');
const example = join(repository, 'examples/openstack-newton');

interface Shown {
  readonly digest: string;
  readonly tasks: readonly {
    readonly task: string;
    readonly action: string;
    readonly definition: string;
    readonly requires: readonly string[];
    readonly reason: { readonly text: string };
  }[];
}

it('differs in one line between the two cluster files of the example', () => {
  const linesOf = (file: string): string[] =>
    readFileSync(join(example, file), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#'));
  const [before, after] = [linesOf('cluster.yaml'), linesOf('cluster-other-ntp.yaml')];
  const others = after.filter((line, index) => line !== before[index]);
  expect(others).toEqual(['  external_ntp: { ntp_list: [ntp1.example, ntp2.example, ntp4.example] }']);
  expect(after).toHaveLength(before.length);
});

if (!existsSync(join(folder, 'planner-2-nodes.json'))) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("Planning the field's definitions offline was left out: its data are absent.");
  });
} else {
  const tasks = readFileSync(join(folder, 'fuel-library-newton-tasks.yaml'), 'utf8');
  const planned = async (cwd: string, options: string): Promise<Shown> => {
    const { code, out, err } = await muster(`plan --offline -o json --bundle b ${options}`, { cwd });
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as Shown;
  };

  describe("planning the field's definitions offline", () => {
    it("gives as many relations as Fuel's own planner for a controller and a compute, and the one that it lacks", async () => {
      const { clusters } = JSON.parse(readFileSync(join(folder, 'planner-2-nodes.json'), 'utf8')) as {
        clusters: Record<string, { tags: Record<string, string[]>; context_common: object }>;
      };
      const { tags, context_common: settings } = clusters['1ctl-1cmp'] as (typeof clusters)[string];
      const nodes = Object.fromEntries(Object.entries(tags).map(([name, own]) => [name, { tags: own }]));
      const cwd = temporaryFolder({
        'cluster.yaml': JSON.stringify({ cluster: 'two', settings, nodes }),
        'b/tasks.yaml': JSON.stringify(bareDefinitions(tasks)),
      });
      const made = await planned(cwd, '--raw --cluster-file cluster.yaml');
      // Which they are is compared where planning itself is tested; here nothing may be lost or added on the way.
      const relations = made.tasks.flatMap(({ task, requires }) => requires.map((before) => `${before} > ${task}`));
      expect(relations).toHaveLength(579 + 1);
      expect(relations).toContain('ntp-server@1 > ntp-client@2');
    });

    it('takes a folder with nothing but the task file, and the example: a second run does what a change reaches', async () => {
      const cwd = temporaryFolder({ 'b/tasks.yaml': tasks });
      const clusterFile = `--cluster-file ${join(example, 'cluster.yaml')}`;
      const first = await planned(cwd, clusterFile);
      expect(first.tasks).toHaveLength(486);
      const again = await planned(cwd, `${clusterFile} --previous ${join(example, 'cluster.yaml')}`);
      const other = `--cluster-file ${join(example, 'cluster-other-ntp.yaml')}`;
      const second = await planned(cwd, `${other} --previous ${join(example, 'cluster.yaml')}`);
      const running = (made: Shown) => made.tasks.flatMap(({ task, action }) => (action === 'run' ? [task] : []));
      expect(running(again).length).toBeLessThan(running(second).length);
      const reached = running(second).filter((task) => !running(again).includes(task));
      expect(new Set(reached.map((task) => task.slice(0, task.lastIndexOf('@'))))).toEqual(
        new Set([
          'apache',
          'copy_cluster_configuration',
          'globals',
          'ntp-check',
          'ntp-server',
          'upload_cluster_configuration',
          'upload_deprecated_astute_conf',
          'upload_node_configuration',
        ]),
      );
      expect(second.tasks.find(({ task }) => task === 'ntp-server@3')?.reason.text).toBe(
        'Changed: external_ntp.ntp_list[2]: "ntp3.example" -> "ntp4.example".',
      );
    });
  });
}

/** As the recorded graph was made: conditions removed, parameters emptied. */
function bareDefinitions(text: string): object[] {
  const definitions = parse(text, { uniqueKeys: false }) as Record<string, unknown>[];
  return definitions.map(({ condition: _condition, ...definition }) => ({
    ...definition,
    ...(definition['parameters'] ? { parameters: {} } : {}),
  }));
}
