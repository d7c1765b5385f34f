import type { ReadUsers, User } from '../removal/blockers.ts';

/** The keys are types of resources. The values read the users of a resource. */
export type Users = Readonly<Record<string, (id: string) => Promise<User[]>>>;

const LOADERS: Readonly<Record<string, () => Promise<{ users: Users }>>> = {
  subnet: () => import('./users/ec2.ts'),
  'security-group': () => import('./users/ec2.ts'),
  'internet-gateway': () => import('./users/ec2.ts'),
  vpc: () => import('./users/ec2.ts'),
  role: () => import('./users/iam.ts'),
  policy: () => import('./users/iam.ts'),
  'target-group': () => import('./users/elbv2.ts'),
  'subnet-group': () => import('./users/rds.ts'),
  cluster: () => import('./users/ecs.ts'),
};

/** Returns no users for a type without a reader. */
export const usersOf: ReadUsers = async (type, id) => {
  const read = (await LOADERS[type]?.())?.users[type];
  return read ? read(id) : [];
};
