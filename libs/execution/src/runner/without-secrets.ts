import type { AttemptResult, Json } from '@muster/model';

const SHOWN = '<secret>';
/** As for output: shorter values would blacken half of any text, and tell a reader more than they hide. */
const LENGTH_MIN = 4;

/**
 * The result with `secrets` taken out of every text in it. It becomes an event and a log line, and what a task gives as
 * its outputs, or what was refused of its parameters, may hold what the task was given.
 */
export function withoutSecrets(result: AttemptResult, secrets: readonly string[]): AttemptResult {
  const hidden = hiddenOf(secrets);
  return hidden.length === 0 ? result : mapTexts(result, (text) => shownText(text, hidden));
}

/** As `withoutSecrets`, of one text. */
export function textWithoutSecrets(text: string, secrets: readonly string[]): string {
  return shownText(text, hiddenOf(secrets));
}

function hiddenOf(secrets: readonly string[]): readonly string[] {
  return (
    [...new Set(secrets.flatMap((secret) => [secret, secret.trim()]))]
      .filter((secret) => secret.length >= LENGTH_MIN)
      // The longest first: a secret that contains another one goes whole.
      .sort((a, b) => b.length - a.length)
  );
}

function shownText(text: string, hidden: readonly string[]): string {
  return hidden.reduce((left, secret) => left.replaceAll(secret, SHOWN), text);
}

function mapTexts<Value extends Json | AttemptResult>(value: Value, shown: (text: string) => string): Value;
function mapTexts(value: Json | AttemptResult, shown: (text: string) => string): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map((each: Json) => mapTexts(each, shown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [shown(key), mapTexts(member as Json, shown)]),
  );
}
