import { IgnoreMode } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';

/** Of the checkout, what a build needs: the Terraform roots, and the services with their lock file. */
const CONTENTS = ['infra', 'services', 'package.json', 'package-lock.json', 'tsconfig.json', '.dockerignore', '.npmrc'];
/** Left behind by work in the checkout; it would change the hash without changing a build. */
const LITTER = ['.terraform', '*.tfstate', '*.tfstate.*', '*.tfplan', 'node_modules', 'dist', '.DS_Store'];

/**
 * What builds run on, as one archive whose key is the hash of its content. Each run keeps a copy of its own, so that an
 * environment is destroyed with the configuration that made it.
 */
export class ConfigurationBundle extends Construct {
  readonly bucket: s3.IBucket;
  readonly key: string;
  /** Stands for the commit where none is asked for: 40 digits of the content's hash, the same on every machine. */
  readonly commit: string;

  constructor(scope: Construct, id: string, props: { projectRoot: string }) {
    super(scope, id);
    const asset = new Asset(this, 'Asset', {
      path: props.projectRoot,
      ignoreMode: IgnoreMode.GIT,
      exclude: ['/*', ...CONTENTS.map((name) => `!/${name}`), ...LITTER],
    });
    this.bucket = asset.bucket;
    this.key = asset.s3ObjectKey;
    this.commit = asset.assetHash.slice(0, 40);
  }
}
