import { storableText } from '@muster/model';
import { problem, type Problem, type ProblemCode } from '@muster/problems';
import { Composer, LineCounter, Parser, type CST, type Document } from 'yaml';
import { depthOf } from './cst-depth';
import { locate } from './locate';
import type { Located } from './located';
import { YAML_LIMITS } from './yaml-limits';

export interface ReadYaml {
  /** Null if there is an error among `problems`. An empty document is a null scalar. */
  readonly root: Located | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads one YAML 1.2 document (JSON is YAML). Repeated keys are reported with `duplicateCode`, the last one wins.
 *
 * Fails: never throws; every mistake that the parser finds is a problem with its line.
 * Cost: about a second per million characters; bounded by `YAML_LIMITS`.
 */
export function readYaml(text: string, file: string, duplicateCode: ProblemCode): ReadYaml {
  const subject = `file ${file}`;
  const tooLarge = (summary: string): ReadYaml => ({
    root: null,
    problems: [problem('YAML_TOO_LARGE', { subject, summary, place: { file } })],
  });
  if (text.length > YAML_LIMITS.textMax)
    return tooLarge(`has ${text.length} characters; at most ${YAML_LIMITS.textMax} are read`);

  const lines = new LineCounter();
  const tokens: CST.Token[] = [...new Parser(lines.addNewLine).parse(text)];
  // Composing recurses, so the depth is looked at before.
  if (depthOf(tokens, YAML_LIMITS.depthMax) > YAML_LIMITS.depthMax)
    return tooLarge(`is nested deeper than ${YAML_LIMITS.depthMax} levels`);
  const documents = [...new Composer({ version: '1.2', uniqueKeys: false, lineCounter: lines }).compose(tokens)];
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };

  const problems: Problem[] = [];
  const invalid = (summary: string, offset: number, code: ProblemCode = 'YAML_INVALID'): void => {
    problems.push(problem(code, { subject, summary: storableText(summary), place: { file, ...at(offset) } }));
  };
  for (const document of documents) reportErrors(document, invalid);
  const [first, second] = documents;
  if (second) invalid('holds more than one document', second.range[0]);
  if (problems.length > 0) return { root: null, problems };

  const root = locate(first?.contents ?? null, {
    at,
    invalid,
    repeated: (key, offset) =>
      problems.push(
        problem(duplicateCode, {
          subject,
          summary: `repeats the key \`${key.slice(0, 80)}\``,
          place: { file, ...at(offset), path: key.slice(0, 80) },
        }),
      ),
  });
  const { valuesMax, charactersMax, depthMax } = YAML_LIMITS;
  if (root && (root.size > valuesMax || root.length > charactersMax || root.depth > depthMax)) {
    return tooLarge(
      `holds too much once its aliases are followed; at most ${valuesMax} values of ${charactersMax} characters in ${depthMax} levels are read`,
    );
  }
  return { root: problems.some(({ severity }) => severity === 'error') && !root ? null : root, problems };
}

function reportErrors(document: Document.Parsed | Document, invalid: (summary: string, offset: number) => void): void {
  for (const each of [...document.errors, ...document.warnings]) invalid(firstLine(each.message), each.pos[0]);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
