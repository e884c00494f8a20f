import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DRIVER_ACTIONS, type DriverAction } from '@muster/model';
import type { NodeDriver } from '../../ports/node-driver';
import type { NodeTarget } from '../../ports/node-port';

const target: NodeTarget = {
  ...{
    name: "it's; touch injected",
    address: '192.0.2.1',
    port: 2222,
    user: 'root',
    become: 'none',
    identity: 'PRIVATE-TEXT',
  },
  ...{ hostKey: 'SHA256:abc', stateDir: '/var/lib/muster', jumps: [] },
};

/** What every node driver promises; `can` are the actions that this one has, all of which succeed. */
export function describeNodeDriver(name: string, driver: NodeDriver, can: readonly DriverAction[]): void {
  describe(`the node driver ${name}`, () => {
    const asked = (action: DriverAction, parameters = {}) => driver.operation(action, { target, parameters });

    it.each(DRIVER_ACTIONS.map((action) => [action, can.includes(action)] as const))(
      'can do %s: %s',
      (action, able) => {
        const answer = asked(action);
        if (able) expect(answer).toHaveProperty('operation.kind');
        // The sentence names the action, so that a person knows what to add.
        else expect(answer).toEqual({ unsupported: expect.stringContaining(`"${action}"`) as string });
      },
    );

    it.each(can.map((action) => [action]))('ends %s with code 0, and runs nothing of what it is told', (action) => {
      const answer = asked(action, { x: '$(touch injected)' });
      if (!('operation' in answer)) throw new Error(answer.unsupported);
      const { operation } = answer;
      if (operation.kind !== 'command') return expect(operation).toEqual({ kind: 'reboot' });
      const folder = mkdtempSync(join(tmpdir(), 'muster-driver-'));
      try {
        for (const { path, content } of operation.files) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          if ('base64' in content) writeFileSync(join(folder, path), Buffer.from(content.base64, 'base64'));
        }
        const env = { PATH: process.env['PATH'], MUSTER_ATTEMPT_DIR: folder, ...operation.env };
        const { status, stderr } = spawnSync('/bin/sh', ['-c', operation.script], {
          cwd: folder,
          env,
          encoding: 'utf8',
        });
        expect([status, stderr]).toEqual([0, '']);
        expect(spawnSync('test', ['-e', join(folder, 'injected')]).status).toBe(1);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('gives the same for the same, and never the private key', () => {
      for (const action of DRIVER_ACTIONS) {
        expect(asked(action)).toEqual(asked(action));
        expect(JSON.stringify(asked(action))).not.toContain('PRIVATE-TEXT');
      }
    });
  });
}
