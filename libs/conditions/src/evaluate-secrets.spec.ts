import { isSealedSecret, type Json } from '@muster/model';
import { changesOf, faultOf, holds, open, outcomeOf, seal } from './conditions.testing';

const password = seal('hunter2');
const token = seal('t0ken');
const account = seal('{"user":"root","keys":["alpha","beta"]}');
const data = {
  db: { user: 'admin', password },
  accounts: [
    { name: 'a', token },
    { name: 'b', token: password },
  ],
  account,
  plain: 'visible',
};
const WORDS = /hunter2|t0ken|alpha|beta/;
const keys = {
  open: (sealed: Parameters<typeof open>[0]): Json =>
    sealed.$sealed.data === account.$sealed.data ? (JSON.parse(open(sealed)) as Json) : open(sealed),
  seal,
};

/** The value with every envelope opened, and whether it was told to be secret. */
function opened(text: string): { value: unknown; secret: boolean } {
  const outcome = outcomeOf(text, { data, ...keys });
  if (!outcome.ok) throw new Error(outcome.summary);
  expect(JSON.stringify(outcome.value)).not.toMatch(WORDS);
  return { value: unsealed(outcome.value), secret: outcome.secret };
}

function unsealed(value: Json): unknown {
  if (isSealedSecret(value)) return `sealed ${open(value)}`;
  if (Array.isArray(value)) return value.map((each: Json) => unsealed(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unsealed(each)]));
}

describe('a secret that is only passed on', () => {
  it.each([
    '$.db.password',
    '$.db.get(password)',
    '$.accounts.token[1]',
    '$.accounts.where($.name = b).token.first()',
    'coalesce($.db.password, 1)',
    'switch($.plain = visible => $.db.password)',
    '[$.db.password][0]',
    '{p => $.db.password}.p',
    'let(p => $.db.password) -> $p',
    '$.db.values().last()',
    '$.accounts.select($.token).reverse().first()',
    '$.db.set(user, x).password',
    '($.db + {x => 1}).password',
    '$.accounts.orderBy($.name).last().token',
    '$.accounts.groupBy($.name, $.token)[1][1][0]',
    '$.plain and $.db.password',
    '[1].concat([$.db.password]).last()',
  ])('%s: leaves in its own envelope, without being opened', (text) => {
    const outcome = outcomeOf(text, { data });
    expect(outcome).toMatchObject({ ok: true, secret: true });
    expect(outcome.ok && outcome.value).toBe(password);
  });

  it.each([
    '$.db.user',
    '$.accounts.name',
    '$.db.keys()',
    '$.accounts.len()',
    '$.db.password != null',
    '$.db.containsKey(password)',
  ])('%s: what stands beside it is no secret', (text) => {
    expect(outcomeOf(text, { data })).toMatchObject({ ok: true, secret: false });
  });
});

describe('what is computed from a secret', () => {
  it.each<[string, unknown]>([
    ["concat($.db.user, ':', $.db.password)", 'sealed admin:hunter2'],
    ["$.db.password + 'x'", 'sealed hunter2x'],
    ['$.db.toYaml()', 'sealed password: hunter2\nuser: admin\n'],
    ['$.db.toJson()', 'sealed {"user": "admin", "password": "hunter2"}'],
    ['$.db.password.len()', 'sealed 7'],
    ["$.db.password = 'hunter2'", 'sealed true'],
    ["'x' != $.db.password", 'sealed true'],
    ["$.db.password in ['hunter2']", 'sealed true'],
    ["'hunter2' in $.accounts.token", 'sealed true'],
    ["$.db.password.matches('^h')", 'sealed true'],
    ["$.db.password =~ 'r2$'", 'sealed true'],
    ['not $.db.password', 'sealed false'],
    ["switch($.db.password = 'hunter2' => yes, true => no)", 'sealed yes'],
    ["$.db.password = 'x' or $.plain", 'sealed visible'],
    ["$.accounts.where($.token = 'hunter2').name", ['sealed b']],
    ["$.accounts.any($.token = 'hunter2')", 'sealed true'],
    ['$.accounts.select($.token.len())', ['sealed 5', 'sealed 7']],
    ["$.accounts.indexWhere($.token = 'hunter2')", 'sealed 1'],
    ['$.accounts.orderBy($.token).name', ['sealed b', 'sealed a']],
    ['$.accounts.distinct($.token).len()', 'sealed 2'],
    ['$.accounts.toSet().len()', 'sealed 2'],
    ['$.accounts.token.join("-")', 'sealed t0ken-hunter2'],
    ['str($.db.password)', 'sealed hunter2'],
    ['$.accounts.token.sum()', 'sealed t0kenhunter2'],
    ['$.accounts.token.max()', 'sealed t0ken'],
    ['$.account.user', 'sealed root'],
    ['$.account.keys.first()', 'sealed alpha'],
    ['$.account.keys.select($ + "!")', ['sealed alpha!', 'sealed beta!']],
    ['$.account.keys()', ['sealed user', 'sealed keys']],
    ['let(p => $.db.password) -> [$p, $p.len()]', ['sealed hunter2', 'sealed 7']],
    ['{x => [$.db.password.toUpper()]}', { x: ['sealed HUNTER2'] }],
    ['$.db.password.assert($.len() > 1)', 'sealed hunter2'],
    ["changed($.db.password + 'x')", 'sealed true'],
    ["$.plain.replace('v', $.db.password)", 'sealed hunter2isible'],
    ['{hunter2 => 5}.get($.db.password)', 'sealed 5'],
  ])('%s: is a secret: %j', (text, expected) => {
    expect(opened(text)).toEqual({ value: expected, secret: true });
  });

  it('cannot be a key, which is shown', () => {
    expect(faultOf('{$.db.password => 1}', { data, ...keys })).toBe(
      'a secret may not be a key; keys are shown (line 1, column 1)',
    );
    expect(faultOf('$.accounts.toDict($.token)', { data, ...keys })).toMatch(/^a secret may not be a key/);
  });

  it('cannot be had where secrets cannot be opened', () => {
    expect(faultOf('$.db.password.len()', { data })).toBe(
      'it computes from a secret, which cannot be opened here (line 1, column 15)',
    );
  });

  it('cannot leave where nothing can be sealed, but a condition of it holds', () => {
    const { open: only } = keys;
    expect(faultOf('$.db.password.len()', { data, open: only })).toMatch(/nothing can be sealed here/);
    expect(holds('$.db.password.len() = 7', data, null, { open: only })).toBe(true);
    expect(holds("$.db.password = 'x'", data, null, { open: only })).toBe(false);
    expect(holds('$.db.password', { db: { password: seal('') } }, null, { open: only })).toBe(false);
  });
});

describe('what people read', () => {
  it.each([
    '$.db.password.x.y',
    '$.db.password + 1',
    '$.account.usr',
    '$.account.keys.assert(false, $.account.user)',
    'int($.db.password)',
    "'a'.matches($.db.password + '(')",
    '$.get($.db.password).x',
    '$.account.keys[9]',
    '[1, 2].groupBy($).toDict($[0], $[1]).get(1).x + $.db.password',
  ])('the fault of %s has no secret in it', (text) => {
    const fault = faultOf(text, { data, ...keys });
    expect(fault).toMatch(/\(line 1, column \d+\)$/);
    expect(fault).not.toMatch(WORDS);
    expect(fault).not.toContain('user');
  });

  it.each([
    ['changed($.db)', { db: { ...data.db, password: token } }, 'db.password: <secret> changed'],
    ['changed($.db.password)', { db: { password: token } }, 'db.password: <secret> changed'],
    ['changed($.db)', { db: { ...data.db, password: 'hunter1' } }, 'db.password: <secret> changed'],
    ['changed($.account)', { account: token }, 'account: <secret> changed'],
    ["changed($.db.password + 'x')", { db: { password: token } }, "$.db.password + 'x': <secret> changed"],
    ['added($.accounts.token)', { accounts: [{ token }] }, 'accounts.token: 1 added'],
    ['$.account.keys.any(let(k => $) -> changed($k + $.plain))', { plain: 'before' }, '$k + $.plain: <secret> changed'],
  ])('%s says %s', (text, previous, expected) => {
    const changes = changesOf(text, data, previous, keys);
    expect(changes).toEqual([expected]);
  });
});

describe('comparing secrets of two states', () => {
  it('is as secret when the same values are compared again', () => {
    const states = { data: { tokens: [token] }, previous: { tokens: [password] }, ...keys };
    const changed = "changed($.tokens.select([$ + 'x']))";
    expect(outcomeOf(changed, states)).toMatchObject({ ok: true, secret: true });
    const again = outcomeOf(`[${changed}, ${changed}]`, states);
    expect(again.ok && unsealed(again.value)).toEqual(['sealed true', 'sealed true']);
  });

  it('needs no key where the fingerprints tell', () => {
    const locked = {
      open: (): string => {
        throw new Error('was opened');
      },
    };
    expect(holds('changed($.db)', data, { db: { user: 'admin', password: seal('hunter2') } }, locked)).toBe(false);
    expect(holds('changed($.db)', data, { db: { user: 'admin', password: seal('other') } }, locked)).toBe(true);
    expect(holds('changed($.db)', data, { db: { user: 'admin', password: seal('other') } })).toBe(true);
    expect(holds('added($.accounts.token)', data, { accounts: [{ token: seal('t0ken') }] })).toBe(true);
  });

  it('opens them where they were sealed with different keys, and counts them as changed where it cannot', () => {
    const previous = { db: { user: 'admin', password: seal('hunter2', 'k2') } };
    expect(holds('changed($.db)', data, previous, keys)).toBe(false);
    expect(holds('changed($.db)', data, previous)).toBe(true);
  });

  it('notices that a value became a secret only if it is another', () => {
    expect(holds('changed($.db)', data, { db: { user: 'admin', password: 'hunter2' } }, keys)).toBe(false);
    expect(holds('changed($.db)', data, { db: { user: 'admin', password: 'hunter2' } })).toBe(true);
  });

  it('tells in the open that a stored secret changed', () => {
    expect(outcomeOf('changed($.db.password)', { data, previous: { db: { password: token } } })).toMatchObject({
      value: true,
      secret: false,
    });
  });
});
