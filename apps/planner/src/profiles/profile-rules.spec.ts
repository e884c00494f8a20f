import { FACTS } from '../testing/fake-executor.testing';
import { parseRule, unmetRules } from './profile-rules';

describe('rules of profiles', () => {
  const machine = { facts: FACTS, labels: ['rack-1'] };

  it.each([
    'cpus>=4',
    'cpus = 4',
    'cpus!=5',
    'memoryMiB>=8000',
    'memoryMiB<=8000',
    'disks=1',
    'diskMiB>=100000',
    'largestDiskMiB<=100000',
    'interfaces>=1',
    'arch=x86_64',
    'os.id!=ubuntu',
    'os.version=12',
    'virtualization=kvm',
    'label=rack-1',
    'label!=rack-2',
  ])('%s is met', (rule) => expect(unmetRules([rule], machine)).toEqual([]));

  it.each([
    ['cpus>=5', 'cpus>=5 (is 4)'],
    ['cpus<=3', 'cpus<=3 (is 4)'],
    ['cpus=40', 'cpus=40 (is 4)'],
    ['cpus!=4', 'cpus!=4 (is 4)'],
    ['arch=aarch64', 'arch=aarch64 (is x86_64)'],
    ['label=rack-2', 'label=rack-2 (labels: rack-1)'],
    ['label!=rack-1', 'label!=rack-1 (labels: rack-1)'],
  ])('%s is not met, and says why', (rule, why) => expect(unmetRules([rule], machine)).toEqual([why]));

  it('are not met by a machine that was never inspected, nor by what it has not told', () => {
    expect(unmetRules(['cpus>=1', 'label=rack-1'], { ...machine, facts: null })).toEqual(['cpus>=1 (never inspected)']);
    expect(unmetRules(['cpus!=1'], { ...machine, facts: { ...FACTS, cpus: null } })).toEqual(['cpus!=1 (is not told)']);
  });

  it.each([
    '',
    'cpus',
    'cpus>4',
    'cpus>=many',
    'cpus>=-1',
    'arch>=x',
    'gpus>=1',
    'constructor=1',
    'label=$(id)',
    'cpus>=4\n',
    'x'.repeat(500),
  ])('%j is no rule', (text) => expect(parseRule(text)).toBeNull());
});
