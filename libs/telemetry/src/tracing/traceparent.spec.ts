import { formatTraceparent, parseTraceparent } from './traceparent';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it('a traceparent is read as it was written', () => {
  for (const isSampled of [true, false]) {
    const place = { traceId: TRACE, spanId: SPAN, isSampled };
    expect(parseTraceparent(formatTraceparent(place))).toEqual(place);
  }
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toMatchObject({ isSampled: true });
  // Other flags are somebody's, and a later version may say more.
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)).toMatchObject({ isSampled: false });
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-more`)).toMatchObject({ traceId: TRACE });
});

it.each([
  '',
  'x',
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01\n{"level":"fatal"}`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(1000)}`,
])('and ignored where it is none: %j', (text) => {
  expect(parseTraceparent(text)).toBeNull();
});
