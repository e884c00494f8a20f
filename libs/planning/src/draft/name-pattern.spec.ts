import fc from 'fast-check';
import { RE2JS } from 're2js';
import { namePattern } from './name-pattern';

const matches = (pattern: string, name: string): boolean | null => {
  const found = namePattern(pattern);
  return found?.kind === 'regex' ? found.matches(name) : null;
};

describe('a name that is a pattern', () => {
  it('matches from the start on, and not to the end', () => {
    expect(['db', 'db1', 'xdb', 'x\ndb'].filter((name) => matches('/db/', name))).toEqual(['db', 'db1']);
    expect(['db', 'xx', 'xdb'].filter((name) => matches('/db|x/', name))).toEqual(['db', 'xx', 'xdb']);
    expect(matches('/(?m)db/', 'x\ndb')).toBe(false);
  });

  it.each(['/(/', '/a)(b/', '/a|b)|(c/', '/(?=a)/', '/((a{1,30}){1,30}){1,30}/', `/${'x'.repeat(1001)}/`])(
    '%s cannot be used',
    (pattern) => {
      expect(namePattern(pattern)).toBeNull();
    },
  );

  it('matches what a search that is anchored at the start finds', () => {
    const part = fc.constantFrom('a', 'b', '|', '(a|b)', '(?:ab)?', '.*', '[^a]', 'a{1,2}', '^', '$', '(?i)B');
    const source = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, fc.stringMatching(/^[ab\n]{0,6}$/), (pattern, name) => {
        fc.pre(namePattern(`/${pattern}/`) !== null);
        expect(matches(`/${pattern}/`, name)).toBe(RE2JS.compile(pattern).matcher(name).lookingAt());
      }),
      { numRuns: 500 },
    );
  });
});
