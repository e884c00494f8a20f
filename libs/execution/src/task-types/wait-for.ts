import { isJsonObject, type JsonObject } from '@muster/model';
import type { Operation } from '../ports/node-port';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { environment } from './environment';
import { ParameterWrong, stringParameter } from './parameter';

const INTERVAL_DEFAULT_S = 2;

/**
 * Waits until a port or an HTTP address answers, or a command succeeds, asked from the node's side; the timeout ends it. The
 * executor asks and forgets: between two questions a wait is a timer, and neither a process nor a session on the node.
 */
export function waitFor(it: TaskToCompile): Operation {
  refuseNoop(it);
  const { parameters } = it;
  const kinds = ['port', 'http', 'cmd', 'event'].filter(
    (key) => parameters[key] !== undefined && parameters[key] !== null,
  );
  if (kinds.length !== 1) throw new ParameterWrong('exactly one of port, http, cmd and event is to be given');
  const seconds = intervalSeconds(parameters);
  switch (kinds[0]) {
    case 'port': {
      const port = Number(parameters['port']);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new ParameterWrong('port is not a number from 1 to 65535');
      return { kind: 'probe', target: { port }, intervalMs: seconds * 1000 };
    }
    case 'http':
      return { kind: 'probe', target: pageOf(parameters), intervalMs: seconds * 1000 };
    case 'cmd':
      return {
        kind: 'probe',
        target: { check: stringParameter(parameters, 'cmd'), env: environment(parameters) },
        intervalMs: seconds * 1000,
      };
    default:
      throw new ParameterWrong('event is not the name of an event');
  }
}

/** `http: url` with `expect` beside it, or `http: {url, expect}`. */
function pageOf(parameters: JsonObject): { readonly http: string; readonly expect: number | null } {
  const { http = null } = parameters;
  const told = isJsonObject(http) ? { http: http['url'] ?? null, expect: http['expect'] ?? null } : parameters;
  const expect = told['expect'] ?? null;
  if (expect !== null && typeof expect !== 'number') throw new ParameterWrong('expect is not a status code');
  return { http: stringParameter(told, 'http'), expect };
}

function intervalSeconds(parameters: JsonObject): number {
  const interval = parameters['interval'];
  if (interval === undefined || interval === null) return INTERVAL_DEFAULT_S;
  if (typeof interval === 'number' && interval > 0 && interval <= 3600) return interval;
  throw new ParameterWrong('interval is not a number of seconds from above 0 to 3600');
}
