import type { TaskOutputMessage } from '@muster/protocol';
import { HandMovedClock, settled } from '../hand-moved-clock.testing';
import type { MakeMasker } from '../ports/publishing';
import { QuietLog } from '../quiet-log.testing';
import { OutputForwarder } from './output-forwarder';

const ID = 'd1.0.1';
const SECRET = 'hunter2-hunter2';

/** Stars in place of the secrets, once the bytes that may still belong to one have come. */
const makeMasker: MakeMasker = (secrets) => {
  let held = '';
  const longest = Math.max(...secrets.map((secret) => secret.length));
  const take = (certain: number): Uint8Array => {
    for (const secret of secrets) held = held.replaceAll(secret, '*'.repeat(secret.length));
    const out = held.slice(0, certain);
    held = held.slice(certain);
    return Buffer.from(out, 'latin1');
  };
  return {
    push: (bytes) => {
      held += Buffer.from(bytes).toString('latin1');
      return take(Math.max(0, held.length - longest + 1));
    },
    flush: () => take(held.length),
  };
};

/** A forwarder, what reached the planner, and a node that kept everything. */
class OutputBed {
  readonly clock = new HandMovedClock();
  readonly quiet = new QuietLog();
  readonly sent: TaskOutputMessage[] = [];
  kept = Buffer.alloc(0);
  refuse = 0;
  unreachable = 0;
  mostUnderWay = 0;
  /** Held back publishes, when the broker is slow. */
  slow: (() => void)[] | null = null;
  readonly forwarder: OutputForwarder;
  #underWay = 0;

  constructor(readonly secrets: readonly string[] = []) {
    const publish = async (message: TaskOutputMessage): Promise<void> => {
      this.mostUnderWay = Math.max(this.mostUnderWay, ++this.#underWay);
      if (this.slow) await new Promise<void>((resolve) => this.slow?.push(resolve));
      this.#underWay--;
      if (this.refuse > 0) {
        this.refuse--;
        throw new Error('the queue is full');
      }
      this.sent.push(message);
    };
    const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    this.forwarder = new OutputForwarder(publish, makeMasker, encode, this.clock);
    this.forwarder.begin(ID, {
      ...{ deployment: 'd1', task: 'a@n1', attempt: 1, secrets, log: this.quiet },
      read: async (stream, offset, length) => {
        if (this.unreachable > 0) {
          this.unreachable--;
          throw new Error('the node does not answer');
        }
        return stream === 'stdout' ? this.kept.subarray(offset, offset + length) : new Uint8Array();
      },
    });
  }

  /** The node writes `text`; what it wrote also comes by the stream, unless `lost`. */
  write(text: string, lost = false): void {
    const bytes = Buffer.from(text, 'latin1');
    const offset = this.kept.length;
    this.kept = Buffer.concat([this.kept, bytes]);
    if (!lost) this.forwarder.push(ID, 'stdout', offset, bytes);
  }

  /** The attempt ends; gives what the planner holds, dots where it holds nothing. */
  async finish(): Promise<string> {
    const finished = this.forwarder.finish(ID, { stdout: this.kept.length, stderr: 0 });
    this.slow?.splice(0).forEach((go) => go());
    this.slow = null;
    await this.clock.move(60_000);
    await finished;
    const whole = Buffer.alloc(this.kept.length, '.');
    for (const { offset, data } of this.sent) whole.set(Buffer.from(data, 'base64'), offset);
    return whole.toString('latin1');
  }
}

describe('the output forwarder', () => {
  it('sends chunks as they come, in pieces that a message may carry', async () => {
    const bed = new OutputBed();
    bed.write('one\n');
    await settled();
    expect(bed.sent).toMatchObject([{ task: 'a@n1', attempt: 1, stream: 'stdout', offset: 0 }]);
    bed.write('x'.repeat(150_000));
    expect(await bed.finish()).toBe(`one\n${'x'.repeat(150_000)}`);
    expect(bed.sent.map(({ offset }) => offset)).toEqual([0, 4, 65_540, 131_076]);
  });

  it('keeps what is under way bounded, and reads from the node what it dropped for that', async () => {
    const bed = new OutputBed();
    bed.slow = [];
    // Each counts its bytes and 1 KiB: 4 MiB are 64 chunks of full length, or some 4,000 lines.
    for (let line = 0; line < 5000; line++) bed.write(`${line}\n`.padStart(1024));
    expect(bed.mostUnderWay).toBe(2048);
    expect(await bed.finish()).toBe(bed.kept.toString());
    expect(bed.mostUnderWay).toBe(2048);
    expect(bed.sent.length).toBeLessThan(2200);
  });

  it('fills a gap that a full queue made in the middle', async () => {
    const bed = new OutputBed();
    bed.write('before ');
    await settled();
    bed.refuse = 1;
    bed.write('refused ');
    bed.write('after');
    expect(await bed.finish()).toBe('before refused after');
  });

  it('reads from where a chunk does not follow the last, and takes nothing twice', async () => {
    const bed = new OutputBed();
    bed.write('first ');
    bed.write('never came ', true);
    bed.write('third');
    expect(await bed.finish()).toBe('first never came third');

    const again = new OutputBed();
    again.write('abc');
    again.forwarder.push(ID, 'stdout', 0, Buffer.from('abc'));
    again.write('def');
    expect(await again.finish()).toBe('abcdef');
    expect(again.sent.map(({ offset }) => offset)).toEqual([0, 3]);
  });

  it('masks a secret that chunks cut', async () => {
    const bed = new OutputBed([SECRET]);
    for (const letter of `password ${SECRET} done`) bed.write(letter);
    expect(await bed.finish()).toBe(`password ${'*'.repeat(SECRET.length)} done`);
  });

  it('masks a secret that a gap cuts, wherever the gap begins', async () => {
    const text = `password ${SECRET} done`;
    for (let cut = 0; cut < text.length; cut++) {
      const bed = new OutputBed([SECRET]);
      bed.write(text.slice(0, cut));
      bed.write(text.slice(cut, cut + 3), true);
      bed.write(text.slice(cut + 3));
      expect(await bed.finish()).toBe(`password ${'*'.repeat(SECRET.length)} done`);
      const all = bed.sent.map(({ data }) => Buffer.from(data, 'base64').toString());
      expect(all.join('|')).not.toMatch(/hunter|ter2/);
    }
  });

  it('asks a node that does not answer again, and says when it gives up', async () => {
    const patient = new OutputBed();
    patient.write('lost', true);
    patient.write('!');
    patient.unreachable = 3;
    expect(await patient.finish()).toBe('lost!');
    expect(patient.quiet.warnings).toEqual([]);

    const gone = new OutputBed();
    gone.write('lost', true);
    gone.write('!');
    gone.unreachable = 1_000;
    expect(await gone.finish()).toBe('.....');
    expect(gone.quiet.warnings).toHaveLength(1);
  });

  it('takes nothing of an attempt that it does not know or has dropped', async () => {
    const bed = new OutputBed();
    bed.forwarder.push('other', 'stdout', 0, Buffer.from('x'));
    bed.forwarder.drop(ID);
    bed.write('late');
    await bed.finish();
    expect(bed.sent).toEqual([]);
  });
});
