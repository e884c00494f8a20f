import { isJsonObject, type JsonObject } from '@muster/model';
import { ParameterWrong } from './parameter';

/** The variables `env`, as texts: what is no text becomes its JSON, null is left out. Empty when absent. */
export function environment(parameters: JsonObject): Readonly<Record<string, string>> {
  const env = parameters['env'];
  if (env === undefined || env === null) return {};
  if (!isJsonObject(env)) throw new ParameterWrong('parameter env is no mapping');
  const ours = Object.keys(env).filter((name) => name.startsWith('MUSTER_'));
  if (ours.length > 0) throw new ParameterWrong(`parameter env sets ${ours.join(', ')}, which is ours to set`);
  return Object.fromEntries(
    Object.entries(env)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
