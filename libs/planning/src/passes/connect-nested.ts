import type { Draft } from '../draft/draft';
import { connectIncluded } from '../nested/connect-included';

/** Puts included releases where their connections say; after it they are task definitions like any others. */
export function connectNested(draft: Draft): void {
  const { included = [] } = draft.input.release;
  if (included.length === 0) return;
  const connected = connectIncluded(
    [...draft.definitions.values()].map(({ definition }) => definition),
    included,
  );
  const definitions = new Map(draft.definitions);
  for (const definition of connected) {
    const owned = definitions.get(definition.id);
    if (owned) definitions.set(definition.id, { ...owned, definition });
  }
  draft.definitions = definitions;
}
