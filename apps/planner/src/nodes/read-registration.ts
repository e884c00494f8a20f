import { isJsonObject } from '@muster/model';
import { validation } from '../http/validation';
import { RegisterNodesDto, RegisterOneNodeDto } from './node.dto';

/** One node or several, as the body says; checked like any other body. */
export async function readRegistration(body: unknown): Promise<RegisterNodesDto> {
  const pipe = validation();
  const given = isJsonObject(body) ? body : {};
  if ('nodes' in given)
    return (await pipe.transform(given, { type: 'body', metatype: RegisterNodesDto })) as RegisterNodesDto;
  const { acceptHostKeys = false, ...node } = (await pipe.transform(given, {
    type: 'body',
    metatype: RegisterOneNodeDto,
  })) as RegisterOneNodeDto;
  return { nodes: [node], acceptHostKeys };
}
