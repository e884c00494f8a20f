import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
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

  it('says how many lines are lost as soon as one can be written again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-log-'));
    const file = join(folder, 'log');
    const full = openSync('/dev/full', 'w');
    const roomy = openSync(file, 'w');
    let fd = roomy;
    const told: number[] = [];
    const log = logDestination(
      () => fd,
      (lines) => told.push(lines),
    );
    try {
      log.write('first\n');
      fd = full;
      log.write('lost\n');
      log.write('lost too\n');
      expect(told).toEqual([]);
      fd = roomy;
      log.write('there is room\n');
      expect(told).toEqual([2]);
      log.write('last\n');
      expect(told).toEqual([2]);
      expect(readFileSync(file, 'utf8')).toBe('first\nthere is room\nlast\n');
    } finally {
      closeSync(full);
      closeSync(roomy);
      rmSync(folder, { recursive: true });
    }
  });

  it('completes a line of which there was room for a part', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-log-'));
    const library = JSON.stringify(join(__dirname, '../dist/log-destination.js'));
    const program = `
      process.on('SIGXFSZ', () => undefined);
      const fs = require('node:fs');
      const [small, roomy] = [fs.openSync('small', 'w'), fs.openSync('roomy', 'w')];
      let fd = small;
      const told = [];
      const log = require(${library}).logDestination(() => fd, (lines) => told.push(lines));
      log.write('x'.repeat(1000) + '\\n');
      log.write('y'.repeat(99) + '\\n');
      fd = roomy;
      log.write('last\\n');
      console.log(JSON.stringify([fs.readFileSync('small', 'utf8').length, fs.readFileSync('roomy', 'utf8'), told]));
    `;
    try {
      // Files of this shell's children end at one block of 512 bytes.
      const script = 'ulimit -f 1; exec "$0" -e "$1"';
      const ended = spawnSync('/bin/sh', ['-c', script, process.execPath, program], { cwd: folder, encoding: 'utf8' });
      expect(ended.stderr).toBe('');
      const [small, roomy, told] = JSON.parse(ended.stdout) as [number, string, number[]];
      expect([small, roomy, told]).toEqual([512, `${'x'.repeat(1000 - small)}\nlast\n`, [1]]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
