import { digraphOf } from '@muster/graph';
import { dissolveBarriers } from './dissolve-barriers';

/** Relations `before>after`, of vertices in this order; those from `count` on are barriers. */
function dissolved(ids: string, relations: string): string {
  const edges = relations.split(' ').map((each) => each.split('>') as [string, string]);
  const vertices = ids.split(' ');
  const graph = dissolveBarriers(digraphOf(vertices, edges), vertices.filter((id) => !id.startsWith('B')).length);
  return graph.ids
    .flatMap((id, vertex) => (graph.predecessors[vertex] ?? []).map((from) => `${graph.ids[from]}>${id}`))
    .join(' ');
}

describe('barriers that save nothing', () => {
  it('are dissolved if one vertex alone requires them, or one alone comes before', () => {
    expect(dissolved('a b c B1', 'a>B1 b>B1 B1>c')).toBe('a>c b>c');
    expect(dissolved('a b c B1', 'a>B1 B1>b B1>c')).toBe('a>b a>c');
  });

  it('are dissolved one after the other', () => {
    expect(dissolved('a b c B1 B2 B3', 'a>B1 b>B1 B1>B2 B2>B3 B3>c')).toBe('a>c b>c');
    expect(dissolved('a b c d B1 B2', 'a>B1 b>B1 B1>B2 B2>c B2>d')).toBe('B1>c B1>d a>B1 b>B1');
  });

  it('stay where they do, and where nothing comes after', () => {
    expect(dissolved('a b c d B1', 'a>B1 b>B1 B1>c B1>d')).toBe('B1>c B1>d a>B1 b>B1');
    expect(dissolved('a b B1', 'a>B1 b>B1')).toBe('a>B1 b>B1');
  });
});
