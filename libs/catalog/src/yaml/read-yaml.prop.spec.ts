import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseClusterFile } from '../cluster/parse-cluster-file';
import { parsed, MANIFEST } from '../catalog.testing';
import { toJson } from './located';
import { readYaml } from './read-yaml';

/** Words of the format among anything, so that the parser gets further than the first character. */
const anyYaml = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '- ',
        ': ',
        '\n',
        '\n  ',
        '\n- id: ',
        'type: shell',
        '&a ',
        '*a',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '|',
        '>',
        '!!',
        '#',
        '? ',
        '<<: ',
        '---',
        'nodes:',
        'roles: ',
        'parameters: ',
        '__proto__',
        '..',
        '😀',
        '\u0000',
        '1e309',
        '-0',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('any text', () => {
  it('is read or refused with problems, and nothing is thrown', () => {
    fc.assert(
      fc.property(anyYaml, (text) => {
        const { root, problems } = readYaml(text, 'f.yaml', 'BUNDLE_DUPLICATE_KEY');
        if (!root) expect(problems.length).toBeGreaterThan(0);
        for (const { place } of problems) if (place?.line !== undefined) expect(place.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('as a bundle or a cluster file gives a value without errors, or none with', () => {
    fc.assert(
      fc.property(anyYaml, (text) => {
        const bundle = parsed({ 'release.yaml': MANIFEST, 'tasks.yaml': text });
        expect(bundle.bundle === null).toBe(bundle.problems.some(({ severity }) => severity === 'error'));
        expect(parsed({ 'release.yaml': text }).problems.length + 1).toBeGreaterThan(0);
        const cluster = parseClusterFile(`cluster: c\n${text}`, 'c.yaml');
        expect(cluster.spec === null).toBe(cluster.problems.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 300 },
    );
  });

  it('that says a JSON value is read as that value', () => {
    const key = fc.string({ maxLength: 6 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ maxLength: 10 }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const { root, problems } = readYaml(JSON.stringify(json), 'f.json', 'BUNDLE_DUPLICATE_KEY');
        expect(problems).toEqual([]);
        expect(root && toJson(root)).toEqual(JSON.parse(JSON.stringify(json)));
        const again = readYaml(stringify(json), 'f.yaml', 'BUNDLE_DUPLICATE_KEY');
        expect(again.root && toJson(again.root)).toEqual(JSON.parse(JSON.stringify(json)));
      }),
    );
  });
});
