// The container of a timeline and its columns, as docs/timeline.md has them.

/** Bytes are bytes that a stream or a file can take. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Section is one part of a container, still compressed. */
export interface Section { kind: number; body: Bytes }

export const kinds = { contents: 1, events: 2, wakes: 3 } as const;

/** sections cuts a container into its parts. */
export function sections(bytes: Bytes): Section[] {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "tut1") throw new Error("this is no timeline");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Section[] = [];
  for (let at = 4; at < bytes.length;) {
    if (at + 5 > bytes.length) throw new Error("the timeline ends within a section");
    const size = view.getUint32(at + 1, true);
    if (at + 5 + size > bytes.length) throw new Error("the timeline ends within a section");
    found.push({ kind: bytes[at]!, body: bytes.subarray(at + 5, at + 5 + size) });
    at += 5 + size;
  }
  return found;
}

/** gunzip unpacks one section. */
export async function gunzip(body: Bytes): Promise<Bytes> {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** unbase64 reads the text of an embedded container. */
export function unbase64(text: string): Bytes {
  const raw = atob(text.replace(/\s+/g, ""));
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Column reads varints one after the other. Past its end it fails. */
export class Column {
  private at: number;

  constructor(private readonly bytes: Uint8Array, from = 0, private readonly end = bytes.length) { this.at = from; }

  /** next is the next unsigned number. */
  next(): number {
    const bytes = this.bytes;
    let b = bytes[this.at++]!;
    if (b < 128 && this.at <= this.end) return b;
    let value = b & 127;
    for (let scale = 128; b >= 128; scale *= 128) {
      if (this.at >= this.end || scale > 2 ** 49) throw new Error("a column of the timeline is damaged");
      b = bytes[this.at++]!;
      value += (b & 127) * scale;
    }
    if (this.at > this.end) throw new Error("a column of the timeline is damaged");
    return value;
  }

  /** signed is the next number written as zigzag. */
  signed(): number {
    const v = this.next();
    return v % 2 === 0 ? v / 2 : -(v + 1) / 2;
  }

  /** byte is the next byte. */
  byte(): number {
    if (this.at >= this.end) throw new Error("a column of the timeline is damaged");
    return this.bytes[this.at++]!;
  }

  /** column is the part of this one that its size, written before it, says. */
  column(): Column {
    const size = this.next();
    if (this.at + size > this.end) throw new Error("a column of the timeline is damaged");
    const part = new Column(this.bytes, this.at, this.at + size);
    this.at += size;
    return part;
  }
}
