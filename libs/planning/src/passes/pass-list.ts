import type { Draft } from '../draft/draft';
import { assignPlaces } from './assign-places';
import { assignDrivers } from './assign-drivers';
import { carryByMaster } from './carry-by-master';
import { checkCycles } from './check-cycles';
import { checkFilled } from './check-filled';
import { checkRawSize } from './check-raw-size';
import { checkSupported } from './check-supported';
import { checkOutputs } from './check-outputs';
import { collapseBarriers } from './collapse-barriers';
import { comparePrevious } from './compare-previous';
import { connectNested } from './connect-nested';
import { evaluateTasks } from './evaluate-tasks';
import { expandRepeats } from './expand-repeats';
import { filterNodes } from './filter-nodes';
import { mergeLayers } from './merge-layers';
import { orderRoles } from './order-roles';
import { placeDefinitions } from './place-definitions';
import { rampRoles } from './ramp-roles';
import { resolveOutputs } from './resolve-outputs';
import { resolveCrossRelations, resolveRelations } from './resolve-relations';
import { selectTasks } from './select-tasks';
import { orderValidations, stageValidations } from './stage-validations';
import { skipInNoop } from './skip-in-noop';
import { setFaultTolerance } from './set-fault-tolerance';
import { setLimits } from './set-limits';

export interface Pass {
  readonly name: string;
  readonly run: (draft: Draft) => void;
}

/** What makes a plan, in this order. */
export const PASSES: readonly Pass[] = [
  // First, since everything else reads definitions and does not care where they came from.
  { name: 'merge layers', run: mergeLayers },
  // Right after it, so that plugins and clusters that replace what a connection names do not undo it; everything later sees plain definitions.
  { name: 'connect included releases', run: connectNested },
  // After connections, which are about tasks; before anything looks at definitions, since these are some more.
  { name: 'add validations', run: stageValidations },
  // Needs nothing but the definitions that are left, and is about them as a whole.
  { name: 'check that all is supported', run: checkSupported },
  // About the cluster alone, so it is told whatever else is wrong.
  { name: 'check that all is filled', run: checkFilled },
  // Placement looks at tags, and which node is the primary is one of them.
  { name: 'assign tags and primaries', run: assignPlaces },
  // Before placement: on nodes that the graph's filter leaves out there is nothing of it, so nothing relates to them either.
  { name: 'filter nodes', run: filterNodes },
  // From here on there are tasks: everything later is about a definition on a node.
  { name: 'place definitions', run: placeDefinitions },
  // Before relations, since a skipped task is still a bridge and must be there; parameters are computed for those that run.
  { name: 'evaluate conditions and parameters', run: evaluateTasks },
  // After parameters are computed, and before they are compared with those of the last success.
  { name: 'assign node drivers', run: assignDrivers },
  // Same node and sync point: cheap, and independent of who else is there.
  { name: 'resolve relations on the node', run: resolveRelations },
  // After placement is complete, since `any` chooses among the nodes that have the task.
  { name: 'resolve relations across nodes', run: resolveCrossRelations },
  // After all tasks are there; before the order of roles, which has no say in what comes before and after everything.
  { name: 'order validations', run: orderValidations },
  // After the authors' own relations, which say what belongs together on a node whatever the order of roles is.
  { name: 'order roles', run: orderRoles },
  // After parameters are computed, since an expression may yield a binding; before anything looks at all relations.
  { name: 'resolve output bindings', run: resolveOutputs },
  // After output bindings, which are part of the parameters; before repeats, which follow the task that they repeat.
  { name: 'compare with the previous state', run: comparePrevious },
  // After every relation to and from the task that is repeated, since its runs take them over.
  { name: 'expand repeats', run: expandRepeats },
  // After all relations, so that a partial run can follow them; what is left out stays as a bridge.
  { name: 'select tasks', run: selectTasks },
  // After selection, so that what was not selected says so; before outputs are checked: who takes one that is unknown is unknown.
  { name: 'skip what is unknown in noop', run: skipInNoop },
  // After selection, which may have left out what gives an output.
  { name: 'check outputs', run: checkOutputs },
  // After selection, since waves are of nodes that have something to do; after every relation, since no wave may stand in its way.
  { name: 'ramp roles', run: rampRoles },
  // After selection, since what is skipped holds no slot.
  { name: 'set limits', run: setLimits },
  // After limits, to which it adds one, and after selection: who is skipped asks nothing of the master node.
  { name: 'carry by the master node', run: carryByMaster },
  { name: 'set fault tolerance', run: setFaultTolerance },
  // After the last relation was added, and before the checks that walk all of them: they are cheap on the small graph only.
  {
    name: 'collapse into barriers',
    run: (draft) => (draft.input.options?.raw ? checkRawSize(draft) : collapseBarriers(draft)),
  },
  // Last, since reduction, estimate and digest take a graph without cycles for granted.
  { name: 'check for cycles', run: checkCycles },
];
