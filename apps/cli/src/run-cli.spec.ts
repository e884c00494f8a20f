import { muster } from './memory-io.testing';

describe('a command line', () => {
  it('tells its version', async () => {
    expect(await muster('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });

  it('helps on stdout', async () => {
    const { code, out } = await muster('deploy --help');
    expect(code).toBe(0);
    expect(out).toContain('--timeout <seconds>');
    expect(out).toContain('--server <url>');
  });

  it.each([
    ['depoly a', 'Did you mean deploy?'],
    ['deploy a --wiat', 'Did you mean --wait?'],
    ['cluster aply', 'Did you mean apply?'],
    ['deploy', "missing required argument 'cluster'"],
    ['deploy a b', 'too many arguments'],
    ['deploy a --timeout soon', 'A number of at least 0 is expected.'],
    ['deploy a --nodes a,,b', 'A list of names separated by commas is expected.'],
    ['plan a -o xml', 'Allowed choices are table, json, dot, mermaid.'],
    ['cluster apply', "required option '-f, --file <file>' not specified"],
    ['plan', 'it needs the name of a cluster, or --offline'],
    ['plan --offline', 'it needs --bundle DIR and --cluster-file FILE'],
    ['plan a --bundle b', 'go with --offline'],
    ['retry t a b@1', '"a" is not of the form TASK@NODE'],
    ['status t --server nonsense', '"nonsense" is not an address'],
  ])('that makes no sense is refused: %s', async (line, text) => {
    const { code, out, err } = await muster(line);
    expect(err).toContain(text);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });

  it('gives problems as JSON too when asked for JSON', async () => {
    const { code, out, err } = await muster('plan -o json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'LOCAL_USAGE', subject: 'plan' }] });
    expect(err).toContain('LOCAL_USAGE');
  });
});
