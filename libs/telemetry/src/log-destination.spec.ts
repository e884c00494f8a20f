import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logDestination } from './log-destination';

describe('where the log is written', () => {
  it('ends no program when the disk is full', () => {
    const full = openSync('/dev/full', 'w');
    const library = JSON.stringify(join(__dirname, '../dist/index.js'));
    const program = `
      const log = require(${library}).createLogger({ name: 'test' });
      for (let line = 0; line < 1000; line += 1) log.info('line');
      setImmediate(() => console.log('goes on'));
    `;
    try {
      const ended = spawnSync(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', full], encoding: 'utf8' });
      expect([ended.status, ended.stdout]).toEqual([0, 'goes on\n']);
    } finally {
      closeSync(full);
    }
  });

  describe('a pipe whose reader does not keep up', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-log-'));
    const path = join(folder, 'pipe');
    let fd: number;
    beforeAll(() => {
      expect(spawnSync('mkfifo', [path]).status).toBe(0);
      fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    });
    afterAll(() => {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    });

    /** Writes until the pipe takes no more; tells how many bytes it took. */
    function fill(): number {
      let took = 0;
      // Whole pages, then what is left of the last one.
      for (const size of [4096, 1])
        for (;;) {
          try {
            took += writeSync(fd, '.'.repeat(size));
          } catch {
            break;
          }
        }
      return took;
    }

    /** So many bytes of what is in the pipe; all that there is without a number. */
    function read(bytes = 1 << 20): string {
      const pieces: Buffer[] = [];
      for (let left = bytes; left > 0;) {
        const piece = Buffer.alloc(Math.min(left, 65_536));
        try {
          const count = readSync(fd, piece);
          pieces.push(piece.subarray(0, count));
          left -= count;
        } catch {
          break;
        }
      }
      return Buffer.concat(pieces).toString();
    }

    it('is told how many lines are lost as soon as one can be written again', () => {
      const told: number[] = [];
      const log = logDestination(fd, (lines) => told.push(lines));
      log.write('first\n');
      expect(read()).toBe('first\n');
      const full = fill();
      log.write('lost\n');
      log.write('lost too\n');
      expect(told).toEqual([]);
      expect(read()).toHaveLength(full);
      log.write('there is room\n');
      expect(told).toEqual([2]);
      log.write('last\n');
      expect(told).toEqual([2]);
      expect(read()).toBe('there is room\nlast\n');
    });

    it('gets the rest of a line of which there was room for a part, before any other', () => {
      const told: number[] = [];
      const log = logDestination(fd, (lines) => told.push(lines));
      const full = fill();
      expect(read(8192)).toHaveLength(8192);
      // More than fits, and more than a pipe takes as a whole or not at all.
      log.write(`${'x'.repeat(20_000)}\n`);
      log.write('lost\n');
      const before = read();
      expect(before.slice(full - 8192)).toMatch(/^x+$/);
      log.write('last\n');
      expect(before.slice(full - 8192) + read()).toBe(`${'x'.repeat(20_000)}\nlast\n`);
      expect(told).toEqual([1]);
    });
  });
});
