import type { MigrationClass } from '@muster/storage';
import { FirstTables1763700000000 } from './1763700000000-first-tables';
import { DeploymentRequires1763800000000 } from './1763800000000-deployment-requires';
import { PreviousState1763900000000 } from './1763900000000-previous-state';
import { PlansToLookAt1764000000000 } from './1764000000000-plans-to-look-at';
import { PlanParameters1764100000000 } from './1764100000000-plan-parameters';
import { NodeAttributes1764200000000 } from './1764200000000-node-attributes';
import { ControlEffects1764300000000 } from './1764300000000-control-effects';
import { RunsAndControls1764310000000 } from './1764310000000-runs-and-controls';
import { ForceClosed1764320000000 } from './1764320000000-force-closed';
import { Pools1764400000000 } from './1764400000000-pools';
import { TaskSummary1764500000000 } from './1764500000000-task-summary';
import { PlanGrounds1764510000000 } from './1764510000000-plan-grounds';
import { Audit1764611000000 } from './1764611000000-audit';
import { Operations1764650000000 } from './1764650000000-operations';
import { FeedCursors1764651000000 } from './1764651000000-feed-cursors';
import { Webhooks1764652000000 } from './1764652000000-webhooks';
import { AttemptExecutor1764653000000 } from './1764653000000-attempt-executor';
import { ProjectsAndTokens1764610000000 } from './1764610000000-projects-and-tokens';
import { NodeDriver1764920000000 } from './1764920000000-node-driver';
import { NodeLife1764630000000 } from './1764630000000-node-life';
import { Inspections1764630100000 } from './1764630100000-inspections';
import { Profiles1764630200000 } from './1764630200000-profiles';
import { RevisionWhy1764620000000 } from './1764620000000-revision-why';
import { Presets1764620100000 } from './1764620100000-presets';
import { BundleLife1764640000000 } from './1764640000000-bundle-life';
import { Origins1764930000000 } from './1764930000000-origins';
import { OutputRemoved1764930100000 } from './1764930100000-output-removed';
import { UnjudgedControls1765031000000 } from './1765031000000-unjudged-controls';
import { Publications1764640100000 } from './1764640100000-publications';
import { RoomForUpdates1764940000000 } from './1764940000000-room-for-updates';
import { DueTransactions1765030000000 } from './1765030000000-due-transactions';

/** In the order of their making; each is run once, all of what is new in one database transaction. */
export const migrations: readonly MigrationClass[] = [
  FirstTables1763700000000,
  DeploymentRequires1763800000000,
  PreviousState1763900000000,
  PlansToLookAt1764000000000,
  PlanParameters1764100000000,
  NodeAttributes1764200000000,
  ControlEffects1764300000000,
  RunsAndControls1764310000000,
  ForceClosed1764320000000,
  Pools1764400000000,
  TaskSummary1764500000000,
  PlanGrounds1764510000000,
  Operations1764650000000,
  FeedCursors1764651000000,
  Webhooks1764652000000,
  AttemptExecutor1764653000000,
  ProjectsAndTokens1764610000000,
  Audit1764611000000,
  NodeLife1764630000000,
  Inspections1764630100000,
  Profiles1764630200000,
  RevisionWhy1764620000000,
  Presets1764620100000,
  BundleLife1764640000000,
  Publications1764640100000,
  RoomForUpdates1764940000000,
  NodeDriver1764920000000,
  Origins1764930000000,
  OutputRemoved1764930100000,
  DueTransactions1765030000000,
  UnjudgedControls1765031000000,
];
