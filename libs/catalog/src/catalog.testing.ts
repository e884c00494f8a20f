import type { Bundle, TaskDefinition } from '@muster/model';
import { formatProblem, type Problem } from '@muster/problems';
import { parseBundle, type ParsedBundle } from './bundle/parse-bundle';

/** Parses files given as text; those below `files/` get a digest. */
export function parsed(files: Readonly<Record<string, string>>, manifestOptional = false): ParsedBundle {
  const entries = Object.entries(files).map(([path, text]) =>
    path.startsWith('files/') ? { path, digest: `sha256:${'0'.repeat(64)}`, size: text.length } : { path, text },
  );
  return parseBundle(entries, { manifestOptional });
}

export const MANIFEST = 'name: r\nversion: 1.0.0\n';

/** Parses one task definition of a valid release. */
export function definition(text: string): { definition: TaskDefinition | undefined; problems: readonly Problem[] } {
  const { bundle, problems } = parsed({
    'release.yaml': MANIFEST,
    'tasks.yaml': `- ${text.trim().replaceAll('\n', '\n  ')}\n`,
  });
  return { definition: bundle?.graphs[0]?.definitions[0], problems };
}

export function bundleOf(files: Readonly<Record<string, string>>): Bundle {
  const { bundle, problems } = parsed(files);
  if (!bundle) throw new Error(problems.map(formatProblem).join('\n'));
  return bundle;
}

/** Problems as `file:line CODE subject: summary`. */
export function shown(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ code, subject, summary, place }) => `${place?.file ?? '-'}:${place?.line ?? '-'} ${code} ${subject}: ${summary}`,
  );
}
