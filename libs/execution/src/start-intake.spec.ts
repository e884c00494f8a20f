import type { TaskGraph } from '@muster/model';
import { packGraph, type StartDeployment } from '@muster/protocol';
import { D, graphOf, TASK } from './executor-bed.testing';
import type { AcceptAnswer } from './ports/deployment-store';
import type { ExecutorPorts } from './ports/executor-ports';
import { StartIntake } from './start-intake';

const START = { deployment: D, cluster: 'c', artifacts: [], artifactToken: null, graph: { kind: 'inline', gzip: '' } };

/** Takes a start in to which the store answers so; tells the graphs that are carried out without being read again. */
async function takenIn(answer: AcceptAnswer): Promise<readonly TaskGraph[]> {
  const ports = {
    artifacts: { ensure: async () => [] },
    graphBytes: async () => new Uint8Array(),
    readGraph: async () => packGraph(graphOf([TASK])),
    store: { accept: async () => answer, refuse: async () => [] },
  } as unknown as ExecutorPorts;
  const graphs: TaskGraph[] = [];
  const intake = new StartIntake(ports, (_deployment, graph) => graphs.push(graph));
  await intake.accept('c1', START as unknown as StartDeployment);
  return graphs;
}

describe('the graph of a start', () => {
  it('is at hand once it is stored', async () => {
    expect(await takenIn({ kind: 'accepted' })).toMatchObject([{ tasks: [{ task: 'a@n1' }] }]);
  });

  // Another may be stored under that id, of another project even.
  it.each<AcceptAnswer>([{ kind: 'repeated' }, { kind: 'refused', problems: [] }])(
    'is forgotten where the store says: %s',
    async (answer) => {
      expect(await takenIn(answer)).toEqual([]);
    },
  );
});
