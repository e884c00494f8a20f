import type { NodeFailure } from '@muster/execution';
import { refused } from '../connection/node-failure';

/** The failure that an answer of the launcher means: `refused WHY ...`, `error WHAT`. */
export function refusalOf(node: string, words: readonly string[]): NodeFailure {
  const [word, why, ...rest] = words;
  if (word !== 'refused') return refused('NODE_REQUIREMENT_MISSING', `node ${node}: ${words.slice(1).join(' ')}`);
  switch (why) {
    case 'owner':
      return refused('NODE_OTHER_OWNER', `node ${node} is owned by installation ${rest[0] ?? ''}`);
    case 'ticket':
      return refused('NODE_TICKET_OLD', `node ${node} has seen ticket ${rest[0] ?? ''}`);
    case 'holder':
      return refused('NODE_BUSY', `the launcher with process ${rest[0] ?? ''} on node ${node} could not be ended`);
    default:
      return refused('NODE_REQUIREMENT_MISSING', `node ${node}: cannot write to the state folder`);
  }
}
