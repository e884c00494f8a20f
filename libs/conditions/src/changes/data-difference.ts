import type { Evaluation } from '../evaluate/evaluation';
import type { DataDifference } from '../evaluate/evaluation-memo';
import { areEqual } from '../values/equality';
import { keyOf } from '../values/key-of';
import { entriesOf, mappingOf, memberOf } from '../values/mappings';
import { filteredSet } from '../values/value-sets';
import { isList, isMapping, UNDEFINED, ValueSet, type Mapping, type Value } from '../values/value';
import { sequenceDifference } from './sequence-difference';

const LINE_BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** As the field's planner tells: texts by lines, lists by their longest common runs, mappings by key, sets by member. */
export function dataDifference(before: Value, now: Value, evaluation: Evaluation): DataDifference {
  if (before === UNDEFINED) return { added: now, deleted: null };
  if (typeof before === 'string' && typeof now === 'string')
    return listDifference(linesOf(before, evaluation), linesOf(now, evaluation), evaluation);
  if (isList(before) && isList(now))
    return evaluation.memo.dataDifference(before, now, () => listDifference(before, now, evaluation));
  if (isMapping(before) && isMapping(now))
    return evaluation.memo.dataDifference(before, now, () => mappingDifference(before, now, evaluation));
  if (before instanceof ValueSet && now instanceof ValueSet)
    return { added: filteredSet(now, before, false, evaluation), deleted: filteredSet(before, now, false, evaluation) };
  return areEqual(before, now, evaluation) ? { added: null, deleted: null } : { added: now, deleted: before };
}

function linesOf(text: string, evaluation: Evaluation): string[] {
  evaluation.pay(1 + text.length / 64);
  const lines = text.split(LINE_BREAK);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function listDifference(before: readonly Value[], now: readonly Value[], evaluation: Evaluation): DataDifference {
  if (before === now) return { added: [], deleted: [] };
  evaluation.pay(before.length + now.length);
  const keys = (list: readonly Value[]): string[] => list.map((each) => keyOf(each, evaluation));
  const { added, deleted } = sequenceDifference(keys(before), keys(now), (steps) => evaluation.pay(steps));
  const members = (list: readonly Value[], indices: readonly number[]): readonly Value[] => {
    evaluation.payItems(indices.length);
    return indices.map((index) => list[index] as Value);
  };
  return { added: members(now, added), deleted: members(before, deleted) };
}

function mappingDifference(before: Mapping, now: Mapping, evaluation: Evaluation): DataDifference {
  const without = (from: Mapping, other: Mapping): Mapping => {
    const entries = entriesOf(from, evaluation).filter(([key, value]) => {
      const there = memberOf(other, key, evaluation);
      return there === undefined || !areEqual(value, there, evaluation);
    });
    evaluation.payItems(entries.length);
    return mappingOf(entries, evaluation);
  };
  return { added: without(now, before), deleted: without(before, now) };
}
