import { embeddedBed } from './testing/node-bed.testing';
import { nodePortContract } from './testing/node-port-contract.testing';

nodePortContract('embedded nodes', () => embeddedBed());
