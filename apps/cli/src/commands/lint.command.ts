import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { lintBundle } from '../bundle/lint-bundle';

/** `lint`: the checks of publishing without publishing, and advice. */
export function defineLintCommand(run: Run, program: Command): void {
  const lint = program
    .command('lint <dir>')
    .description('check a release or plugin and advise its author, without a server');
  act(run, lint, (session, _options, [dir = '']) => lintBundle(session, dir));
}
