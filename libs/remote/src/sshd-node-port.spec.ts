import { nodePortContract } from './testing/node-port-contract.testing';
import { sshdBed } from './testing/sshd-bed.testing';

nodePortContract('OpenSSH', () => sshdBed());
