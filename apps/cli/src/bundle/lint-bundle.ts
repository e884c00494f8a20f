import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
export async function lintBundle(_s: Session, _d: string): Promise<0> {
  throw usageProblem('lint', 'checking without a server is not there yet');
}
