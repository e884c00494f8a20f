import { effectiveSettings } from '@muster/catalog';
import type { Bundle, OptionDeclaration } from '@muster/model';
import { secretPaths, validateJson } from '@muster/model/schema';
import { problem, type Problem } from '@muster/problems';
import { meant, over } from '../lint-rule';
import type { LintWork } from '../lint-work';

/**
 * Options that require what is not declared (in a plugin that may be the release's), that are on by default without what they
 * require, and whose settings do not fit the schema or are secrets, which do not belong into a bundle.
 */
export function findOptionFaults(bundle: Bundle, work: LintWork): Iterable<Problem> {
  const { kind, options = {} } = bundle;
  const isWhole = kind === 'release' && bundle.extends === null;
  const all = new Map(Object.values(options).flatMap((group) => Object.entries(group.options)));
  const groups = Object.values(options).flatMap((group) =>
    Object.values(group.options).map((option) => [group.name, option] as const),
  );
  return over(work, groups, ([group, option]) => {
    const told = (summary: string, remedy?: string): Problem =>
      problem('LINT_OPTION', {
        subject: `option ${option.name}`,
        summary,
        ...(remedy === undefined ? {} : { remedy }),
        place: { file: `${kind}.yaml`, path: `options.${group}.options.${option.name}` },
      });
    const missing = isWhole ? option.requires.filter((each) => !all.has(each)) : [];
    const off = option.default ? option.requires.filter((each) => all.get(each)?.default === false) : [];
    return [
      ...missing.map((each) =>
        told(
          `requires the option \`${each}\`, which is not declared`,
          `Correct the name, or declare it.${meant(work, each, [...all.keys()])}`,
        ),
      ),
      ...off.map((each) => told(`is on by default and requires \`${each}\`, which is not`)),
      ...settingFaults(bundle, option, work).map((each) => told(each)),
    ];
  });
}

function settingFaults({ settings: schema }: Bundle, { settings }: OptionDeclaration, work: LintWork): string[] {
  if (schema === null || Object.keys(settings).length === 0) return [];
  work.spend(1 + JSON.stringify(settings).length / 10);
  const secrets = secretPaths(schema, settings).map(
    (path) => `sets the secret \`${path.join('.')}\`: anybody can read it here`,
  );
  const given = new Set(Object.keys(settings));
  const wrong = validateJson(schema, effectiveSettings(schema, settings, {}))
    .filter(({ severity, path }) => severity === 'error' && given.has(path[0] ?? ''))
    .map(({ path, text }) => `sets \`${path.join('.').slice(0, 200)}\`, which ${text}`);
  return [...secrets, ...wrong];
}
