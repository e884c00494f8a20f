/**
 * Faults that can be planted in the models, each to show that a referee sees it. None is in the product.
 * Beside each: what it breaks.
 */
export const PLANTED_FAULTS = [
  /** The store compares neither owner nor epoch: an old owner appends after a takeover. */
  'old-owner-appends',
  /** An append is judged when it comes and written later, without a lock: a late commit with a lower number. */
  'late-commit',
  /** What an owner stored and had not published when it died is published by nobody, and the planner asks for nothing. */
  'nobody-publishes-for-the-dead',
  /** The store answers that it has stored, and has not. */
  'acknowledged-not-stored',
  /** A takeover leaves the epoch as it was. */
  'epoch-stays',
  /** What has passed its lease is taken over by nobody. */
  'never-taken-over',
  /** The store gives a claimed machine to a second transaction. */
  'claims-ignored',
  /** The inbox answers that it has stored a command, and has not. */
  'inbox-forgets',
  /** The inbox stores a command again each time it comes. */
  'inbox-repeats',
  /** A machine forgets that it was asked to start something. */
  'claim-forgotten',
  /** A machine starts what it is asked to though something runs, and says of what runs that it is lost. */
  'busy-ignored',
  /** A machine refuses a start, and starts later all the same. */
  'refused-and-started',
  /** A machine obeys older tickets. */
  'ticket-ignored',
  /** A machine starts what it is asked to under the name of a deployment that nobody has asked for. */
  'runs-for-nobody',
  /** The store refuses a start whose machines nobody holds. */
  'refuses-what-it-could-take',
  /** Machines say of every command that it has ended with code 0. */
  'greener',
  /** The planner applies whatever number comes. */
  'planner-takes-gaps',
  /** The planner applies what it has already. */
  'planner-takes-twice',
  /** A process that was stopped does not notice the time that has passed. */
  'clock-stands',
  /** One more than a limit allows may run at once. */
  'limit-exceeded',
] as const;
export type PlantedFault = (typeof PLANTED_FAULTS)[number];
