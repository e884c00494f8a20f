import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { definitionsOf, FUNCTION_NAMES } from './function-registry';

it('names every function in docs/internals/expressions.md, and no other', () => {
  const page = readFileSync(resolve(__dirname, '../../../../docs/internals/expressions.md'), 'utf8');
  const table = /\| \| Functions \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
  const named = [...table.matchAll(/`([A-Za-z]+)`/g)].map((match) => match[1]).sort();
  expect(named).toEqual(FUNCTION_NAMES);
});

it('lets an argument that is left out have none after it that must be given', () => {
  const wrong = FUNCTION_NAMES.flatMap((name) => definitionsOf(name)).filter(({ parameters }) => {
    const firstLeftOut = parameters.findIndex(([, { fallback }]) => fallback !== undefined);
    return (
      firstLeftOut >= 0 &&
      parameters.slice(firstLeftOut).some(([, { fallback, kind }]) => !fallback && kind === 'value')
    );
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
