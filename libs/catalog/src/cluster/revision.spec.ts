import { canonicalJson, type ClusterSpec } from '@muster/model';
import { deepUnion, effectiveSettings } from './effective-settings';
import { parseClusterFile } from './parse-cluster-file';
import { revisionContent, revisionHash, sameRevision } from './revision';

const read = (text: string): ClusterSpec => parseClusterFile(text, 'c.yaml').spec as ClusterSpec;
const BASE = 'cluster: c\nsettings: {a: 1, b: [2, 1]}\nnodes:\n  x: {roles: [p, q], address: 192.0.2.1}\n  y: {}\n';

describe('a revision', () => {
  it.each([
    [
      'cluster: c\nnodes:\n  y:\n  x: {address: 192.0.2.1, roles: [q, p], identityFile: ~/.ssh/other}\nsettings: {b: [2, 1], a: 1}\n',
      true,
    ],
    [BASE.replace('a: 1', 'a: 2'), false],
    [BASE.replace('[2, 1]', '[1, 2]'), false],
    [BASE.replace('192.0.2.1', '192.0.2.2'), false],
    [BASE.replace('  y: {}\n', ''), false],
    [`${BASE}master: x\n`, false],
    [`${BASE}limits: {nodesAtOnce: 1}\n`, false],
    [`${BASE}limits: {ramps: {r: {steps: [1]}}}\n`, false],
    [`${BASE}limits: {ramps: {}}\n`, true],
    [`${BASE}environment: test\n`, false],
  ])('of %j is the same: %s', (text, same) => {
    const [before, after] = [read(BASE), read(text)];
    expect(sameRevision(before, after)).toBe(same);
    const hash = (spec: ClusterSpec): string => revisionHash(spec, (content) => content);
    expect(hash(before) === hash(after)).toBe(same);
  });

  it('sees a sealed secret by its fingerprint', () => {
    const withSecret = (data: string, fingerprint: string): ClusterSpec => ({
      ...read(BASE),
      settings: { deep: [{ password: { $sealed: { v: 1, key: 'k', wrapped: data, data, fingerprint } } }] },
    });
    expect(sameRevision(withSecret('one', 'f'), withSecret('two', 'f'))).toBe(true);
    expect(sameRevision(withSecret('one', 'f'), withSecret('one', 'g'))).toBe(false);
    expect(canonicalJson(revisionContent(withSecret('envelope', 'f')))).not.toContain('envelope');
  });
});

describe('effective settings', () => {
  it('are the common part with the node part laid over it: mappings merged, lists and scalars replaced, defaults filled in', () => {
    expect(deepUnion({ a: { x: 1, y: 2 }, l: [1, 2], s: 1 }, { a: { y: 3 }, l: [9], n: null })).toEqual({
      a: { x: 1, y: 3 },
      l: [9],
      s: 1,
      n: null,
    });
    expect(effectiveSettings({ properties: { a: { default: 1 }, b: { default: 2 } } }, { a: 5 }, { c: 6 })).toEqual({
      a: 5,
      b: 2,
      c: 6,
    });
    expect(
      Object.keys(deepUnion(JSON.parse('{"__proto__": {"x": 1}}') as { [key: string]: { x: number } }, { b: 1 })),
    ).toEqual(['__proto__', 'b']);
  });
});
