import type { Read } from '../contracts/board.ts';
import { type Html, html, type Value } from './html.ts';
import { icon } from './icons.ts';
import { duration } from './times.ts';

/** This module contains the components of the board and of the pages of runs. */

/** Shows the value if it was read, or else that it is unknown, and why. */
export function unlessUnread<T>(read: Read<T>, what: string, show: (value: T) => Html): Html {
  return read.kind === 'read' ? show(read.value) : unread(what, read.why);
}

export function unread(what: string, why: string): Html {
  return html`<p class="unread unknown">${icon('unknown')}<span><strong>Unknown</strong>: ${what} could not be read. ${why}</span></p>`;
}

export function nothing(text: string): Html {
  return html`<p class="nothing">${text}</p>`;
}

export function section(id: string, title: string, count: number | undefined, content: Value): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}${count !== undefined && html` <span class="count">${count}</span>`}</h2>${content}</section>`;
}

export function panel(content: Value): Html {
  return html`<div class="panel">${content}</div>`;
}

export function pairs(rows: readonly (readonly [string, Value])[]): Html {
  const there = rows.filter(([, value]) => value !== undefined && value !== false && value !== '');
  return html`<dl class="pairs">${there.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Returns a name such as `provision:3f0c…`, which the commands accept. */
export function shortName(arn: string): string {
  const [machine = '', name = ''] = arn.split(':').slice(6);
  return `${machine.replace(/^runbook-/, '')}:${name}`;
}

/** Returns `in 3 h 10 min` or `5 min ago`, relative to the time at which the page was written. */
export function relative(time: number, now: number): string {
  const whole = (ms: number) => (ms < 60_000 ? `${Math.floor(ms / 1_000)} s` : duration(ms - (ms % 60_000)));
  return time > now ? `in ${whole(time - now)}` : `${whole(now - time)} ago`;
}
