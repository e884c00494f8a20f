import { AuditRow } from '../audit/audit.entity';
import { BundleRow } from '../bundles/bundle.entity';
import { ClusterRow } from '../clusters/cluster.entity';
import { RevisionRow } from '../clusters/revision.entity';
import { FeedCursorRow } from '../feed/feed-cursor.entity';
import { FeedEventRow } from '../feed/feed-event.entity';
import { FeedSequenceRow } from '../feed/feed-sequence.entity';
import { IdempotencyKeyRow } from '../idempotency/idempotency-key.entity';
import { TokenRow } from '../identity/token.entity';
import { NodeHistoryRow } from '../nodes/node-history.entity';
import { InspectionNodeRow, InspectionRow } from '../nodes/inspection.entity';
import { NodeRow } from '../nodes/node.entity';
import { OperationRow } from '../operations/operation.entity';
import { OutgoingRow } from '../outgoing/outgoing.entity';
import { OutputChunkRow } from '../output/output-chunk.entity';
import { PlanRow } from '../plans/plan.entity';
import { PublicationRow } from '../publications/publication.entity';
import { ProfileRow } from '../profiles/profile.entity';
import { PoolRow } from '../pools/pool.entity';
import { DeploymentPlaceRow } from '../previous/deployment-place.entity';
import { ExpectedStateRow } from '../previous/expected-state.entity';
import { LastSuccessRow } from '../previous/last-success.entity';
import { PresetRow } from '../presets/preset.entity';
import { TaskRecordRow } from '../previous/task-record.entity';
import { AttemptRow } from '../transactions/attempt.entity';
import { ControlRow } from '../transactions/control.entity';
import { DeploymentRow } from '../transactions/deployment.entity';
import { TaskRow } from '../transactions/task.entity';
import { TransactionRow } from '../transactions/transaction.entity';
import { WebhookDeliveryRow } from '../webhooks/webhook-delivery.entity';
import { WebhookRow } from '../webhooks/webhook.entity';
import { InstallationRow } from './installation.entity';
import { ProjectRow } from './project.entity';

/** Every table of the planner. */
export const entities = [
  ProjectRow,
  InstallationRow,
  TokenRow,
  AuditRow,
  IdempotencyKeyRow,
  BundleRow,
  ClusterRow,
  RevisionRow,
  PresetRow,
  NodeRow,
  NodeHistoryRow,
  InspectionRow,
  InspectionNodeRow,
  PoolRow,
  ProfileRow,
  PublicationRow,
  PlanRow,
  TransactionRow,
  DeploymentRow,
  ControlRow,
  TaskRow,
  AttemptRow,
  ExpectedStateRow,
  DeploymentPlaceRow,
  TaskRecordRow,
  LastSuccessRow,
  OutputChunkRow,
  OutgoingRow,
  OperationRow,
  FeedEventRow,
  FeedSequenceRow,
  FeedCursorRow,
  WebhookRow,
  WebhookDeliveryRow,
];
