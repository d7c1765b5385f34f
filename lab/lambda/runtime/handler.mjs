import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = `Runtime.${type}`;
  }
}

async function importModule(root, path) {
  const base = resolve(root, path);
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension).find((name) => existsSync(name));
  try {
    if (file) return await import(pathToFileURL(file));
    return createRequire(join(root, 'index.js'))(`./${path}`);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(new RuntimeError('UserCodeSyntaxError', String(error)), { stack: error.stack });
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error));
    }
    throw error;
  }
}

/**
 * Finds the exported function that `module.function` names, as Lambda does: with any of the usual extensions, in ESM or
 * CommonJS, and below exported objects (`module.object.function`).
 */
export async function loadHandler(root, name) {
  const [, path, property] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(name) ?? [];
  if (!path || name.includes('..')) throw new RuntimeError('MalformedHandlerName', `Bad handler ${name}`);
  const module = await importModule(root, path);
  const find = (start) => property.split('.').reduce((value, key) => value?.[key], start);
  const handler = find(module) ?? find(module.default);
  if (handler === undefined) throw new RuntimeError('HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new RuntimeError('HandlerNotFound', `${name} is not a function`);
  if (handler.length >= 3 && Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1]) >= 24) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  }
  return handler;
}

/** Runs a handler of either style: one that returns a promise, or (up to Node.js 22) one that calls back. */
export function callHandler(handler, event, context) {
  return new Promise((done, fail) => {
    const callback = (error, result) => (error ? fail(error) : done(result));
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') result.then(done, fail);
    else if (handler.length < 3) done(result);
  });
}
