import type { RunbookConfig } from '../../lib/config/config.ts';

/** A service behind a load balancer, by modules as a registry has them: network, load balancer, ECS service. */
export default {
  project: 'web',
  namePattern: 'web-{environment}-v1',
  stack: {
    root: 'examples/web-service/terraform',
    checks: ['ecs-services', 'alb-health', 'ecr-images', 'backend'],
    buildChecks: [
      {
        name: 'smoke',
        run: { folder: 'examples/web-service/smoke', npmScript: 'smoke' },
        variables: { API_HOST: { output: 'alb_dns_name' } },
        results: { format: 'junit', file: 'results.xml' },
      },
    ],
    images: [
      {
        name: 'web',
        dockerfile: 'examples/web-service/service/Dockerfile',
        repository: { address: 'aws_ecr_repository.web' },
        variable: 'web_image',
        service: 'api_service_name',
      },
    ],
    permissionSets: ['network', 'platform', 'messaging', 'roles', 'managed-policies'],
  },
  allowedAccounts: [],
  allowedRegions: ['eu-west-1'],
  maxLifeHours: 24,
  expiry: { nightlyAt: '03:00', timeZone: 'Europe/Dublin', warnMinutes: [1440, 120, 30], protectDays: 14 },
  controlPlane: { onDelete: 'destroy', logRetentionDays: 30 },
  notifications: {},
  engine: { name: 'terraform', version: '1.11.4' },
  terraform: { timeoutMinutes: 45, maxDeletions: 60 },
  images: { timeoutMinutes: 30, architecture: 'ARM64' },
  approval: { timeoutMinutes: 60 },
  validation: {
    intervalSeconds: 5,
    waitSeconds: { 'ecs-services': 720, 'alb-health': 720, 'ecr-images': 720, backend: 30 },
  },
  sweep: { settleSeconds: 60, exclusions: [] },
} satisfies RunbookConfig;
