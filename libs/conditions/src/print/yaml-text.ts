import type { Cost } from '../values/key-of';
import { compareValues } from '../values/compare-values';
import { entriesOf, isEmptyMapping } from '../values/mappings';
import { isNumber, numberText } from '../values/numbers';
import { isList, isMapping, type Mapping, type Value } from '../values/value';
import { plainKey } from './plain-key';
import { doubleQuotedCharacter, scalarStyle } from './yaml-scalar';

/** Column after which a text is continued on the next line, at its next space. */
const WIDTH = 80;
/** UTF-8 bytes; a longer key gets a line of its own, behind `?`. */
const KEY_LENGTH_MAX = 128;

/**
 * As PyYAML's `safe_dump(value, default_flow_style=False)` prints with libyaml: keys in ascending order, lists in block style and
 * not indented below their key, texts quoted where YAML 1.1 would read them otherwise, folded at 80 columns. The values are
 * those that JSON has.
 */
export function yamlText(value: Value, cost: Cost): string {
  const writer = new YamlWriter(cost);
  writer.write(value, -2, 0);
  return `${writer.text.join('')}\n`;
}

class YamlWriter {
  readonly text: string[] = [];
  private column = 0;

  constructor(private readonly cost: Cost) {}

  /** Writes `value` behind what stands on the line. `indent`: column of the collection around it. */
  write(value: Value, indent: number, depth: number): void {
    this.cost.pay(1, depth);
    if (isList(value) && value.length > 0) this.writeList(value, indent, depth);
    else if (isMapping(value) && !isEmptyMapping(value)) this.writeMapping(value, indent + 2, depth);
    else if (typeof value === 'string') this.writeText(value, indent < 0 ? 2 : indent + 2, false);
    else this.put(scalarText(value));
  }

  private writeList(list: readonly Value[], indent: number, depth: number): void {
    list.forEach((each, index) => {
      if (index > 0) this.breakLine(indent + 2);
      this.put('- ');
      this.write(each, indent + 2, depth + 1);
    });
  }

  private writeMapping(mapping: Mapping, indent: number, depth: number): void {
    const entries = entriesOf(mapping, this.cost)
      .map(([key, member]) => ({ key, text: typeof key === 'string' ? key : scalarText(key), member }))
      .sort((a, b) => compareValues(a.key, b.key, a.text, b.text));
    entries.forEach(({ key, text, member }, index) => {
      if (index > 0) this.breakLine(indent);
      this.writeEntry(key, text, member, indent, depth + 1);
    });
  }

  /** A key that is long or has line breaks stands on lines of its own. */
  private writeEntry(key: Value, text: string, member: Value, indent: number, depth: number): void {
    const isSimple = !text.includes('\n') && text.length <= KEY_LENGTH_MAX && bytesOf(text) <= KEY_LENGTH_MAX;
    if (!isSimple) this.put('? ');
    if (typeof key === 'string') this.writeText(text, indent + 2, isSimple);
    else this.put(text);
    if (isSimple) {
      this.put(':');
      this.writeMember(member, indent, depth);
    } else {
      this.breakLine(indent);
      this.put(': ');
      this.write(member, indent, depth);
    }
  }

  private writeMember(member: Value, indent: number, depth: number): void {
    const standsBelow = isList(member) && member.length > 0;
    if (standsBelow) this.breakLine(indent);
    else if (isMapping(member) && !isEmptyMapping(member)) this.breakLine(indent + 2);
    else this.put(' ');
    this.write(member, standsBelow ? indent - 2 : indent, depth);
  }

  private writeText(text: string, indent: number, isKey: boolean): void {
    this.cost.pay(Math.ceil(text.length / 16));
    const style = scalarStyle(text, isKey);
    const fold = isKey ? -1 : indent;
    if (style === 'double') this.writeDouble(text, fold);
    else this.writeFolded(text, fold, style === 'single');
  }

  /** A single space beyond the width becomes a line break; line breaks of the text are one more. */
  private writeFolded(text: string, fold: number, isQuoted: boolean): void {
    if (isQuoted) this.put("'");
    for (const match of text.matchAll(/ +|\n+|[^ \n]+/g)) {
      const [piece] = match;
      const isAtEdge = match.index === 0 || match.index + piece.length === text.length;
      if (piece.startsWith('\n')) {
        this.text.push('\n'.repeat(piece.length));
        this.breakLine(Math.max(fold, 0));
      } else if (piece === ' ' && fold >= 0 && this.column > WIDTH && !isAtEdge) this.breakLine(fold);
      else this.put(isQuoted ? piece.replaceAll("'", "''") : piece);
    }
    if (isQuoted) this.put("'");
  }

  /** A space beyond the width becomes a line break; one that follows it must be escaped. */
  private writeDouble(text: string, fold: number): void {
    this.put('"');
    const characters = [...text];
    characters.forEach((character, index) => {
      const isAlone = character === ' ' && characters[index - 1] !== ' ' && index > 0 && index < characters.length - 1;
      if (isAlone && fold >= 0 && this.column > WIDTH) {
        this.breakLine(fold);
        if (characters[index + 1] === ' ') this.put('\\');
      } else this.put(doubleQuotedCharacter(character));
    });
    this.put('"');
  }

  private put(text: string): void {
    this.text.push(text);
    this.column += text.length;
  }

  private breakLine(indent: number): void {
    this.cost.pay(1 + indent / 16);
    this.text.push(`\n${' '.repeat(indent)}`);
    this.column = indent;
  }
}

function scalarText(value: Value): string {
  if (isList(value)) return '[]';
  if (isMapping(value)) return '{}';
  if (!isNumber(value)) return typeof value === 'string' ? value : plainKey(value);
  const text = numberText(value);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
