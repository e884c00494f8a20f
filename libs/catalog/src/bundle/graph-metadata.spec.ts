import { parseBundle } from './parse-bundle';

function read(text: string): { readonly metadata: unknown; readonly problems: readonly string[] } {
  const { bundle, problems } = parseBundle(
    [
      { path: 'release.yaml', text: 'name: r\nversion: 1.0.0\n' },
      { path: 'graphs/g/graph.yaml', text },
    ].map((entry) => ({ ...entry, digest: `sha256:${'0'.repeat(64)}`, size: 1, executable: false })),
  );
  const told = problems.map(({ code, severity, place, remedy }) => `${severity} ${code} ${place?.path}: ${remedy}`);
  return { metadata: bundle?.graphs.find(({ type }) => type === 'g')?.metadata, problems: told };
}

describe("a graph's metadata", () => {
  it('is a filter of nodes and what becomes of them', () => {
    const text = `node_filter: $.pending_addition
on_success: { node_attributes: { status: ready, pending_addition: false } }
on_error: null
on_stop: { node_attributes: null }
`;
    expect(read(text)).toEqual({
      metadata: {
        node_filter: '$.pending_addition',
        on_success: { node_attributes: { status: 'ready', pending_addition: false } },
        on_error: null,
        on_stop: { node_attributes: null },
      },
      problems: [],
    });
    expect(read('node_filter: { yaql_exp: $.online }').problems).toEqual([]);
    expect(read('{}')).toEqual({ metadata: {}, problems: [] });
  });

  it('warns of keys that mean nothing, with the nearest that does', () => {
    expect(read('on_sucess: {}\non_stop: { node_attribute: {} }').problems).toEqual([
      expect.stringMatching(/^warning BUNDLE_UNKNOWN_KEY on_sucess: .*Did you mean `on_success`/) as string,
      expect.stringMatching(/^warning BUNDLE_UNKNOWN_KEY on_stop.node_attribute: .*`node_attributes`/) as string,
    ]);
  });

  it.each([
    ['node_filter: [a]', 'node_filter'],
    ["node_filter: ' '", 'node_filter'],
    ['node_filter: { yaql_exp: 3 }', 'node_filter.yaql_exp'],
    ['node_filter: {}', 'node_filter'],
    ['on_stop: stopped', 'on_stop'],
    ['on_stop: { node_attributes: stopped }', 'on_stop.node_attributes'],
    [`on_stop: { node_attributes: { a: ${'x'.repeat(4000)} } }`, 'on_stop.node_attributes'],
    [
      `on_stop: { node_attributes: { ${Array.from({ length: 51 }, (_, at) => `a${at}: 1`).join(', ')} } }`,
      'on_stop.node_attributes',
    ],
    ['[a]', 'undefined'],
  ])('is refused where it cannot be meant: %.40s', (text, path) => {
    const { metadata, problems } = read(text);
    expect(metadata).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^error BUNDLE_(INVALID_VALUE|MISSING_KEY) ${path}: `));
  });
});
