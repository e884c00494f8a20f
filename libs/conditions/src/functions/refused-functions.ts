const CLOCK = 'the same input must give the same plan, so that expressions know no time';
const DATES = 'dates and durations are not supported; settings have none';
const LUCK = 'the same input must give the same plan, so that expressions have no luck';
const ENDLESS = 'endless lists are not supported; `range` makes one with an end';
const INDIRECT = 'functions are called by their names, so that it can be seen which ones an expression uses';

/** Functions that YAQL has and we refuse, each with the reason. */
export const REFUSED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ...['now', 'localtz'].map((name) => [name, CLOCK] as const),
  ...['utctz', 'datetime', 'timespan', 'isDatetime', 'isTimespan'].map((name) => [name, DATES] as const),
  ...['random', 'guid'].map((name) => [name, LUCK] as const),
  ...['sequence', 'cycle', 'generateMany'].map((name) => [name, ENDLESS] as const),
  ...['call', 'lambda'].map((name) => [name, INDIRECT] as const),
  ['characters', 'sets of characters are not supported; write the characters'],
]);
