import { usageProblem } from '../usage-problem';

/** Keys from the root of the cluster file as one word: joined by dots, keys that have dots in quotes. */
export function spellPath(path: readonly string[]): string {
  return path.map((key) => (/^[^."\s=]+$/.test(key) ? key : JSON.stringify(key))).join('.');
}

/** The keys that `spellPath` spells. Throws a problem for what is no path. */
export function readPath(text: string): string[] {
  const keys: string[] = [];
  let rest = text;
  while (rest !== '' || keys.length === 0) {
    const [word = ''] = /^(?:"(?:[^"\\]|\\.)*"|[^."\s]+)/.exec(rest) ?? [];
    const after = rest.slice(word.length);
    if (word === '' || (after !== '' && !/^\../.test(after)))
      throw usageProblem('PATH', `\`${text}\` is no path such as settings.port`);
    keys.push(word.startsWith('"') ? (JSON.parse(word) as string) : word);
    rest = after.slice(1);
  }
  return keys;
}
