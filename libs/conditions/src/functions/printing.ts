import { jsonReady } from '../print/json-ready';
import { jsonText } from '../print/json-text';
import { yamlText } from '../print/yaml-text';
import { define, type FunctionDefinition } from './function-definition';
import { anything } from './parameter';

/** A value with a secret in it prints as one secret text. */
export const printingFunctions: readonly FunctionDefinition[] = [
  define('method', 'toYaml', { receiver: anything }, ({ receiver }, call) =>
    call.text(yamlText(jsonReady(call.plain(receiver), call), call.evaluation)),
  ),
  define('method', 'toJson', { receiver: anything }, ({ receiver }, call) =>
    call.text(jsonText(jsonReady(call.plain(receiver), call), call.evaluation)),
  ),
];
