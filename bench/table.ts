import type { Row } from './bench.ts';

const HEAD = ['what', 'measured', 'against', 'ratio', 'aim', ''];

/** Formats rows as aligned text, one line each, with the notes below. */
export function formatRows(rows: readonly Row[]): string[] {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.flatMap(({ what, note }) => (note ? [`  ${what}: ${note}`] : []));
  return [...text, ...(notes.length > 0 ? ['', ...notes] : [])];
}

function cells({ what, value, unit, against, moreIsBetter, aim, met }: Row): string[] {
  return [
    what,
    `${number(value)} ${unit}`.trim(),
    against ? `${number(against.value)} ${unit} (${against.name})` : '',
    against ? `${number(moreIsBetter ? value / against.value : against.value / value)} ×` : '',
    aim ?? '',
    met === undefined ? '' : met ? '✓' : '✗',
  ];
}

/** Formats a number with three significant digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
