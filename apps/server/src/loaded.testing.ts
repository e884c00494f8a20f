/** Prints which of the two services are loaded once the composition is: with an argument, once that one is asked for too. */
import './index';

const [, , service] = process.argv;
const loaded = (): readonly string[] =>
  ['planner', 'executor'].filter((name) =>
    Object.keys(require.cache).some((path) => path.includes(`/apps/${name}/src/`)),
  );

void (service === undefined ? Promise.resolve() : import(`@muster/${service}`)).then(() =>
  process.stdout.write(JSON.stringify(loaded())),
);
