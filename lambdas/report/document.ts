import { type Html, html, trusted } from './html.ts';
import { STYLE } from './style.ts';

export interface PageOptions {
  /** The page's own style follows the common style. The text must not contain values. */
  style?: string;
  /** The browser reloads the page after this time, without a script. */
  refreshSeconds?: number;
}

/** Returns a self-contained page: it loads nothing and runs nothing, wherever it is opened. */
export function htmlDocument(title: string, body: Html, { style = '', refreshSeconds }: PageOptions = {}): string {
  return html`${trusted('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">${
    refreshSeconds !== undefined &&
    html`
<meta http-equiv="refresh" content="${refreshSeconds}">`
  }
<title>${title}</title>
<style>${trusted(STYLE + style)}</style></head>
<body>${body}</body></html>
`.markup;
}
