import { SharedSteps } from '@muster/conditions';
import type { Place } from '@muster/problems';

/** Steps that the expressions of any plan may cost together, and what each node adds: about a second for a million. */
const STEPS = 10_000_000;
const STEPS_PER_NODE = 50_000;

/** Who an expression belongs to. */
export interface Spender {
  /** `task X`, `graph X`. */
  readonly subject: string;
  /** The key that the expression stands below. */
  readonly at: string;
  readonly place: Place | null;
}

interface Spent extends Spender {
  steps: number;
  evaluations: number;
}

/** What the expressions of one plan may cost together, in steps and in the caller's time, and what each has cost so far. */
export class ExpressionWork {
  readonly shared: SharedSteps;
  readonly #spent = new Map<string, Spent>();
  #isTimeUp = false;

  /** `expired`: whether the caller's time is up; asked before each evaluation and about every thousand steps of one. */
  constructor(
    nodes: number,
    steps: number | undefined,
    private readonly askTime: () => boolean = () => false,
  ) {
    this.shared = new SharedSteps(steps ?? STEPS + STEPS_PER_NODE * nodes);
  }

  readonly expired = (): boolean => {
    this.#isTimeUp ||= this.askTime();
    return this.#isTimeUp;
  };

  /** Nothing may be evaluated any more. */
  get isOver(): boolean {
    return this.#isTimeUp || this.shared.left === 0;
  }

  /** What `evaluate` gives; its cost is added to what `spender` has spent. Null: it would be, or was, too much. */
  measured<T>(spender: Spender, evaluate: () => T): T | null {
    if (this.isOver || this.expired()) return null;
    const before = this.shared.used;
    const answer = evaluate();
    const key = `${spender.subject} ${spender.at}`;
    const spent = this.#spent.get(key) ?? { ...spender, steps: 0, evaluations: 0 };
    spent.steps += this.shared.used - before;
    spent.evaluations++;
    this.#spent.set(key, spent);
    return this.isOver ? null : answer;
  }

  /** Who has spent most, and what was too much, for people. */
  describe(other: Spender): Spender & { readonly summary: string } {
    let worst: Spent | null = null;
    for (const each of this.#spent.values()) if (worst === null || each.steps > worst.steps) worst = each;
    const what = this.#isTimeUp
      ? 'evaluating the expressions of this plan takes longer than it may'
      : `the expressions of this plan cost more than ${Math.round(this.shared.max)} steps together`;
    if (worst === null) return { ...other, summary: what };
    const share = Math.round((100 * worst.steps) / this.shared.used);
    const times = worst.evaluations === 1 ? 'one evaluation' : `${worst.evaluations} evaluations`;
    return { ...worst, summary: `${what}, and the one in \`${worst.at}\` has cost most of it (${share} %, ${times})` };
  }
}
