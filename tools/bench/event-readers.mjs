/** A process with readers of the feed by SSE: of each, whether it gets every number once and in order, and how late. */
import { request } from 'node:http';

process.on('message', (message) => {
  if ('urls' in message) for (const url of message.urls) readers.push(new Reader(url, message.token, message.after));
  else upTo = message.upTo;
  check();
});

const readers = [];
/** The last number that there will be; known at the end. */
let upTo = Infinity;

function check() {
  if (readers.every(({ last }) => last >= upTo))
    process.send({ done: readers.map(({ latencies, faults, number }) => ({ number, faults, ...latencies.told() })) });
}

/** Milliseconds, one counter each; above a minute all the same. */
class Latencies {
  #counts = new Uint32Array(60_001);
  #total = 0;

  add(ms) {
    this.#counts[Math.min(60_000, Math.max(0, ms))] += 1;
    this.#total += 1;
  }

  told() {
    const at = (part) => {
      let seen = 0;
      return this.#counts.findIndex((count) => (seen += count) >= Math.max(1, this.#total * part));
    };
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.#counts.findLastIndex((count) => count > 0) };
  }
}

class Reader {
  latencies = new Latencies();
  faults = 0;
  number = 0;
  #rest = '';

  constructor(url, token, after) {
    this.last = after;
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}`, 'last-event-id': String(after) };
    request(`${url}/api/v1/events`, { headers }, (response) => {
      if (response.statusCode !== 200) throw new Error(`the feed answers ${response.statusCode}`);
      response.setEncoding('latin1');
      response.on('data', (text) => this.#take(text));
      process.send({ reading: true });
    }).end();
  }

  #take(text) {
    const now = Date.now();
    const whole = this.#rest + text;
    let at = 0;
    for (let end = whole.indexOf('\n\n'); end >= 0; end = whole.indexOf('\n\n', at)) {
      if (whole.startsWith('id: ', at)) this.#event(whole, at, now);
      at = end + 2;
    }
    this.#rest = whole.slice(at);
    if (this.last >= upTo) check();
  }

  #event(text, at, now) {
    const number = Number(text.slice(at + 4, text.indexOf('\n', at)));
    if (number !== this.last + 1) this.faults += 1;
    this.last = number;
    this.number += 1;
    const told = text.indexOf('"at":"', at) + 6;
    this.latencies.add(now - Date.parse(text.slice(told, told + 24)));
  }
}
