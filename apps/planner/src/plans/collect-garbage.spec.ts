import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a program of its own prints, whose flags and heap are its own. */
function run(program: string): unknown {
  const library = JSON.stringify(join(__dirname, '../../dist/plans/collect-garbage.js'));
  const text = `const { collectGarbage } = require(${library});\n${program}`;
  const ended = spawnSync(process.execPath, ['-e', text], { encoding: 'utf8' });
  expect([ended.status, ended.stderr]).toEqual([0, '']);
  return JSON.parse(ended.stdout);
}

describe('collecting garbage', () => {
  it('frees what nobody holds and gives its pages back, and keeps what is held', () => {
    const [before, after, held] = run(`
      const { getHeapStatistics } = require('node:v8');
      const figures = () => { const { used_heap_size: used, total_heap_size: room } = getHeapStatistics(); return { used, room }; };
      const make = () => {
        const all = Array.from({ length: 1000000 }, (_, index) => ({ index, text: 'x' + index }));
        // Some of every page.
        return [all.filter(({ index }) => index % 100 === 0), figures()];
      };
      const [kept, before] = make();
      collectGarbage();
      console.log(JSON.stringify([before, figures(), kept.every(({ index, text }) => text === 'x' + index)]));
    `) as [{ used: number; room: number }, { used: number; room: number }, boolean];
    expect(held).toBe(true);
    expect(after.used).toBeLessThan(before.used / 2);
    expect(after.room).toBeLessThan(before.room / 2);
  });

  it('may be asked for again, and gives the program around it nothing new', () => {
    expect(
      run(`
        for (let time = 0; time < 3; time++) collectGarbage();
        console.log(JSON.stringify(typeof gc));
      `),
    ).toBe('undefined');
  });
});
