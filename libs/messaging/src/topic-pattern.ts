/** True if a routing key matches an AMQP topic pattern: `*` stands for one word, `#` for any number of words. */
export function matchesTopic(pattern: string, routingKey: string): boolean {
  const wanted = pattern.split('.');
  const words = routingKey.split('.');
  const matches = (at: number, word: number): boolean => {
    const part = wanted[at];
    if (part === undefined) return word === words.length;
    if (part === '#') return matches(at + 1, word) || (word < words.length && matches(at, word + 1));
    return word < words.length && (part === '*' || part === words[word]) && matches(at + 1, word + 1);
  };
  return matches(0, 0);
}
