import type { Explanation } from '@muster/scheduling';
import type { PoolShare, PoolState } from './ports/deployment-store';

/** Tells of each pool that is waited for who holds its slots, and how many slots are asked for by others before. */
export function withPoolHolders(
  explanation: Explanation,
  pools: readonly PoolState[],
  deployment: string,
): Explanation {
  const reasons = explanation.reasons.map((reason) => {
    if (reason.pool === undefined) return reason;
    const stand = pools.find(({ pool }) => pool === reason.pool);
    if (!stand || stand.slots === 0)
      return {
        ...reason,
        text: `${reason.text}; the pool has no slots: \`muster pool set ${reason.pool}\` gives it some`,
      };
    const others = stand.holders.filter((each) => each.deployment !== deployment);
    const own = stand.waiting.findIndex((each) => each.deployment === deployment);
    const before = stand.waiting.slice(0, Math.max(0, own)).reduce((sum, { slots }) => sum + slots, 0);
    const held = others.map(shown).join(', ');
    const text = [
      reason.text,
      ...(held === '' ? [] : [`held by ${held}`]),
      ...(before === 0 ? [] : [`${before} ${before === 1 ? 'slot is' : 'slots are'} asked for by others before`]),
    ].join('; ');
    return {
      ...reason,
      text,
      holders: [...reason.holders, ...others.map(({ transaction }) => `transaction ${transaction}`)],
    };
  });
  return { ...explanation, reasons };
}

function shown({ transaction, cluster, slots, since }: PoolShare): string {
  return `transaction ${transaction} of cluster ${cluster} (${slots} ${slots === 1 ? 'slot' : 'slots'} since ${since})`;
}
