/** This module draws a run of `npm start` as an animated terminal: an SVG that loads nothing and runs nothing. */

const COLUMNS = 104;
const ROWS = 26;
const CHARACTER = 7.4;
const LINE = 17;
const PADDING = 16;
const BAR = 30;
/** A run of minutes is played in this time. Then its end is shown for as long as `END_SECONDS`. */
const PLAYED_SECONDS = 24;
const END_SECONDS = 8;
/** No line stands still for longer than this, whatever the run's own wait was. */
const LONGEST_SECONDS = 1.2;
const SHORTEST_SECONDS = 0.05;

interface Line {
  text: string;
  /** The value is in seconds of a day. It is undefined for a line that does not begin with a time. */
  at: number | undefined;
}

/** @param transcript the output of `npm start` into a pipe @returns the SVG */
export function recording(transcript: string): string {
  const lines = transcript.trimEnd().split('\n').map(parse);
  const times = appearances(lines);
  const total = PLAYED_SECONDS + END_SECONDS;
  const percent = (seconds: number) => `${((100 * seconds) / total).toFixed(2)}%`;
  const scrolls = times.flatMap((time, index) => (index >= ROWS ? [[time, (index - ROWS + 1) * LINE] as const] : []));
  const [width, height] = [COLUMNS * CHARACTER + 2 * PADDING, ROWS * LINE + 2 * PADDING + BAR];
  const keyframes = scrolls.map(([time, by]) => `${percent(time)}{transform:translateY(-${by}px)}`).join('');
  const last = scrolls.at(-1)?.[1] ?? 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of npm start: an environment is provisioned, validated and torn down, and nothing is left">
<style>
text{font:12.3px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}
.time{fill:#7d8590}.good{fill:#7ee787}.bad{fill:#ff9587}
.screen{animation:scroll ${total}s step-end infinite;transform:translateY(-${last}px)}
.screen text{animation:show ${total}s step-end infinite}
@keyframes scroll{0%{transform:translateY(0)}${keyframes}100%{transform:translateY(-${last}px)}}
${times.map((time, index) => `.l${index}{animation-name:s${index}!important}@keyframes s${index}{0%{opacity:0}${percent(time)}{opacity:1}100%{opacity:1}}`).join('\n')}
@media (prefers-reduced-motion:reduce){.screen,.screen text{animation:none!important}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
<circle cx="20" cy="18" r="5.5" fill="#ff5f57"/><circle cx="39" cy="18" r="5.5" fill="#febc2e"/><circle cx="58" cy="18" r="5.5" fill="#28c840"/>
<svg x="${PADDING}" y="${BAR + PADDING / 2}" width="${COLUMNS * CHARACTER}" height="${ROWS * LINE}" viewBox="0 0 ${COLUMNS * CHARACTER} ${ROWS * LINE}"><g class="screen">
${lines.map((line, index) => `<text class="l${index}" y="${(index + 1) * LINE - 4}">${markup(line)}</text>`).join('\n')}
</g></svg>
</svg>
`;
}

const CLOCK = /^(\d\d):(\d\d):(\d\d) /;

function parse(text: string): Line {
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? [];
  return {
    text: text.length > COLUMNS ? `${text.slice(0, COLUMNS - 1)}…` : text,
    at: hours === undefined ? undefined : (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds),
  };
}

/**
 * Returns the time at which each line appears, in seconds of the playback. The times are proportional to the run,
 * except for its long waits.
 */
function appearances(lines: readonly Line[]): number[] {
  let before: number | undefined;
  const waits = lines.map(({ at }) => {
    // A run may continue past midnight.
    const waited = at === undefined || before === undefined ? 0 : (at - before + 86_400) % 86_400;
    before = at ?? before;
    return waited;
  });
  const all = waits.reduce((sum, one) => sum + one, 0) || 1;
  const weights = waits.map((one) => Math.min(LONGEST_SECONDS, SHORTEST_SECONDS + (one / all) * PLAYED_SECONDS));
  const scale = PLAYED_SECONDS / weights.reduce((sum, one) => sum + one, 0);
  let time = 0;
  return weights.map((one) => {
    time += one * scale;
    return time;
  });
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function markup({ text, at }: Line): string {
  const escaped = text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
  const marked = escaped
    .replace(/[✓]|\b(CLEAN|SUCCEEDED)\b/g, '<tspan class="good">$&</tspan>')
    .replace(/✗|\bFAILED\b/g, '<tspan class="bad">$&</tspan>');
  return at === undefined ? marked : `<tspan class="time">${marked.slice(0, 8)}</tspan>${marked.slice(8)}`;
}
