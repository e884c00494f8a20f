import { isJsonObject, type JsonObject } from '@muster/model';
import type { Operation } from '../ports/node-port';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { environment } from './environment';
import { flagParameter, optionalString, ParameterWrong, stringParameter } from './parameter';

const PAGE = /^https?:\/\/[^\s\p{Cc}]+$/u;
const HOST = /^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,254}$/;
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
      return { kind: 'probe', target: { port, ...hostOf(parameters) }, intervalMs: seconds * 1000 };
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

function hostOf(parameters: JsonObject): { readonly host?: string } {
  const host = optionalString(parameters, 'host');
  if (host !== null && !HOST.test(host)) throw new ParameterWrong('host is no name or address');
  return host === null ? {} : { host };
}

/** `http: url` with `expect` and `insecure` beside it, or `http: {url, expect, insecure}`. */
function pageOf(parameters: JsonObject): Extract<Operation, { kind: 'probe' }>['target'] {
  const { http = null } = parameters;
  const told: JsonObject = isJsonObject(http) ? { ...http, http: http['url'] ?? null } : parameters;
  const expect = told['expect'] ?? null;
  if (expect !== null && typeof expect !== 'number') throw new ParameterWrong('expect is not a status code');
  const url = stringParameter(told, 'http');
  if (!PAGE.test(url)) throw new ParameterWrong('http is no http:// or https:// address');
  return { http: url, expect, ...(flagParameter(told, 'insecure') ? { isTrusting: true } : {}) };
}

function intervalSeconds(parameters: JsonObject): number {
  const interval = parameters['interval'];
  if (interval === undefined || interval === null) return INTERVAL_DEFAULT_S;
  if (typeof interval === 'number' && interval > 0 && interval <= 3600) return interval;
  throw new ParameterWrong('interval is not a number of seconds from above 0 to 3600');
}
