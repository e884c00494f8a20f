import { parseBundle } from '@muster/catalog';
import { lintBundle } from '../lint-bundle';

function found(options: string): string[] {
  const text = `name: r
version: 1.0.0
settings: { type: object, properties: { port: { type: integer }, pw: { type: string, secret: true } } }
options:
${options}`;
  const { bundle, problems } = parseBundle([{ path: 'release.yaml', text, size: text.length }]);
  const read = problems.filter(({ severity }) => severity === 'error').map(({ code, summary }) => `${code} ${summary}`);
  const linted = bundle ? lintBundle(bundle).filter(({ code }) => code === 'LINT_OPTION') : [];
  return [...read, ...linted.map(({ subject, summary }) => `${subject} ${summary}`)];
}

describe('declarations of options', () => {
  it('that can be switched on are let alone', () => {
    expect(
      found(
        '  s: { exclusive: true, options: { a: { default: true }, b: { requires: [t], settings: { port: 1 } } } }\n  x: { options: { t: {} } }',
      ),
    ).toEqual([]);
  });

  it.each([
    ['{ a: { requires: [tsl] }, tls: {} }', 'option a requires the option `tsl`, which is not declared'],
    ['{ a: { default: true, requires: [b] }, b: {} }', 'option a is on by default and requires `b`, which is not'],
    ['{ a: { settings: { pw: x } } }', 'option a sets the secret `pw`: anybody can read it here'],
    ['{ a: { settings: { port: many } } }', 'option a sets `port`, which must be of type integer'],
  ])('are told of: %s', (options, summary) => {
    expect(found(`  g: { options: ${options} }`)).toEqual([summary]);
  });

  it.each([
    [
      '  g: { exclusive: true, options: { a: { default: true }, b: { default: true } } }',
      'only one option can be the default',
    ],
    ['  g: { exclusive: true, options: { a: { requires: [b] }, b: {} } }', 'its own group excludes'],
    ['  g: { options: { a: { requires: [a] } } }', 'requires itself'],
    ['  g: { options: { a: {} } }\n  h: { options: { a: {} } }', 'is in the groups g and h'],
    ['  g: { options: { a: { need: [b] } } }', 'need'],
  ])('are refused: %s', (options, part) => {
    expect(found(options).join()).toContain(part);
  });
});
