import { afterEach, expect, test } from 'vitest';
import type { Remover } from '../../../../lambdas/aws/removers.ts';
import { serveAws } from '../support/aws-server.ts';

/** A removal asks whose VPC it changes. The subnets of a VPC route by, or to, each of these. */

let end = () => {};
afterEach(() => end());

const BODIES: Record<string, string> = {
  'internet-gateway':
    '<internetGatewaySet><item><internetGatewayId>x</internetGatewayId><attachmentSet><item><vpcId>vpc-1</vpcId></item></attachmentSet></item></internetGatewaySet>',
  'route-table':
    '<routeTableSet><item><routeTableId>x</routeTableId><vpcId>vpc-1</vpcId><associationSet><item><routeTableAssociationId>a</routeTableAssociationId></item></associationSet></item></routeTableSet>',
  'nat-gateway': '<natGatewaySet><item><natGatewayId>x</natGatewayId><vpcId>vpc-1</vpcId></item></natGatewaySet>',
  'vpc-endpoint': '<vpcEndpointSet><item><vpcEndpointId>x</vpcEndpointId><vpcId>vpc-1</vpcId></item></vpcEndpointSet>',
};

const ERRORS: Record<string, string> = {
  'internet-gateway': 'InvalidInternetGatewayID.NotFound',
  'route-table': 'InvalidRouteTableID.NotFound',
  'nat-gateway': 'NatGatewayNotFound',
  'vpc-endpoint': 'InvalidVpcEndpointId.NotFound',
};

async function served(type: string, status: number, body: string) {
  end = await serveAws((_, response) => {
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
  const { remover } = (await import('../../../../lambdas/aws/removers/ec2.ts')) as { remover: Remover };
  return remover[type]?.servedVpcs?.('x');
}

test.each(Object.entries(BODIES))('a %s serves a VPC', async (type, body) => {
  expect(await served(type, 200, `<Response><requestId>r</requestId>${body}</Response>`)).toEqual(['vpc-1']);
});

test.each(Object.entries(ERRORS))('a %s that is gone serves none', async (type, code) => {
  const body = `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
  expect(await served(type, 400, body)).toEqual([]);
});
