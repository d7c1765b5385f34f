import { AwsError, type AwsRequest, type AwsResponse, jsonError } from '../service.ts';

/** Returns "Access denied" in the form of the service that was called. */
export function denial(request: AwsRequest, message: string): AwsResponse {
  const isQuery = typeof request.params.Action === 'string';
  if (request.service === 's3')
    return xml(`<Error><Code>AccessDenied</Code><Message>${escapeXml(message)}</Message></Error>`);
  if (request.service === 'ec2') {
    return xml(
      `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${escapeXml(message)}</Message></Error></Errors></Response>`,
    );
  }
  if (isQuery) {
    return xml(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`,
    );
  }
  return jsonError(new AwsError('AccessDeniedException', message, 400));
}

function xml(body: string): AwsResponse {
  return {
    status: 403,
    headers: { 'content-type': 'text/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
