/** Returns a configuration as the text of a TypeScript file, in the format of `biome format`. */
export function renderConfig(config: Record<string, unknown>, schema: string): string {
  return `import type { RunbookConfig } from '${schema}';\n\nexport default ${literal(config, 0)} satisfies RunbookConfig;\n`;
}

const WIDTH = 120;

/** @param used the number of columns before the value on its line */
export function literal(value: unknown, depth: number, used = 0): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = '  '.repeat(depth + 1);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => literal(one, depth + 1))
    : Object.entries(value).map(([key, one]) => {
        const name = /^[A-Za-z_]\w*$/.test(key) ? key : quoted(key);
        return `${name}: ${literal(one, depth + 1, name.length + 2)}`;
      });
  const [open, close] = isList ? '[]' : '{}';
  const line = parts.length === 0 ? `${open}${close}` : isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  const fits = depth > 0 && !line.includes('\n') && 2 * depth + used + line.length + 1 <= WIDTH;
  if (parts.length === 0 || fits) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${'  '.repeat(depth)}${close}`;
}

function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? JSON.stringify(text) : `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
