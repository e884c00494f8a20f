import {
  gatheredOutput,
  type GatheredOutputMessage,
  OUTPUT_CHUNKS_MAX,
  type TaskOutputMessage,
} from '@muster/protocol';
import { HandMovedClock, settled } from '../hand-moved-clock.testing';
import { OutputGatherer } from './output-gatherer';

const chunk = (offset: number, data = 'eA=='): TaskOutputMessage => ({
  ...{ deployment: '0b6d1f6e-6f0e-4d0b-9a53-2d6f6f1c7a01', task: 'a@n1', attempt: 1, stream: 'stdout' },
  ...{ offset, data },
});

function newBed(): {
  readonly clock: HandMovedClock;
  readonly sent: number[][];
  readonly gatherer: OutputGatherer;
  readonly refuse: { next: boolean };
} {
  const clock = new HandMovedClock();
  const sent: number[][] = [];
  const refuse = { next: false };
  const publish = async (message: GatheredOutputMessage): Promise<void> => {
    gatheredOutput.body.parse(message);
    if (refuse.next) throw new Error('the queue is full');
    sent.push(message.chunks.map(({ offset }) => offset));
  };
  return { clock, sent, refuse, gatherer: new OutputGatherer(publish, clock) };
}

describe('the gatherer of output', () => {
  it('sends the first after a silence at once, and what follows together', async () => {
    const { clock, sent, gatherer } = newBed();
    const first = gatherer.add(chunk(0));
    await clock.move(0);
    await first;
    const others = [gatherer.add(chunk(1)), gatherer.add(chunk(2))];
    await clock.move(199);
    expect(sent).toEqual([[0]]);
    const last = gatherer.add(chunk(3));
    await clock.move(1);
    await Promise.all([...others, last]);
    expect(sent).toEqual([[0], [1, 2, 3]]);
    void gatherer.add(chunk(4));
    await clock.move(400);
    void gatherer.add(chunk(5));
    await clock.move(0);
    expect(sent.slice(2)).toEqual([[4], [5]]);
    expect(clock.waiting).toBe(0);
  });

  it('does not wait with a message that is full', async () => {
    const { clock, sent, gatherer } = newBed();
    void gatherer.add(chunk(0));
    void gatherer.add(chunk(1, 'A'.repeat(64 * 1024)));
    await settled();
    expect(sent).toEqual([[0, 1]]);
    for (let offset = 0; offset <= OUTPUT_CHUNKS_MAX; offset++) void gatherer.add(chunk(offset));
    await settled();
    expect(sent.map(({ length }) => length)).toEqual([2, OUTPUT_CHUNKS_MAX]);
    await clock.move(200);
    expect(sent.map(({ length }) => length)).toEqual([2, OUTPUT_CHUNKS_MAX, 1]);
  });

  it('tells every chunk of a message that was refused, and goes on with the next', async () => {
    const { clock, sent, gatherer, refuse } = newBed();
    refuse.next = true;
    const both = Promise.allSettled([gatherer.add(chunk(0)), gatherer.add(chunk(1))]);
    await clock.move(0);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    refuse.next = false;
    void gatherer.add(chunk(2));
    await clock.move(200);
    expect(sent).toEqual([[2]]);
  });

  it('sends at its end what waits, and waits for the answer', async () => {
    const { clock, sent, gatherer } = newBed();
    await gatherer.flush();
    void gatherer.add(chunk(0));
    await clock.move(0);
    const waiting = [gatherer.add(chunk(1)), gatherer.add(chunk(2))];
    await gatherer.flush();
    expect(sent).toEqual([[0], [1, 2]]);
    await Promise.all(waiting);
    expect(clock.waiting).toBe(0);
  });
});
