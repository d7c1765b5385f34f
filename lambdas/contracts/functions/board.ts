import { BOARD_PAGE, LEDGER } from '../board.ts';
import { defineFunction } from './define.ts';

/** The page of a run is rendered from these files. */
const RUN_PAGE_READS = ['*/stack.tfplan.json', 'validations/*/report.json', 'certificate.json', 'messages/*.json'];

export const manifest = defineFunction({
  name: 'board',
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'MACHINE_ARNS', 'TERRAFORM_PROJECT', 'IMAGES_PROJECT'],
  timeoutSeconds: 120,
  memoryMb: 512,
  actions: [
    'dynamodb:GetItem',
    'dynamodb:Scan',
    'states:ListExecutions',
    'states:GetExecutionHistory',
    'codebuild:ListBuildsForProject',
    'codebuild:BatchGetBuilds',
    'logs:GetLogEvents',
  ],
  buckets: {
    's3:GetObject': [
      { keys: [BOARD_PAGE, LEDGER] },
      { files: RUN_PAGE_READS.map((file) => `runs/*/${file}`) },
      { files: ['runs/*/index.html'] },
    ],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ keys: [BOARD_PAGE, LEDGER] }, { files: ['runs/*/index.html'] }],
  },
  unattended: true,
});
