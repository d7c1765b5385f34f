import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IgnoreMode, Validations } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { assemblyOf } from '../assembly.ts';
import type { BuildCheckConfig, CheckImage, NpmScript } from '../config/build-checks.ts';
import type { Config } from '../config/config.ts';
import { checkBuildGrants } from '../iam/build-check-grants.ts';
import { checkProject, constructId } from '../names.ts';
import { BuildProject, type BuildProjectProps } from './build-project.ts';
import { archiveDigest, LITTER } from './source-archive.ts';

export interface CheckProjectsProps {
  projectRoot: string;
  config: Config;
  bucket: s3.Bucket;
  logRetention: logs.RetentionDays;
}

/**
 * The construct contains one CodeBuild project for each check of `stack.buildChecks`. Each has a role of its own, so that
 * no check has the grants or the secrets of another.
 */
export class CheckProjects extends Construct {
  constructor(scope: Construct, id: string, props: CheckProjectsProps) {
    super(scope, id);
    for (const check of props.config.stack.buildChecks) {
      const { run } = check;
      if ('image' in run) this.#image(check, run, props);
      else this.#npm(check, run, props);
    }
  }

  #npm(check: BuildCheckConfig, { folder, npmScript }: NpmScript, props: CheckProjectsProps): void {
    requireScript(props.projectRoot, folder, npmScript);
    const source = new Asset(this, `${constructId(check.name)}Source`, {
      path: join(props.projectRoot, folder),
      exclude: [...LITTER],
      ignoreMode: IgnoreMode.GIT,
    });
    this.#project(check, props, {
      bundle: { bucket: source.bucket, key: source.s3ObjectKey },
      buildspec: 'check-npm.yml',
      // A results file of an earlier run may be in the folder, also where Git ignores it.
      prepare: ['npm ci --no-audit --no-fund', ...(check.results ? ['rm -rf -- "$RUNBOOK_RESULTS"'] : [])],
      variables: {
        BUNDLE_SHA256: archiveDigest(join(assemblyOf(this), source.assetPath)),
        RUNBOOK_SCRIPT: npmScript,
        ...(check.results ? { RUNBOOK_RESULTS: check.results.file } : {}),
      },
    });
  }

  #image(check: BuildCheckConfig, run: CheckImage, props: CheckProjectsProps): void {
    const { project } = this.#project(check, props, {
      buildspec: { version: 0.2, phases: { build: { commands: [run.command] } } },
      image: imageOf(run),
      variables: {},
    });
    Validations.of(project).acknowledge({
      id: 'AwsSolutions-CB5',
      reason: 'The configuration names the image by its digest. The role has the grants of this check alone.',
    });
  }

  #project(
    check: BuildCheckConfig,
    { projectRoot, config, bucket, logRetention }: CheckProjectsProps,
    own: Pick<BuildProjectProps, 'bundle' | 'buildspec' | 'prepare' | 'image' | 'variables'>,
  ): BuildProject {
    return new BuildProject(this, constructId(check.name), {
      ...{ projectRoot, logRetention, timeoutMinutes: check.timeoutMinutes, ...own },
      grants: checkBuildGrants(this, check, { namePattern: config.namePattern, bucket, source: own.bundle }),
      projectName: checkProject(check.name),
      description: `Runs the check ${check.name} of a validation`,
      ...(check.results ? { artifact: check.results.file } : {}),
    });
  }
}

/** @throws {Error} when a build of the folder could not install its packages, or not run the script */
function requireScript(projectRoot: string, folder: string, script: string): void {
  const read = (file: string) => {
    try {
      return readFileSync(join(projectRoot, folder, file), 'utf8');
    } catch {
      throw new Error(`runbook.config.ts: stack.buildChecks: there is no file ${folder}/${file}`);
    }
  };
  read('package-lock.json');
  const { scripts = {} } = JSON.parse(read('package.json')) as { scripts?: Record<string, string> };
  if (!Object.hasOwn(scripts, script))
    throw new Error(`runbook.config.ts: stack.buildChecks: ${folder}/package.json has no script "${script}"`);
}

function imageOf({ image, architecture }: CheckImage): codebuild.IBuildImage {
  const { LinuxBuildImage, LinuxArmBuildImage } = codebuild;
  return (architecture === 'ARM64' ? LinuxArmBuildImage : LinuxBuildImage).fromDockerRegistry(image);
}
