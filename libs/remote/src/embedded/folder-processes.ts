import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Processes that belong to the embedded node in `folder`: those whose environment names its state folder.
 * Linux only; empty where there is no /proc. Processes of other users are not seen.
 */
export function folderProcesses(folder: string): number[] {
  // An environment is bytes: latin1 keeps each as one character, also of names that are no ASCII.
  const mark = Buffer.from(`MUSTER_STATE_DIR=${folder}/state`).toString('latin1');
  return processIds().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}

/** Ends every process of the embedded node in `folder`, as a power cut would. Gives how many were found. */
export function endFolderProcesses(folder: string): number {
  let ended = 0;
  // Again until none is left: one that is forking just now may be missed by the first look.
  for (let round = 0; round < 10; round++) {
    const found = folderProcesses(folder).filter((pid) => pid !== process.pid && !isZombie(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
        ended++;
      } catch {
        // Gone already.
      }
    }
  }
  return ended;
}

function isZombie(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return false;
  } catch {
    return true;
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0);
  } catch {
    return [];
  }
}
