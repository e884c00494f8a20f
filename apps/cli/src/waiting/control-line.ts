import type { FeedEvent } from '@muster/client';

/** Tasks named of a control verb. */
const TASKS_SHOWN_MAX = 10;

/** What a person asked for: `admin: skip a@1 (as agreed)`. Says so when it came too late to change anything. */
export function controlLine({ data }: FeedEvent): string {
  const text = (key: string): string => (typeof data[key] === 'string' ? data[key] : '');
  const tasks = Array.isArray(data['tasks']) ? ` ${data['tasks'].slice(0, TASKS_SHOWN_MAX).join(', ')}` : '';
  const event = text('event') === '' ? '' : ` ${text('event')}`;
  const why = text('why') === '' ? '' : ` (${text('why')})`;
  const late = data['tooLate'] === true ? ': too late, nothing was left for it to do' : '';
  return `${text('who')}: ${text('verb')}${tasks}${event}${why}${late}`;
}
