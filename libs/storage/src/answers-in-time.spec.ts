import { answersInTime } from './answers-in-time';

it('a database that is silent counts as one that does not answer, and is asked one question until it answers', async () => {
  const answer: (() => void)[] = [];
  const answers = answersInTime(() => new Promise<void>((resolve) => answer.push(resolve)), 20);
  expect(await Promise.all([answers(), answers()])).toEqual([false, false]);
  expect(await answers()).toBe(false);
  expect(answer).toHaveLength(1);
  answer[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  const next = answers();
  answer[1]?.();
  expect(await next).toBe(true);
  expect(await answersInTime(() => Promise.reject(new Error('away')))()).toBe(false);
});
