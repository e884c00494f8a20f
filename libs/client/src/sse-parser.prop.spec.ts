import * as fc from 'fast-check';
import { SSE_EVENT_CHARS_MAX, SseParser } from './sse-parser';

const event = fc.record({
  id: fc.stringMatching(/^[0-9]{1,5}$/),
  event: fc.constantFrom('message', 'end'),
  lines: fc.array(fc.stringMatching(/^[ -~]{0,12}$/), { minLength: 1, maxLength: 3 }),
});

describe('events of a stream', () => {
  it('are the same however the text is cut and whatever the line end', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(400)),
        (sent, eol, cuts) => {
          const text = sent
            .map((it) =>
              [`: beat`, `id: ${it.id}`, `event: ${it.event}`, ...it.lines.map((line) => `data: ${line}`), '', ''].join(
                eol,
              ),
            )
            .join('');
          const parser = new SseParser();
          const edges = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
          const got = edges.slice(1).flatMap((to, index) => parser.push(text.slice(edges[index], to)));
          expect(got).toEqual(sent.map((it) => ({ id: it.id, event: it.event, data: it.lines.join('\n') })));
        },
      ),
    );
  });

  it('without data are none, and keep the id', () => {
    const parser = new SseParser('7');
    expect(parser.push('event: x\n\ndata\n\n')).toEqual([{ id: '7', event: 'message', data: '' }]);
  });

  it('that never end are refused', () => {
    const parser = new SseParser();
    expect(() => parser.push(`data: ${'x'.repeat(SSE_EVENT_CHARS_MAX + 1)}`)).toThrow('too large');
  });
});
