import { type ContainerOverride, RunTaskCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  type Action,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Platform, until } from './platform.ts';

export type Respond = (platform: Platform) => Promise<() => Promise<void>>;

/** The load balancer answers for the API, to some paths. @returns a function that ends it */
export async function answerWith({ elb, outputs }: Platform, path: string, action: Action) {
  const { TargetGroups = [] } = await elb.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: [outputs.api_target_group_arn] }),
  );
  const { Listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: TargetGroups[0]?.LoadBalancerArns?.[0] }),
  );
  const { Rules = [] } = await elb.send(
    new CreateRuleCommand({
      ListenerArn: Listeners[0]?.ListenerArn,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: [path] }],
      Actions: [action],
    }),
  );
  return async () => {
    await elb.send(new DeleteRuleCommand({ RuleArn: Rules[0]?.RuleArn }));
  };
}

/** The server answers the health checks of the load balancer, and nothing else. */
const SLOW_API = `
  import { createServer } from 'node:http';
  createServer((request, response) => {
    if (request.headers['user-agent']?.startsWith('ELB-HealthChecker')) response.end('well');
  }).listen(8080);
`;

/** Runs a task of the API's own definition that is not of its service. @returns its ARN */
async function runApiTask(platform: Platform, containerOverrides: ContainerOverride[] = []) {
  const { ecs, outputs } = platform;
  const { taskDefinition, networkConfiguration } = await platform.service(outputs.api_service_name);
  const cluster = outputs.ecs_cluster_name;
  const overrides = { containerOverrides };
  const { tasks = [] } = await ecs.send(
    new RunTaskCommand({ cluster, taskDefinition, networkConfiguration, overrides }),
  );
  return tasks[0]?.taskArn ?? '';
}

/** Registers a task that is not of the service; it serves the service's requests too, and well. */
export async function registerStranger(platform: Platform) {
  const { ecs, elb, outputs } = platform;
  const TargetGroupArn = outputs.api_target_group_arn;
  const task = await runApiTask(platform);
  const Targets = [{ Id: await platform.addressOf(task), Port: 8080 }];
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
  await until('the stranger is healthy', async () => {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn, Targets }),
    );
    return TargetHealthDescriptions[0]?.TargetHealth?.State === 'healthy';
  });
  return async () => {
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    await ecs.send(new StopTaskCommand({ cluster: outputs.ecs_cluster_name, task }));
  };
}

/** Deregisters one of two tasks of the service. It gets no request, as nothing registers it again. */
export async function deregisterOneOfTwo(platform: Platform) {
  const { ecs, elb, outputs } = platform;
  const TargetGroupArn = outputs.api_target_group_arn;
  const healthy = async () => {
    const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
  };
  const scale = async (desiredCount: number) => {
    const cluster = outputs.ecs_cluster_name;
    await ecs.send(new UpdateServiceCommand({ cluster, service: outputs.api_service_name, desiredCount }));
    await platform.steady(outputs.api_service_name);
    await until(`${desiredCount} target(s) are healthy`, async () => (await healthy()).length === desiredCount);
  };
  await scale(2);
  const Targets = (await healthy()).slice(0, 1).map(({ Target }) => ({ Id: Target?.Id, Port: Target?.Port }));
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  return async () => {
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    await until('both targets are healthy', async () => (await healthy()).length === 2);
    await scale(1);
  };
}

/** Runs another program in a task of the API's own definition, to which the load balancer sends some paths. */
export async function forwardToSlowTask(platform: Platform, path: string) {
  const { ecs, elb, outputs } = platform;
  const cluster = outputs.ecs_cluster_name;
  const task = await runApiTask(platform, [
    { name: 'api', command: ['node', '--input-type=module', '--eval', SLOW_API] },
  ]);
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: 'slow',
      VpcId: outputs.vpc_id,
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 8080,
      HealthCheckIntervalSeconds: 5,
      HealthyThresholdCount: 2,
    }),
  );
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
  await elb.send(
    new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: await platform.addressOf(task), Port: 8080 }] }),
  );
  const endRule = await answerWith(platform, path, { Type: 'forward', TargetGroupArn });
  await until('the slow task is healthy', async () => {
    const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return TargetHealthDescriptions[0]?.TargetHealth?.State === 'healthy';
  });
  return async () => {
    await endRule();
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await ecs.send(new StopTaskCommand({ cluster, task }));
  };
}
