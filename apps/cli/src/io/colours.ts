import picocolors from 'picocolors';
import type { Io, Sink } from './io';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours for `sink`: none off a terminal, none where `NO_COLOR` says so. */
export function coloursFor(io: Io, sink: Sink): Colours {
  return picocolors.createColors(sink.isTerminal && !io.env['NO_COLOR']);
}
