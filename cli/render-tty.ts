import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { StateProgress } from './build-progress.ts';
import { coloured, type Paint, plain } from './format.ts';
import { ProgressTree } from './progress-tree.ts';
import { PlainRenderer, type Renderer } from './render-plain.ts';
import type { TimelineEvent } from './timeline-event.ts';
import { wrap } from './wrap.ts';

const FRAME_MS = 100;

/** The renderer shows the lines of the plain renderer in colour. Below them, it redraws the current states. */
export class TtyRenderer implements Renderer {
  readonly #stream: WriteStream;
  readonly #paint: Paint;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #lines: PlainRenderer;
  readonly #tree = new ProgressTree();
  readonly #timer: NodeJS.Timeout;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    // Node interprets NO_COLOR, FORCE_COLOR and TERM.
    this.#paint = stream.hasColors() ? coloured : plain;
    // A hidden cursor would stay hidden if the process were killed.
    this.#update = createLogUpdate(stream, { showCursor: true });
    // "persist" would break a word that is wider than the screen, such as an address that people copy.
    this.#lines = new PlainRenderer(
      (line) => {
        this.#update.clear();
        stream.write(`${wrap(line, stream.columns)}\n`);
      },
      { paint: this.#paint },
    );
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#timer.unref();
  }

  event(event: TimelineEvent): void {
    this.#tree.apply(event);
    this.#lines.event(event);
    this.#draw();
  }

  progress(states: readonly StateProgress[]): void {
    this.#tree.progress(states);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#update.clear();
    this.#update.done();
  }

  #draw(): void {
    const { rows = 24, columns = 80 } = this.#stream;
    this.#update(this.#tree.lines(new Date(), rows - 2, columns, this.#paint).join('\n'));
  }
}
