import type { ServerUnreachable } from '@muster/client';
import { coloursFor, type Colours } from '../io/colours';
import type { Io } from '../io/io';
import { shownLine } from '../io/shown-text';
import { spell } from '../io/spell-duration';
import { Painter } from './painter';
import type { Progress } from './progress';
import type { Failure, RunView } from './run-view';

const REPAINT_MS = 200;
const FAILURES_SHOWN = 5;
const BAR_WIDTH = 30;

/** Bar, running tasks with their time, newest failures and time left, repainted on a terminal. */
export class LiveProgress implements Progress {
  readonly #painter: Painter;
  readonly #colours: Colours;
  #view: RunView | null = null;
  #notice: string | null = null;
  #timer: ReturnType<typeof setInterval>;

  constructor(private readonly io: Io) {
    this.#painter = new Painter(io.stderr);
    this.#colours = coloursFor(io, io.stderr);
    this.#timer = setInterval(() => this.#repaint(), REPAINT_MS);
  }

  show(view: RunView): void {
    // Painted by the timer: a thousand events a second must not mean a thousand repaints.
    const first = this.#view === null;
    this.#view = view;
    this.#notice = null;
    if (first) this.#repaint();
  }

  reconnecting(error: ServerUnreachable): void {
    this.#notice = `${error.message}; trying again`;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#painter.clear();
  }

  #repaint(): void {
    if (this.#view) this.#painter.paint(this.#lines(this.#view));
  }

  #lines(view: RunView): readonly string[] {
    const now = this.io.now();
    const notice = this.#notice === null ? [] : [this.#colours.yellow(shownLine(this.#notice))];
    const failed = view.failures.slice(-FAILURES_SHOWN).map((it) => this.#failure(it));
    const control = view.lastControl === null ? [] : [`  ${this.#colours.dim(shownLine(view.lastControl))}`];
    const room = Math.max(1, this.io.stderr.rows - 4 - notice.length - failed.length - control.length);
    const { running } = view;
    const shown = running.slice(0, running.length > room ? room - 1 : room);
    const more = running.length - shown.length;
    return [
      this.#bar(view, now),
      ...shown.map(
        ([task, since]) =>
          `  ${this.#colours.cyan('running')} ${shownLine(task)} ${this.#colours.dim(spell(now - since))}`,
      ),
      ...(more > 0 ? [`  and ${more} more`] : []),
      ...failed,
      ...control,
      ...notice,
    ];
  }

  #bar(view: RunView, now: number): string {
    const share = view.total === 0 ? 0 : view.ended / view.total;
    const full = Math.floor(share * BAR_WIDTH);
    const bar = this.#colours.green('█'.repeat(full)) + this.#colours.dim('░'.repeat(BAR_WIDTH - full));
    const elapsed = view.startedAt === null ? '' : ` ${spell(now - view.startedAt)}`;
    const remaining = view.remainingMs(now);
    const eta = remaining === null ? '' : `, about ${spell(remaining)} left`;
    return `${bar} ${view.ended}/${view.total} ${view.state}${elapsed}${eta}`;
  }

  #failure({ task, reason }: Failure): string {
    return `  ${this.#colours.red('failed')}  ${shownLine(task)}: ${shownLine(reason)}`;
  }
}
