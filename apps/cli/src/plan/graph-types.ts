import { didYouMean, type Bundle } from '@muster/model';
import { usageProblem } from '../usage-problem';

/** Graph types that are asked for, in order; a sequence is one of the release or a plugin, the later of two of a name. */
export function graphTypesOf(
  { graph = [], sequence }: { readonly graph?: readonly string[]; readonly sequence?: string },
  bundles: readonly Bundle[],
): readonly [string, ...string[]] {
  if (sequence === undefined) {
    const [first = 'default', ...rest] = graph;
    return [first, ...rest];
  }
  if (graph.length > 0)
    throw usageProblem('--sequence', 'it says which graphs are meant, so --graph cannot be given too');
  const known = new Map(bundles.flatMap(({ sequences }) => Object.entries(sequences)));
  const [first, ...rest] = known.get(sequence) ?? [];
  if (first === undefined) {
    const names = [...known.keys()].join(', ') || 'none';
    throw usageProblem(
      '--sequence',
      `the release has no sequence ${sequence}, but: ${names}.${didYouMean(sequence, known.keys())}`,
    );
  }
  return [first, ...rest];
}
