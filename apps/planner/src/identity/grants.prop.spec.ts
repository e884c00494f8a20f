import fc from 'fast-check';
import { EVERY_PROJECT, type Grants, isAllowed, mayGrant, type Role, ROLES } from './grants';

const projects = ['default', 'blue', 'green', EVERY_PROJECT];
const role = fc.constantFrom<Role>(...ROLES);
const grants = fc.dictionary(fc.constantFrom(...projects), role) as fc.Arbitrary<Grants>;

describe('grants', () => {
  it('give nothing where no role was given', () => {
    fc.assert(
      fc.property(grants, role, (given, right) => {
        const { [EVERY_PROJECT]: _all, blue: _blue, ...rest } = given;
        expect(isAllowed(rest, 'blue', [right])).toBe(false);
        expect(isAllowed({ blue: 'admin' }, EVERY_PROJECT, [right])).toBe(false);
      }),
    );
  });

  it('never let anybody give a right that they lack', () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...projects), role, role, (given, project, granted, right) => {
        fc.pre(mayGrant(given, project, granted));
        if (isAllowed({ [project]: granted }, project, [right])) expect(isAllowed(given, project, [right])).toBe(true);
      }),
    );
  });

  it.each([
    ['viewer', ['viewer']],
    ['operator', ['viewer', 'operator']],
    ['admin', ['viewer', 'operator', 'admin', 'publisher']],
    ['publisher', ['publisher']],
  ] as const)('of a %s are %j', (given, rights) => {
    expect(ROLES.filter((right) => isAllowed({ blue: given }, 'blue', [right]))).toEqual(rights);
  });

  it('do not take a name that every object has for a project', () => {
    expect(isAllowed({}, 'constructor', ['viewer'])).toBe(false);
    expect(isAllowed({}, '__proto__', ['viewer'])).toBe(false);
  });
});
