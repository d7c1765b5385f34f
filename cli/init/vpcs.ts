import type { Question } from './proposal.ts';
import type { TerraformRoot } from './terraform-root.ts';

/** Returns the question about the VPCs of others, for a root that creates no VPC. */
export function aboutVpcs({ blocks, moduleBlocks, modules }: TerraformRoot): Question[] {
  const makes = (type: string) =>
    [...blocks, ...moduleBlocks].some((block) => block.kind === 'resource' && block.type === type);
  if (!makes('aws_security_group') || makes('aws_vpc') || modules.length > 0) return [];
  return [
    {
      about: 'permissions',
      blocks: true,
      text: 'the root creates security groups and no VPC. List the ids of the VPCs that they belong to in stack.sharedVpcs',
    },
  ];
}
