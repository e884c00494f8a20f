import type { PlanDocument } from '@muster/client';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import type { PlanOptions } from './make-plan';
export async function planOffline(_s: Session, _o: PlanOptions): Promise<PlanDocument> {
  throw usageProblem('plan', 'planning without a server is not there yet');
}
