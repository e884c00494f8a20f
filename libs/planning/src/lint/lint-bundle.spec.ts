import { parseBundle } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { release } from '../planning.testing';
import { lintBundle, publishFindings } from './lint-bundle';
import { shell } from './lint.testing';

const short = (findings: ReturnType<typeof lintBundle>): string[] =>
  findings.map(({ code, severity }) => `${severity} ${code}`);

function parsed(files: Readonly<Record<string, string>>): Bundle {
  const { bundle } = parseBundle(Object.entries(files).map(([path, text]) => ({ path, text })));
  return bundle as Bundle;
}

describe('linting', () => {
  it('finds nothing in what is well', () => {
    expect(lintBundle(release([shell('a'), shell('b', { requires: ['a'] })]))).toEqual([]);
  });

  it('finds cycles, without saying them twice', () => {
    expect(short(lintBundle(release([shell('a', { requires: ['b'] }), shell('b', { requires: ['a'] })])))).toEqual([
      'error BUNDLE_CYCLE',
    ]);
  });

  it('looks at all graphs, in the order of files and lines, and names those that are not the default', () => {
    const tasks = '- {id: a, type: shell, roles: [a], parameters: {cmd: x}, requires: [b]}\n';
    const bundle = parsed({
      'release.yaml': 'name: r\nversion: 1.0.0\n',
      'graphs/up/tasks.yaml': tasks,
      'tasks.yaml': tasks,
    });
    expect(lintBundle(bundle).map(({ place, code, summary }) => [place?.file, code, summary.slice(-10)])).toEqual([
      ['graphs/up/tasks.yaml', 'LINT_LOST_PAUSES', '(graph up)'],
      ['graphs/up/tasks.yaml', 'LINT_UNKNOWN_NAME', '(graph up)'],
      ['tasks.yaml', 'LINT_LOST_PAUSES', 'r a person'],
      ['tasks.yaml', 'LINT_UNKNOWN_NAME', 's nowhere'.padStart(10, 't')],
    ]);
  });

  it('says that a folder has no manifest', () => {
    expect(short(lintBundle(release([shell('a')]), { hasManifest: false }))).toEqual(['info LINT_NO_MANIFEST']);
  });

  it('counts what is too much, and leaves out advice first', () => {
    const tasks = Array.from({ length: 1_200 }, (_, at) => shell(`t${at}`, { idempotent: false }));
    const findings = lintBundle(release([...tasks, shell('bad', { after: ['/(/'] })]));
    expect(findings).toHaveLength(1_001);
    expect(short(findings)).toContain('error LINT_BAD_PATTERN');
    expect(findings[0]).toMatchObject({ severity: 'info', summary: 'has 201 more findings' });
  });
});

describe('publishing', () => {
  it('refuses cycles only, and leaves advice out', () => {
    expect(
      short(
        publishFindings(release([shell('a', { after: ['/(/'], idempotent: false }), shell('b', { requires: ['c'] })])),
      ),
    ).toEqual(['warning LINT_BAD_PATTERN', 'warning LINT_UNKNOWN_NAME']);
    expect(short(publishFindings(release([shell('a', { after: ['b'] }), shell('b', { after: ['a'] })])))).toEqual([
      'error BUNDLE_CYCLE',
    ]);
  });
});
