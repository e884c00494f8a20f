import type { Session } from '../session';
import { shownText } from './shown-text';

/** Answers with a value: JSON, or YAML for people to read. */
export async function answerAsYaml(session: Session, value: unknown): Promise<void> {
  const { stringify } = await import('yaml');
  session.answer(value, () => shownText(stringify(value, { lineWidth: 0 })));
}
