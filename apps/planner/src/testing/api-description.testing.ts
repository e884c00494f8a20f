import type { Json, JsonObject } from '@muster/model';
import { validateJson } from '@muster/model/schema';

/** A schema as OpenAPI 3.0 writes it. */
export type ApiSchema = JsonObject & {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, ApiSchema>>;
  readonly required?: readonly string[];
};

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema?: ApiSchema;
}

interface Content {
  readonly schema?: ApiSchema;
}

export interface ApiOperation {
  readonly id: string;
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  readonly path: string;
  /** What `x-muster-right` says. */
  readonly right: string;
  readonly isOpen: boolean;
  readonly parameters: readonly ApiParameter[];
  /** By content type; empty: the route takes no body. */
  readonly bodies: Readonly<Record<string, Content>>;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

interface Written {
  readonly operationId: string;
  readonly 'x-muster-right'?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly ApiParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: ApiOperation['responses'];
}

export interface ApiDocument {
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Written>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, ApiSchema>> };
}

/** The OpenAPI description as tests want it: a list of operations, and what is wrong with an answer to one. */
export class ApiDescription {
  readonly operations: readonly ApiOperation[];
  readonly #components: JsonObject;

  constructor(readonly document: ApiDocument) {
    const { paths, security: common = [] } = document;
    this.#components = asJsonSchema(document.components) as JsonObject;
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, each]) => ({
        id: each.operationId,
        method: method as ApiOperation['method'],
        path,
        right: each['x-muster-right'] ?? '',
        isOpen: (each.security ?? common).length === 0,
        parameters: each.parameters ?? [],
        bodies: each.requestBody?.content ?? {},
        responses: each.responses,
      })),
    );
  }

  /** The schema that a reference names, or the schema itself. */
  resolve(schema: ApiSchema): ApiSchema {
    if (schema.$ref === undefined) return schema;
    const found = this.document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (found === undefined) throw new Error(`${schema.$ref} is not in the description`);
    return this.resolve(found);
  }

  /** What an answer has that the description does not tell of: another status, another content type, another body. */
  faultsOf(operation: ApiOperation, status: number, contentType: string | undefined, body: unknown): readonly string[] {
    const response = operation.responses[String(status)];
    if (response === undefined) return [`${operation.id} answers ${status}, which is not described`];
    if (response.content === undefined) return [];
    const type = (contentType ?? '').replace(/;.*$/, '');
    const content = response.content[type];
    if (content === undefined) return [`${operation.id} answers ${status} with ${type || 'no body'}`];
    if (!type.endsWith('json') || content.schema === undefined) return [];
    return this.faults(content.schema, body).map((fault) => `${operation.id} answers ${status}: ${fault}`);
  }

  /** What does not fit a schema of the description. */
  faults(schema: ApiSchema, value: unknown): readonly string[] {
    const root = { components: this.#components, ...(asJsonSchema(schema) as JsonObject) };
    return validateJson(root, value as Json)
      .filter((fault) => fault.severity === 'error')
      .map((fault) => `${fault.path.join('.') || 'the body'} ${fault.text}`);
  }
}

/** OpenAPI 3.0 says by `nullable` what JSON Schema says by a type. */
function asJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  // Formats are looked at by the routes; what they do not look at is not promised.
  const { nullable, ...rest } = schema as JsonObject;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]));
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}
