import { changesOf, faultOf, holds, outcomeOf, valueOf } from './conditions.testing';
import { EvaluationMemo } from './index';

const nodes = (...uids: string[]): { uid: string; ram: number }[] => uids.map((uid) => ({ uid, ram: 1 }));

describe('changed', () => {
  it.each([
    ['changed($.a)', { a: 1 }, { a: 1 }, false],
    ['changed($.a)', { a: 1 }, { a: 2 }, true],
    ['changed($.a)', { a: { x: [1, 2] } }, { a: { x: [2, 1] } }, true],
    ['changed($.a.b)', { a: { b: null } }, { a: {} }, true],
    ['changed($.a)', { a: 1 }, null, true],
    ['changed($)', { a: 1 }, null, true],
    ["changed($.get('zzz', 1))", { a: 1 }, null, false],
    ["changed($.get('zzz', 1))", { zzz: 1 }, {}, false],
    ['changedAny($.a, $.b)', { a: 1, b: 2 }, { a: 1, b: 1 }, true],
    ['changedAny()', { a: 1 }, null, false],
    ['changedAll($.a, $.b)', { a: 1, b: 2 }, { a: 1, b: 1 }, false],
    ['changedAll($.a, $.b)', { a: 1, b: 2 }, { a: 0, b: 1 }, true],
    ['changed($.a.toSet())', { a: ['x', 'y'] }, { a: ['y', 'x'] }, false],
    ['changed($.nodes.where($.ram > 1))', { nodes: nodes('1', '2') }, { nodes: nodes('1') }, false],
    [
      'changed($.nodes.where($.uid = new($.me)))',
      { me: '1', nodes: nodes('1', '2') },
      { me: '2', nodes: nodes('1', '3') },
      false,
    ],
    ['old($.a) = 1 and new($.a) = 2', { a: 2 }, { a: 1 }, true],
    ['not old($.a.b)', { a: 1 }, {}, false],
    ['old($.a).isUndef()', { a: 1 }, {}, true],
    ['old($.a).isUndef()', { a: 1 }, { a: null }, false],
    ['len(old($)) > 0', { a: 1 }, null, false],
  ])('%s of %j after %j is %j', (text, data, previous, expected) => {
    expect(holds(text, data, previous)).toBe(expected);
  });

  it('sees `$node` and `$common` of the previous state, unlike the field', () => {
    const parts = { node: { a: 1 }, common: { b: 1 }, previousNode: { a: 2 }, previousCommon: { b: 1 } };
    expect(holds('changed($node.a)', {}, {}, parts)).toBe(true);
    expect(holds('changed($common.b)', {}, {}, parts)).toBe(false);
    expect(holds('changed($node.a)', {}, null, { node: { a: 1 } })).toBe(true);
  });

  it('fails where the new state does not have what it reads', () => {
    expect(faultOf('changed($.hostnme)', { data: { hostname: 1 }, previous: { hostnme: 1 } })).toBe(
      '`$` has no key `hostnme`. Did you mean `hostname`? (line 1, column 11)',
    );
  });

  it('counts a fault in a list of the previous state as undefined, where the field fails', () => {
    expect(holds('changed($.nodes.where($.ram = 1))', { nodes: nodes('1') }, { nodes: [{ uid: '1' }] })).toBe(true);
  });
});

describe('added and deleted', () => {
  it.each([
    ['added($.a)', { a: [1, 2, 3] }, { a: [1, 3] }, [2]],
    ['deleted($.a)', { a: [1, 3] }, { a: [1, 2, 3] }, [2]],
    ['added($.a)', { a: ['b', 'a'] }, { a: ['a', 'b'] }, ['b']],
    ['added($.a)', { a: { x: 1, y: 2 } }, { a: { x: 1, y: 1, z: 1 } }, { y: 2 }],
    ['deleted($.a)', { a: { x: 1, y: 2 } }, { a: { x: 1, y: 1, z: 1 } }, { y: 1, z: 1 }],
    ['added($.a)', { a: 'one\ntwo' }, { a: 'one' }, ['two']],
    ['added($.a)', { a: 5 }, { a: 4 }, 5],
    ['added($.a)', { a: 5 }, { a: 5 }, null],
    ['added($.a)', { a: [1] }, {}, [1]],
    ['deleted($.a)', { a: [1] }, {}, null],
    ['added($.nodes).uid', { nodes: nodes('4', '5') }, { nodes: nodes('4') }, ['5']],
    ['added($.a.toSet())', { a: [2, 1] }, { a: [1] }, [2]],
  ])('%s of %j after %j is %j', (text, data, previous, expected) => {
    expect(valueOf(text, { data, previous })).toEqual(expected);
  });

  it.each([
    [199, 1],
    [200, 50],
  ])('from 200 members on, starts no common run at what is repeated often, as the field: %i', (length, count) => {
    const before = Array.from({ length: length - 1 }, () => 'x');
    const data = { a: [...before.slice(0, 150), 'new', ...before.slice(150)] };
    expect(valueOf('added($.a).len()', { data, previous: { a: before } })).toBe(count);
  });
});

describe('what many nodes have in common', () => {
  // As where each node has a state of its own, and all of those share what is common to the cluster.
  const everybody = (count: number) =>
    Object.fromEntries(nodes(...Array.from({ length: count }, (_, index) => String(index))).map((it) => [it.uid, it]));
  const [before, now] = [{ nodes: everybody(1000) }, { nodes: everybody(1001) }];
  const common = { before: { meta: before, size: before }, now: { meta: structuredClone(before), size: now } };

  it.each(['changed($)', 'not changed($.meta)', "'1000' in added($.size.nodes.values()).uid"])(
    'is compared once by %s, not for each of them',
    (text) => {
      const memo = new EvaluationMemo();
      const onNode = (uid: string, steps: number) =>
        outcomeOf(text, { data: { ...common.now, uid }, previous: { ...common.before, uid }, memo }, { steps });
      expect(onNode('1', 1000)).toMatchObject({ ok: false });
      expect(onNode('1', 1_000_000)).toMatchObject({ ok: true, value: true });
      expect(onNode('2', 100)).toMatchObject({ ok: true, value: true });
    },
  );
});

describe('changes', () => {
  it.each([
    [
      'changed($.get("ntp_servers"))',
      { ntp_servers: [1, 2, 3] },
      { ntp_servers: [1, 2] },
      'ntp_servers: 2 -> 3 values',
    ],
    ['changed($.ssl)', { ssl: { host: 'b', on: true } }, { ssl: { host: 'a', on: true } }, 'ssl.host: "a" -> "b"'],
    ['changed($.ssl)', { ssl: { a: 1, b: 1, c: 1 } }, { ssl: { a: 2, b: 2, c: 1 } }, 'ssl.a: 2 -> 1 and 1 more'],
    ['changed($.debug)', { debug: true }, {}, 'new: debug'],
    ['changed($.a)', { a: { x: 1 } }, { a: {} }, 'new: a.x'],
    ['changed($.a)', { a: {} }, { a: { x: 1 } }, 'gone: a.x'],
    ['changed($.a)', { a: [1, { k: 2 }] }, { a: [1, { k: 1 }] }, 'a[1].k: 1 -> 2'],
    ['changed($.a)', { a: [3, 4] }, { a: [1, 2] }, 'a: 2 of 2 values differ'],
    ['changed($.a)', { a: [] }, { a: 'x' }, 'a: "x" -> 0 values'],
    ['changed($)', { a: 2 }, { a: 1 }, 'a: 1 -> 2'],
    ['changed($.a.len() > 1)', { a: [1, 2] }, { a: [] }, '$.a.len() > 1: false -> true'],
    ['added($.nodes).uid', { nodes: nodes('1', '2') }, { nodes: nodes('1') }, 'nodes: 1 added'],
    ['deleted($.nodes)', { nodes: [] }, { nodes: nodes('1') }, 'nodes: 1 deleted'],
    ['added($.nodes)', { nodes: nodes('1') }, null, 'new: nodes'],
  ])('of %s from %j to %j reads %j', (text, data, previous, expected) => {
    expect(changesOf(text, data, previous)).toEqual([expected]);
  });

  it('are none where nothing changed', () => {
    expect(changesOf('changed($.a) or added($.b)', { a: 1, b: [1] }, { a: 1, b: [1] })).toEqual([]);
  });

  it('are short, at most ten, and on one line', () => {
    const data = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 'x\n'.repeat(500)]));
    const text = Object.keys(data)
      .map((key) => `changed($.${key})`)
      .join(' and ');
    const changes = changesOf(text, data, {});
    expect(changes).toHaveLength(10);
    const [long = ''] = changesOf(
      `changed($.${'😀'.repeat(0)}${'k'.repeat(5000)})`,
      { ['k'.repeat(5000)]: 'x'.repeat(9000) },
      { ['k'.repeat(5000)]: 'y\u2028\u0007z' },
    );
    expect(long.length).toBeLessThanOrEqual(200);
    expect(long).not.toMatch(/[\n\u0007\u2028]/);
  });
});
