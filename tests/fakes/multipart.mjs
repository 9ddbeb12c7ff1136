// multipart/form-data, as much as a bot sends. Errors: SyntaxError.

export function parseMultipart(buf, boundary) {
  const fields = {};
  const files = {};
  const delim = Buffer.from(`--${boundary}`);
  let pos = buf.indexOf(delim);
  if (pos < 0) throw new SyntaxError('malformed multipart body');
  for (;;) {
    pos += delim.length;
    if (buf.slice(pos, pos + 2).toString() === '--') break;
    pos += 2;
    const headEnd = buf.indexOf('\r\n\r\n', pos);
    if (headEnd < 0) break;
    const head = buf.slice(pos, headEnd).toString('utf8');
    const next = buf.indexOf(delim, headEnd + 4);
    if (next < 0) throw new SyntaxError('unterminated multipart body');
    const body = buf.slice(headEnd + 4, next - 2);
    const name = /name="([^"]*)"/i.exec(head)?.[1] ?? '';
    const filename = /filename="((?:\\"|[^"])*)"/i.exec(head)?.[1] ?? /filename=([^;\r\n]+)/i.exec(head)?.[1];
    const mime = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1]?.trim();
    if (filename !== undefined) files[name] = { name: filename, mime: mime ?? 'application/octet-stream', data: body };
    else fields[name] = body.toString('utf8');
    pos = next;
  }
  return { fields, files };
}
