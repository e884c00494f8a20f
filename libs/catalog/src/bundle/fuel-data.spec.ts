import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { parsed } from '../catalog.testing';

const folder = process.env['MUSTER_FUEL_DATA'] ?? resolve(__dirname, '../../../../../shared/fuel');
const file = join(folder, 'fuel-library-newton-tasks.yaml');

if (!existsSync(file)) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("Reading Fuel's own task files was left out: the data are absent.");
  });
} else {
  describe("Fuel's own task files", () => {
    it('are read unmodified: all that is wrong are four repeated keys and one misspelling', () => {
      const { bundle, problems } = parsed({ 'tasks.yaml': readFileSync(file, 'utf8') }, true);
      expect(bundle?.graphs[0]?.definitions).toHaveLength(202);
      expect(problems.map(({ code, place }) => `${code} ${place?.line}`)).toEqual([
        'BUNDLE_DUPLICATE_KEY 458',
        'BUNDLE_DUPLICATE_KEY 1030',
        'BUNDLE_DUPLICATE_KEY 1203',
        'BUNDLE_DUPLICATE_KEY 1204',
        'BUNDLE_UNKNOWN_KEY 1024',
      ]);
      expect(problems.at(-1)?.remedy).toContain('`cross-depended-by`');
    });

    it('are read for the other graphs too, with their metadata', () => {
      const graphs = parse(readFileSync(join(folder, 'fuel-library-newton-extra-graphs.yaml'), 'utf8')) as Record<
        string,
        { metadata: unknown; tasks: unknown[] }
      >;
      const files = Object.entries(graphs).flatMap(([type, { metadata, tasks }]) => [
        [`graphs/${type}/graph.yaml`, stringify(metadata)],
        [`graphs/${type}/tasks.yaml`, stringify(tasks)],
      ]);
      const { bundle, problems } = parsed(Object.fromEntries(files) as Record<string, string>, true);
      expect(problems).toEqual([]);
      expect(bundle?.graphs.map(({ type, definitions }) => [type, definitions.length])).toEqual([
        ['default', 0],
        ['experimental-deletion', 5],
        ['experimental-net-verification', 14],
        ['experimental-provision', 10],
      ]);
    });
  });
}
