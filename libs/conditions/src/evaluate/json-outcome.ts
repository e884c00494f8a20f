import type { Json } from '@muster/model';
import { ExpressionFault } from '../expression-fault';
import { jsonReady } from '../print/json-ready';
import { plainKey } from '../print/plain-key';
import { mapList } from '../values/map-list';
import { entriesOf } from '../values/mappings';
import { isNumber, plainNumber } from '../values/numbers';
import { isList, isMapping, MadeMapping, Secret, type Value } from '../values/value';
import type { Evaluation } from './evaluation';
import { hasSecret } from './secrecy';

/** A value as it leaves: secrets sealed, everything said in Json. Throws `ExpressionFault`. */
export function jsonOutcome(value: Value, evaluation: Evaluation): { value: Json; secret: boolean } {
  const fail = (message: string): never => {
    throw new ExpressionFault('value', message, 0);
  };
  const ready = jsonReady(value, { evaluation, fail });
  return { value: jsonOf(ready, evaluation, false), secret: hasSecret(value, evaluation) };
}

/** `isSecret`: every scalar of it is sealed. Null stays null. */
function jsonOf(value: Value, evaluation: Evaluation, isSecret: boolean): Json {
  if (value instanceof Secret) return jsonOf(value.inner, evaluation, true);
  const below = (each: Value): Json => jsonOf(each, evaluation, isSecret);
  if (isList(value)) return mapList<Value>(value, below) as readonly Json[];
  if (value instanceof MadeMapping || (isSecret && isMapping(value)))
    return Object.fromEntries(entriesOf(value, evaluation).map(([key, member]) => [plainKey(key), below(member)]));
  const plain = isNumber(value) ? plainNumber(value) : (value as Json);
  return isSecret && plain !== null ? sealed(plain, evaluation) : plain;
}

/** Texts as they are; numbers, true and false as JSON writes them. */
function sealed(plain: Json, { context }: Evaluation): Json {
  if (!context.seal)
    throw new ExpressionFault('secret', 'its value was computed from a secret, and nothing can be sealed here', 0);
  const { $sealed } = context.seal(typeof plain === 'string' ? plain : JSON.stringify(plain));
  return { $sealed };
}
