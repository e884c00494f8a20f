import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@muster/model';
import ts from 'typescript';
import {
  ApiDescription,
  type ApiDocument,
  type ApiOperation,
  type ApiSchema,
} from '../testing/api-description.testing';
import { TestPlanner } from '../testing/test-planner.testing';

const CLIENT = join(__dirname, '../../../../libs/client/src');
/** Deeper than any answer goes; documents of the caller's own end sooner, since nothing is declared of them. */
const DEPTH = 6;

/** One request that a method of the client sends. */
interface Sent {
  readonly where: string;
  readonly method: string;
  /** As in the description, with `{}` for each part that is a value. */
  readonly path: string;
  readonly query: readonly string[];
  /** Null: none, or one that has no type of its own. */
  readonly body: ts.Type | null;
  /** Of the answer's JSON; null: it is none, or not looked at. */
  readonly answer: ts.Type | null;
  readonly isList: boolean;
}

describe('the client', () => {
  let api: ApiDescription;
  const program = ts.createProgram([join(CLIENT, 'index.ts')], {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    customConditions: ['@muster/source'],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const sent = readdirSync(CLIENT)
    .filter((file) => file.endsWith('-routes.ts'))
    .flatMap((file) => requestsOf(checker, program.getSourceFile(join(CLIENT, file))));

  beforeAll(async () => {
    const planner = await TestPlanner.start();
    api = new ApiDescription((await planner.get('/api/openapi.json')).body as ApiDocument);
    await planner.close();
  });

  const bare = (path: string) => path.replaceAll(/\{[^}]*\}/g, '{}');
  const operationOf = ({ method, path }: Sent): ApiOperation | undefined =>
    api.operations.find((each) => each.method === method.toLowerCase() && bare(each.path) === path);

  it('sends what the description knows, with its queries', () => {
    expect(sent.length).toBeGreaterThan(80);
    const unknown = sent.flatMap((each) => {
      const operation = operationOf(each);
      if (operation === undefined) return [`${each.where}: ${each.method} ${each.path}`];
      const known = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      return each.query.filter((name) => !known.includes(name)).map((name) => `${each.where}: ?${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it('reads answers as they are described', () => {
    const read = sent.filter(({ answer }) => answer !== null);
    expect(read.length).toBeGreaterThan(50);
    const faults = read.flatMap((each) => {
      const responses = operationOf(each)?.responses ?? {};
      const schema = Object.entries(responses)
        .filter(([status]) => status.startsWith('2'))
        .map(([, response]) => response.content?.['application/json']?.schema)
        .find((each) => each !== undefined);
      if (schema === undefined || each.answer === null) return [];
      const items = schemaOf(api.resolve(schema).properties?.['items']);
      const told = each.isList ? schemaOf(api.resolve(items)['items']) : schema;
      return faultsOfAnswer(each.answer, told, each.where, DEPTH);
    });
    expect([...new Set(faults)]).toEqual([]);
  });

  it('sends bodies as they are described', () => {
    const written = sent.filter(({ body }) => body !== null && !isOpen(body));
    expect(written.length).toBeGreaterThan(15);
    const faults = written.flatMap((each) => {
      const schema = operationOf(each)?.bodies['application/json']?.schema;
      if (schema === undefined || each.body === null) return [];
      const { properties, required = [] } = api.resolve(schema);
      if (properties === undefined) return [];
      const members = membersOf(each.body);
      return [
        ...members.filter(({ name }) => !(name in properties)).map(({ name }) => `${each.where}: ${name} is not known`),
        ...required
          .filter((name) => !members.some((member) => member.name === name && !isOptional(member)))
          .map((name) => `${each.where}: ${name} is wanted`),
      ];
    });
    expect([...new Set(faults)]).toEqual([]);
  });

  /** What the client takes for granted of an answer and the description does not promise. */
  function faultsOfAnswer(type: ts.Type, written: ApiSchema, where: string, depth: number): string[] {
    const schema = api.resolve(written);
    const wanted = checker.getNonNullableType(type);
    if (schema['nullable'] === true && wanted === type && !isOpen(type)) return [`${where}: may be null`];
    if (depth === 0 || isOpen(wanted)) return [];
    if (schema.type === 'array') {
      const item = checker.getIndexTypeOfType(wanted, ts.IndexKind.Number);
      return item === undefined
        ? [`${where}: is an array`]
        : faultsOfAnswer(item, schemaOf(schema['items']), `${where}[]`, depth - 1);
    }
    const isPlain = (flag: ts.TypeFlags) => (wanted.flags & flag) !== 0 || membersAllAre(wanted, flag);
    if (schema.type === 'string') return isPlain(ts.TypeFlags.StringLike) ? [] : [`${where}: is a string`];
    if (schema.type === 'boolean') return isPlain(ts.TypeFlags.BooleanLike) ? [] : [`${where}: is a boolean`];
    if (schema.type === 'integer' || schema.type === 'number')
      return isPlain(ts.TypeFlags.NumberLike) ? [] : [`${where}: is a number`];
    const { properties, required = [] } = schema;
    if (properties === undefined || wanted.isUnion()) return [];
    return membersOf(wanted).flatMap((member) => {
      const at = `${where}.${member.name}`;
      if (!(member.name in properties)) return isOptional(member) ? [] : [`${at}: is not told`];
      const isSure = required.includes(member.name) || isOptional(member);
      return [
        ...(isSure ? [] : [`${at}: may be absent`]),
        ...faultsOfAnswer(checker.getTypeOfSymbol(member), schemaOf(properties[member.name]), at, depth - 1),
      ];
    });
  }

  function membersAllAre(type: ts.Type, flag: ts.TypeFlags): boolean {
    return type.isUnion() && type.types.every((each) => (each.flags & flag) !== 0);
  }

  /** Of which nothing is declared: any JSON. */
  function isOpen(type: ts.Type): boolean {
    return (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  }

  function membersOf(type: ts.Type): readonly ts.Symbol[] {
    return checker.getPropertiesOfType(type);
  }
});

function schemaOf(written: Json | undefined): ApiSchema {
  return typeof written === 'object' && written !== null && !Array.isArray(written) ? (written as ApiSchema) : {};
}

function isOptional(member: ts.Symbol): boolean {
  return (member.flags & ts.SymbolFlags.Optional) !== 0;
}

/** What the methods of the classes of a file send by `this.connection` or `allPages`. */
function requestsOf(checker: ts.TypeChecker, file: ts.SourceFile | undefined): Sent[] {
  const found: Sent[] = [];
  const visit = (node: ts.Node, method: ts.MethodDeclaration | null): void => {
    const inside = ts.isMethodDeclaration(node) ? node : method;
    if (ts.isCallExpression(node) && inside !== null) {
      found.push(...requestsBy(checker, node, inside));
    }
    node.forEachChild((child) => visit(child, inside));
  };
  file?.forEachChild((child) => visit(child, null));
  return found;
}

/** One for each route, where a part of the path is one of several words. */
function requestsBy(checker: ts.TypeChecker, call: ts.CallExpression, method: ts.MethodDeclaration): Sent[] {
  const owner = ts.isClassDeclaration(method.parent) ? (method.parent.name?.text ?? '') : '';
  const where = `${owner}.${method.name.getText()}`;
  const isList = call.expression.getText() === 'allPages';
  const [, kind = null] = /^this\.connection\.(json|text|stream|download)$/.exec(call.expression.getText()) ?? [];
  if (!isList && kind === null) return [];
  const values = call.arguments.map((each) => each);
  const verb = values.find((each) => ts.isStringLiteral(each))?.text ?? 'GET';
  const route = values.find((each) => ts.isCallExpression(each) && each.expression.getText() === 'path');
  if (route === undefined || !ts.isCallExpression(route)) return [];
  const paths = route.arguments.reduce<string[]>(
    (before, each) =>
      wordsOf(checker.getTypeAtLocation(each)).flatMap((word) => before.map((path) => `${path}/${word}`)),
    ['/api/v1'],
  );
  const options = values[values.indexOf(route) + 1];
  const query = isList ? options : memberOf(options, 'query');
  const body = memberOf(options, 'json');
  const [answer = null] = checker.getTypeArguments(checker.getTypeAtLocation(call) as ts.TypeReference);
  return paths.map((path) => ({
    where,
    method: verb,
    path,
    query:
      query === undefined ? [] : checker.getPropertiesOfType(checker.getTypeAtLocation(query)).map(({ name }) => name),
    body: body === undefined ? null : checker.getTypeAtLocation(body),
    answer: isList || kind === 'json' ? answer : null,
    isList,
  }));
}

function wordsOf(type: ts.Type): string[] {
  const each = type.isUnion() ? type.types : [type];
  return each.every((one) => one.isStringLiteral()) ? each.map((one) => one.value) : ['{}'];
}

function memberOf(node: ts.Expression | undefined, name: string): ts.Expression | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  for (const each of node.properties) {
    if (ts.isPropertyAssignment(each) && each.name.getText() === name) return each.initializer;
    if (ts.isShorthandPropertyAssignment(each) && each.name.text === name) return each.name;
  }
  return undefined;
}
