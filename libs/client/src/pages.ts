import type { Connection } from './connection';
import type { Page } from './dto';

/** Every item of a list, page after page; stop reading to stop asking. */
export async function* allPages<T>(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page: Page<T> = await connection.json('GET', path, { query: { ...query, limit: 200, cursor } });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
