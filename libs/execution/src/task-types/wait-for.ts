import type { JsonObject } from '@muster/model';
import type { Operation } from '../ports/node-port';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { environment } from './environment';
import { encodeBase64 } from './encode-base64';
import { ParameterWrong, stringParameter } from './parameter';

const INTERVAL_DEFAULT_S = 2;

/** Waits on the node until a port or an HTTP address answers, or a command succeeds; the timeout ends it. */
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
    case 'http': {
      const expect = parameters['expect'];
      if (expect !== undefined && expect !== null && typeof expect !== 'number')
        throw new ParameterWrong('expect is not a status code');
      return {
        kind: 'probe',
        target: { http: stringParameter(parameters, 'http'), expect: expect ?? null },
        intervalMs: seconds * 1000,
      };
    }
    case 'cmd':
      return {
        kind: 'command',
        // A file of its own: whatever the command holds, it cannot break out of the loop around it.
        script: `until /bin/sh "$MUSTER_ATTEMPT_DIR"/check; do sleep ${seconds}; done\n`,
        files: [{ path: 'check', content: { base64: encodeBase64(`${stringParameter(parameters, 'cmd')}\n`) } }],
        env: environment(parameters),
        cwd: null,
      };
    default:
      throw new ParameterWrong('event is not the name of an event');
  }
}

function intervalSeconds(parameters: JsonObject): number {
  const interval = parameters['interval'];
  if (interval === undefined || interval === null) return INTERVAL_DEFAULT_S;
  if (typeof interval === 'number' && interval > 0 && interval <= 3600) return interval;
  throw new ParameterWrong('interval is not a number of seconds from above 0 to 3600');
}
