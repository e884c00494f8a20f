import type { Command } from 'commander';
import { act, repeated, type Run } from '../define-command';
import { lintBundle } from '../bundle/lint-bundle';

/** `lint`: the checks of publishing without publishing, and advice. */
export function defineLintCommand(run: Run, program: Command): void {
  const lint = program
    .command('lint <dir>')
    .description('check a release or plugin and advise its author, without a server')
    .option('--bundle <dir>', 'folder of a release that it extends or includes; may be repeated', repeated);
  act<{ bundle?: readonly string[] }>(run, lint, (session, { bundle }, [dir = '']) => lintBundle(session, dir, bundle));
}
