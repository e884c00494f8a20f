/** Control characters except tab and line feed; C1 codes too, since some terminals obey them. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** `text` as it may be shown on a terminal: what nodes and bundles say is text, never commands to the terminal. */
export function shownText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROLS, (it) => {
    const code = it.charCodeAt(0);
    if (code === 0x7f) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** As `shownText`, on one line. */
export function shownLine(text: string): string {
  return shownText(text).replaceAll(/[\n\t]+/g, ' ');
}
