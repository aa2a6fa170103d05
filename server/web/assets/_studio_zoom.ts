// A few seconds of a recording's shape, large enough to find a word in: fetched piece by piece from the finest waveform.

const header_bytes = 24;
const widest = 60; // seconds

export interface Span {
  start: number;
  end: number;
}

interface Shape {
  rate: number; // points a second
  points: number;
}

const known = new Map<string, Promise<Shape>>();

async function bytes_of(address: string, first: number, last: number): Promise<DataView> {
  const answer = await fetch(address, { headers: { Range: `bytes=${first}-${last}` } });
  if (answer.status !== 206) throw new Error('no such waveform');
  return new DataView(await answer.arrayBuffer());
}

// The head of audiowaveform's format, version 2.
function shape_of(address: string): Promise<Shape> {
  const asked = known.get(address) ?? bytes_of(address, 0, header_bytes - 1).then((head) => ({ rate: head.getInt32(8, true) / head.getInt32(12, true), points: head.getUint32(16, true) }));
  known.set(address, asked);
  return asked;
}

export class Zoom {
  private seen: Span | undefined;
  private heights = new Float32Array();
  private chosen: Span = { start: 0, end: 0 };
  private turn = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly address: string,
    private readonly duration: number,
    private readonly drawn: (span: Span) => void,
  ) {
    let begun: number | undefined;
    canvas.addEventListener('pointerdown', (event) => {
      begun = this.at(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      const now = this.at(event);
      if (begun === undefined || now === undefined || Math.abs(now - begun) < 0.02) return;
      this.chosen = { start: Math.min(begun, now), end: Math.max(begun, now) };
      this.drawn(this.chosen);
      this.paint();
    });
    for (const over of ['pointerup', 'pointercancel']) canvas.addEventListener(over, () => (begun = undefined));
  }

  // The span with as much around it as fits; hidden where it would be too wide to show anything, or is not there.
  async show(span: Span): Promise<void> {
    this.chosen = span;
    const length = span.end - span.start;
    const inside = this.seen && span.start >= this.seen.start && span.end <= this.seen.end;
    if (inside && !this.canvas.hidden) {
      this.paint();
      return;
    }
    const around = Math.max(6, length / 2);
    const seen = { start: Math.max(0, span.start - around), end: Math.min(this.duration, span.end + around) };
    this.canvas.hidden = length > widest || seen.end <= seen.start;
    if (this.canvas.hidden) return;
    const turn = ++this.turn;
    try {
      const { rate, points } = await shape_of(this.address);
      const first = Math.floor(seen.start * rate);
      const last = Math.min(Math.ceil(seen.end * rate), points - 1);
      const piece = await bytes_of(this.address, header_bytes + 2 * first, header_bytes + 2 * last + 1);
      if (turn !== this.turn) return; // another row has been chosen since
      this.heights = Float32Array.from({ length: piece.byteLength / 2 }, (_, i) => Math.max(-piece.getInt8(2 * i), piece.getInt8(2 * i + 1)) / 128);
      this.seen = { start: first / rate, end: (last + 1) / rate };
      this.paint();
    } catch {
      this.canvas.hidden = true;
    }
  }

  private at(event: PointerEvent): number | undefined {
    if (!this.seen) return undefined;
    const box = this.canvas.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return this.seen.start + share * (this.seen.end - this.seen.start);
  }

  private paint(): void {
    const { canvas, seen } = this;
    const context = canvas.getContext('2d');
    if (!context || !seen) return;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    const colour = (name: string) => getComputedStyle(canvas).getPropertyValue(name);
    const x = (time: number) => (canvas.width * (time - seen.start)) / (seen.end - seen.start);
    const step = canvas.width / this.heights.length;
    context.fillStyle = colour('--control');
    this.heights.forEach((height, i) => {
      const half = Math.max((height * canvas.height) / 2, scale / 2);
      context.fillRect(i * step, canvas.height / 2 - half, Math.max(step - 0.5, 1), 2 * half);
    });
    context.globalAlpha = 0.45;
    context.fillStyle = colour('--wrong');
    context.fillRect(x(this.chosen.start), 0, x(this.chosen.end) - x(this.chosen.start), canvas.height);
    context.globalAlpha = 1;
  }
}
