import type { ReadUsers, User } from '../removal/blockers.ts';

/** Who uses a resource, by its type. */
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

/** Nobody, of a type that this knows no users of. */
export const usersOf: ReadUsers = async (type, id) => {
  const read = (await LOADERS[type]?.())?.users[type];
  return read ? read(id) : [];
};
