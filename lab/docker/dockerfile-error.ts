/** The error is about a Dockerfile that cannot be built, in docker's words. */
export class DockerfileError extends Error {}
