import { constants } from 'node:os';
import { isJsonObject, type AttemptResult, type JsonObject, type OutputSizes, storableJson } from '@muster/model';

/** Bytes of outputs that a task may write. */
export const OUTPUTS_MAX = 65_536;

const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name.replace(/^SIG/, '')]),
);
/** Beyond these are the realtime signals, which nobody uses to end a command. */
const LAST_CLASSIC_SIGNAL = 31;

/**
 * What an exit code as the launcher records it means.
 *
 * A shell tells death by a signal as 128 and its number, and so do we: a command that exits with 137 by itself looks as
 * if it had been killed. Both are failures.
 */
export function resultOf(code: string, sizes: OutputSizes, outputs?: JsonObject): AttemptResult {
  if (code === 'cancelled') return { kind: 'cancelled', confirmed: true };
  const number = /^\d{1,3}$/.test(code) ? Number(code) : NaN;
  if (!Number.isInteger(number)) return { kind: 'lost', detail: 'the node has no record of how the command ended' };
  const signal = number > 128 && number <= 128 + LAST_CLASSIC_SIGNAL ? SIGNAL_NAMES.get(number - 128) : undefined;
  if (signal) return { kind: 'signalled', signal, sizes };
  return outputs ? { kind: 'exited', code: number, sizes, outputs } : { kind: 'exited', code: number, sizes };
}

/** A number of bytes as the launcher tells it; 0 for what is none, since what is told of a node must not spoil the log. */
export function countOf(word: string | undefined): number {
  const count = Number(word);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}

/** Outputs that a task wrote, or one sentence saying why there are none. */
export function parseOutputs(bytes: Buffer): { readonly outputs: JsonObject } | { readonly note: string } {
  if (bytes.length > OUTPUTS_MAX) return { note: `the outputs are larger than ${OUTPUTS_MAX} bytes and were left out` };
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { note: 'the outputs are not JSON and were left out' };
  }
  if (!isJsonObject(value)) return { note: 'the outputs are not a JSON object and were left out' };
  if (storableJson(value) !== JSON.stringify(value))
    return { note: 'the outputs hold a NUL character or half of a surrogate pair and were left out' };
  return { outputs: value };
}
