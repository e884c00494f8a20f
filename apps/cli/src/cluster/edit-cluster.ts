import type { AppliedCluster, MadeCluster } from '@muster/client';
import { isJsonObject, type Json, type JsonObject } from '@muster/model';
import { ExitCode } from '../exit-code';
import { readText } from '../io/read-text';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { readPath, spellPath } from './setting-path';

export interface EditClusterOptions {
  readonly reason?: string;
  readonly text?: boolean;
}

/** `PATH=VALUE...`: values are YAML, `@FILE` is the text of a file, so that a secret needs not be on a command line. */
export async function setInCluster(
  session: Session,
  { reason, text }: EditClusterOptions,
  [name = '', ...assignments]: readonly string[],
): Promise<ExitCode> {
  let patch: JsonObject = {};
  for (const assignment of assignments) {
    const split = splitAssignment(assignment);
    const value = await readValue(session, split.value, text === true);
    patch = joined(patch, below(readPath(split.path), value));
  }
  return edit(session, name, patch, reason);
}

/** `PATH...`: what stands there is taken away, so that it is inherited again. */
export async function unsetInCluster(
  session: Session,
  { reason }: EditClusterOptions,
  [name = '', ...paths]: readonly string[],
): Promise<ExitCode> {
  const patch = paths.map((path) => below(readPath(path), null)).reduce(joined, {});
  return edit(session, name, patch, reason);
}

export async function rollBackCluster(
  session: Session,
  { reason }: EditClusterOptions,
  [name = '', revision = '']: readonly string[],
): Promise<ExitCode> {
  if (!/^[1-9]\d{0,8}$/.test(revision)) throw usageProblem('REVISION', `\`${revision}\` is no number of a revision`);
  return tellApplied(session, await (await session.client()).clusters.rollback(name, Number(revision), reason));
}

export function tellApplied(session: Session, applied: AppliedCluster, more = ''): ExitCode {
  session.warn(applied.problems);
  session.answer(applied, () =>
    applied.changed
      ? `cluster ${applied.cluster} is now at revision ${applied.revision}${more}\n`
      : `cluster ${applied.cluster} is unchanged at revision ${applied.revision}\n`,
  );
  return ExitCode.success;
}

/** A cluster that was made, and what is missing in it. */
export function tellMade(session: Session, made: MadeCluster): ExitCode {
  if (made.toBeFilled.length > 0) {
    session.say('to be filled before it can be deployed:');
    for (const { path } of made.toBeFilled) session.say(`  ${spellPath(path)}`);
  }
  return tellApplied(session, made);
}

async function edit(session: Session, name: string, patch: JsonObject, reason: string | undefined): Promise<ExitCode> {
  const client = await session.client();
  return tellApplied(session, await client.clusters.patch(name, patch, reason === undefined ? {} : { reason }));
}

/** The first `=` that is not in a quoted key. */
function splitAssignment(text: string): { readonly path: string; readonly value: string } {
  const found = /^((?:"(?:[^"\\]|\\.)*"|[^"=])+)=([\s\S]*)$/.exec(text);
  if (!found) throw usageProblem('PATH=VALUE', `\`${text.slice(0, 60)}\` has no \`=\``);
  return { path: found[1] ?? '', value: found[2] ?? '' };
}

async function readValue(session: Session, written: string, isText: boolean): Promise<Json> {
  if (written.startsWith('@')) return (await readText(session.io.cwd, written.slice(1), 'value')).replace(/\r?\n$/, '');
  if (isText) return written;
  const { parse } = await import('yaml');
  const value = readYaml(parse, written);
  if (value === null) throw usageProblem('PATH=VALUE', 'nothing is no value: `muster cluster unset` takes one away');
  return value;
}

function readYaml(parse: (text: string) => unknown, written: string): Json {
  try {
    return parse(written) as Json;
  } catch {
    throw usageProblem('PATH=VALUE', `\`${written.slice(0, 60)}\` is no YAML; --text takes it as it is`);
  }
}

function below(path: readonly string[], value: Json): JsonObject {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject;
}

function joined(a: JsonObject, b: JsonObject): JsonObject {
  const all = new Map<string, Json>(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const there = all.get(key);
    all.set(key, isJsonObject(there) && isJsonObject(value) ? joined(there, value) : value);
  }
  return Object.fromEntries(all);
}
