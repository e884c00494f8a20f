import { type Draft, type DraftTask, relate } from './draft';

/** What stands for several tasks: one task itself, or a barrier. */
type Stand = { readonly task: number } | { readonly barrier: number };

/**
 * Barriers over the beginnings and the ends of a list of tasks, so that "all but the i-th" is two relations: the first i,
 * and those from i + 1 on. Barriers are made when they are asked for.
 */
export class BarrierChain {
  readonly #beginnings: Stand[] = [];
  readonly #ends: Stand[] = [];

  constructor(
    private readonly draft: Draft,
    private readonly members: readonly number[],
  ) {}

  /** Lets `task` come after all members but the one at `position` (all of them if there is none). */
  requireAllBut(task: DraftTask, position: number): void {
    if (position > 0)
      this.#require(
        task,
        this.#stand(this.#beginnings, position, (index) => this.members[index] as number),
      );
    const rest = this.members.length - position - 1;
    if (rest > 0)
      this.#require(
        task,
        this.#stand(this.#ends, rest, (index) => this.members[this.members.length - 1 - index] as number),
      );
  }

  #require(task: DraftTask, stand: Stand): void {
    if ('task' in stand) relate(task, 'requires', [stand.task]);
    else relate(task, 'requiresBarriers', [stand.barrier]);
  }

  /** What stands for the first `count` members, in the order that `member` gives. */
  #stand(made: Stand[], count: number, member: (index: number) => number): Stand {
    for (let size = made.length; size < count; size++) {
      const before = made[size - 1];
      if (!before) made.push({ task: member(0) });
      else made.push({ barrier: this.#barrier(before, member(size)) });
    }
    return made[count - 1] as Stand;
  }

  #barrier(before: Stand, member: number): number {
    const requires = 'task' in before ? [before.task, member] : [member];
    const requiresBarriers = 'barrier' in before ? [before.barrier] : [];
    return this.draft.barriers.push({ requires, requiresBarriers }) - 1;
  }
}
