import type { NodeFilter } from '@muster/client';
import { usageProblem } from '../usage-problem';

export interface ListOptions {
  readonly state?: readonly string[];
  readonly role?: string;
  readonly tag?: string;
  readonly label?: string;
  readonly cluster?: string;
  readonly free?: boolean;
  readonly online?: boolean;
  readonly offline?: boolean;
  readonly text?: string;
}

/** What `node list` asks for. Options that exclude each other are refused. */
export function filterOf(options: ListOptions): NodeFilter {
  const { state, role, tag, label, cluster, free, online, offline, text } = options;
  if (free === true && cluster !== undefined) throw usageProblem('--free', 'cannot be given together with --cluster');
  if (online === true && offline === true) throw usageProblem('--online', 'cannot be given together with --offline');
  return {
    ...(state === undefined ? {} : { state }),
    ...(role === undefined ? {} : { role }),
    ...(tag === undefined ? {} : { tag }),
    ...(label === undefined ? {} : { label }),
    ...(free === true ? { cluster: '' } : cluster === undefined ? {} : { cluster }),
    ...(online === true ? { online: true } : offline === true ? { online: false } : {}),
    ...(text === undefined ? {} : { text }),
  };
}
