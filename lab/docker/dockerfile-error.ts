/** A Dockerfile that cannot be built, in docker's words. */
export class DockerfileError extends Error {}
