import type * as z from 'zod';
import { FUNCTIONS, type LambdaName, manifestOf } from '../../lambdas/contracts/functions.ts';
import { validatorEvent } from '../../lambdas/contracts/request.ts';
import { constructId } from '../names.ts';

/**
 * Each member is the part of a request that a function takes. Its name is the name in the state machines:
 * `${OutputsRequest}`. All checks take the same part.
 */
export const REQUEST_PARTS: Readonly<Record<string, z.ZodObject>> = {
  ...Object.fromEntries(
    (Object.keys(FUNCTIONS) as LambdaName[]).flatMap((name) => {
      const { request } = manifestOf(name);
      return request ? [[`${constructId(name)}Request`, request]] : [];
    }),
  ),
  CheckRequest: validatorEvent.shape.request,
};
