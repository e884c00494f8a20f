import { createHash } from 'node:crypto';
import type { GraphTask, JsonObject, TaskGraph } from '@muster/model';
import { packGraph, unpackGraph } from './packed-graph';
import { PARAMETERS_INLINE_MAX, putParametersBack, takeParametersApart } from './parameters-apart';

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

function task(
  definition: string,
  node: string,
  parameters: JsonObject,
  action: GraphTask['action'] = 'run',
): GraphTask {
  return {
    task: `${definition}@${node}`,
    definition,
    node,
    type: 'upload_file',
    action,
    reason: { code: 'new', text: 'new' },
    requires: [],
    parameters,
    limit: null,
    limits: [],
    expectedMs: null,
    retries: { count: 0, delayMs: 0, backoff: 1 },
    timeoutMs: 1000,
    onFailure: 'fail',
    idempotent: false,
    outputs: null,
    files: [],
  };
}

const large = 'x'.repeat(PARAMETERS_INLINE_MAX);
const graph: TaskGraph = {
  graphType: 'default',
  cluster: 'c',
  tasks: [
    task('big', 'n1', { data: large, path: '/a' }),
    task('big', 'n2', { data: large, path: '/a' }),
    task('other', 'n1', { data: `${large}ü`, path: '/b' }),
    task('skipped', 'n1', { data: large, path: '/c' }, 'skip'),
    task('small', 'n1', { cmd: 'true', $artifact: digestOf('not a reference'), parametersFrom: digestOf('nor this') }),
  ],
  barriers: [],
  faultTolerance: [],
  limits: {},
  master: null,
};

describe('large parameters', () => {
  it('are taken out, each once, and put back as they were', async () => {
    const { packed, contents } = takeParametersApart(packGraph(graph), digestOf);
    expect(contents).toHaveLength(2);
    expect(JSON.stringify(packed).length).toBeLessThan(2 * PARAMETERS_INLINE_MAX);
    const texts = new Map(contents.map((text) => [digestOf(text), text]));
    const back = await putParametersBack(JSON.parse(JSON.stringify(packed)), async (digest) => texts.get(digest) ?? '');
    expect(unpackGraph(back)).toEqual({ ok: true, graph });
  });

  it('make a graph that an older version refuses, saying why', () => {
    expect(unpackGraph(takeParametersApart(packGraph(graph), digestOf).packed)).toEqual({
      ok: false,
      reason: expect.stringContaining('v: ') as string,
    });
  });

  it('leave a graph without any as it was, and as older versions send it', async () => {
    const pack = packGraph({ ...graph, tasks: graph.tasks.slice(3) });
    expect(takeParametersApart(pack, digestOf)).toEqual({ packed: pack, contents: [] });
    const read = () => Promise.reject(new Error('nothing is read'));
    expect(await putParametersBack(pack, read)).toBe(pack);
    for (const other of [null, 3, { v: 3 }, { v: 2 }]) expect(await putParametersBack(other, read)).toBe(other);
  });

  it('stay in the graph beyond so many that the message would be large', () => {
    const many = Array.from({ length: 2500 }, (_, at) => task('big', `n${at}`, { data: `${large}${'y'.repeat(at)}` }));
    const { contents } = takeParametersApart(packGraph({ ...graph, tasks: many }), digestOf);
    expect(contents).toHaveLength(2000);
    expect(Math.min(...contents.map((text) => text.length))).toBeGreaterThan(PARAMETERS_INLINE_MAX + 500);
  });

  it('are refused when they are none', async () => {
    const { packed } = takeParametersApart(packGraph(graph), digestOf);
    await expect(putParametersBack(packed, async () => '[]')).rejects.toThrow('no object');
  });

  it('counts bytes of UTF-8, as the message has them', () => {
    const of = (data: string) =>
      takeParametersApart(packGraph({ ...graph, tasks: [task('t', 'n1', { data })] }), digestOf).contents.length;
    expect(of('\u65e5'.repeat(PARAMETERS_INLINE_MAX / 2))).toBe(1);
    expect(of('x'.repeat(PARAMETERS_INLINE_MAX / 2))).toBe(0);
  });
});
