import { isJsonObject, NAME_PATTERN } from '@muster/model';
import { type Problem, ProblemsError } from '@muster/problems';
import { validation } from '../http/validation';
import { type RegisterNodeDto, RegisterNodesDto, RegisterOneNodeDto } from './register-node.dto';

/** What was sent, and everything that is wrong with single fields of it. */
export interface ReadRegistration {
  /** Those with a name, as far as they could be read; all of them where `problems` is empty. */
  readonly nodes: readonly RegisterNodeDto[];
  readonly acceptHostKeys: boolean;
  /** A list was sent, so that places tell an index. */
  readonly isList: boolean;
  readonly problems: readonly Problem[];
}

/** One node or several, as the body says; checked like any other body, but the rest of the checks goes on after a fault. */
export async function readRegistration(body: unknown): Promise<ReadRegistration> {
  const given = isJsonObject(body) ? body : {};
  const isList = 'nodes' in given;
  try {
    const metatype = isList ? RegisterNodesDto : RegisterOneNodeDto;
    const read = (await validation().transform(given, { type: 'body', metatype })) as
      RegisterNodesDto | RegisterOneNodeDto;
    if ('nodes' in read)
      return { nodes: read.nodes, acceptHostKeys: read.acceptHostKeys ?? false, isList, problems: [] };
    const { acceptHostKeys = false, ...node } = read;
    return { nodes: [node], acceptHostKeys, isList, problems: [] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return {
      nodes: sketches(isList ? given['nodes'] : [given]),
      acceptHostKeys: false,
      isList,
      problems: error.problems,
    };
  }
}

/** Enough of each to be compared with the others; what cannot be read compares with nothing. Places stay the same. */
function sketches(given: unknown): readonly RegisterNodeDto[] {
  if (!Array.isArray(given) || given.length > NODES_COMPARED_MAX) return [];
  return given.map((each: unknown, index): RegisterNodeDto => {
    const node = isJsonObject(each) ? (each as Record<string, unknown>) : {};
    const text = (key: string): string | undefined => (typeof node[key] === 'string' ? node[key] : undefined);
    const { name = '', port } = { name: text('name'), port: node['port'] };
    const isNamed = NAME_PATTERN.test(name);
    return {
      name: isNamed ? name : `(item ${index})`,
      address: text('address') ?? `(address of item ${index})`,
      ...(typeof port === 'number' ? { port } : {}),
      ...(text('hostKey') === undefined ? {} : { hostKey: text('hostKey') }),
    };
  });
}

const NODES_COMPARED_MAX = 1000;
