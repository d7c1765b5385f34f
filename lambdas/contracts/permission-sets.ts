/** What the project's own Terraform root needs, in parts that another root may need some of, and what others need besides. */
export const GRANT_SETS = [
  'network',
  'egress',
  'platform',
  'messaging',
  'event-sources',
  'keys',
  'apis',
  'files',
  'roles',
  'managed-policies',
] as const;
export type GrantSet = (typeof GRANT_SETS)[number];

/** Services that the roles of a root may be passed to; see lib/iam/terraform/role-services.ts. */
export const ROLE_SERVICES = ['ecs-tasks', 'lambda', 'states', 'scheduler', 'events'] as const;
export type RoleService = (typeof ROLE_SERVICES)[number];
