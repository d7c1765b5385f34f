import type { HttpObservation } from './alb-health.ts';
import type { Observation } from './conclude.ts';

/**
 * The health check of a target group. `path` is absent where it is no request over HTTP, `codes` where its matcher has no
 * codes of HTTP, as for gRPC.
 */
export interface HealthCheck {
  path?: string;
  /** `200`, `200,202` or `200-299`. */
  codes?: string;
}

/** The path of Spring Boot's report, and those of its groups: `/actuator/health/readiness`. */
const REPORT = /\/actuator\/health(?:[/?]|$)/;

export function expectedHealth({ path, codes }: HealthCheck = {}): string {
  if (path === undefined) return "GET of the target group's health check path answers well";
  return REPORT.test(path) ? `GET ${path} is 200 with {"status":"UP"}` : `GET ${path} is 2xx of ${codes ?? 'no codes'}`;
}

/** Judges the answer to a request for the path of a health check. */
export function httpHealth({ path, codes }: HealthCheck, http: HttpObservation): Observation {
  if (path === undefined) {
    return { status: 'unknown', text: 'the health check of the target group requests no path over HTTP' };
  }
  if (http.kind === 'refused') return { status: 'failed', text: http.message };
  if (http.kind === 'silent') return { status: 'not-ready', text: http.message };
  const { status, body, location } = http;
  const answered = `GET ${path}: ${status}`;
  if (status >= 500) return { status: 'not-ready', text: `${answered} ${excerpt(body)}` };
  if (status >= 300 && status < 400) {
    return { status: 'failed', text: `${answered} to ${location ?? 'nowhere'}, and redirects are not followed` };
  }
  const reported = statusOf(body);
  const ms = `in ${Math.round(http.ms)} ms`;
  if (REPORT.test(path)) {
    if (status !== 200) return { status: 'failed', text: `${answered} ${excerpt(body)}` };
    if (reported === 'UP') return { status: 'passed', text: `${answered} UP ${ms}` };
    if (typeof reported === 'string') return { status: 'not-ready', text: `${answered} with status ${reported}` };
    return { status: 'failed', text: `${answered}, but the body is not a health report: ${excerpt(body)}` };
  }
  if (codes === undefined) return { status: 'unknown', text: `${answered}, and the matcher has no codes of HTTP` };
  if (!isIn(codes, status)) return { status: 'failed', text: `${answered} instead of ${codes}: ${excerpt(body)}` };
  // A load balancer and its firewall answer 4xx themselves, so such an answer may be of no target.
  if (status >= 400)
    return { status: 'unknown', text: `${answered} is of ${codes}, but only 2xx is of a target for sure` };
  if (typeof reported === 'string' && SICK.test(reported)) {
    return { status: 'not-ready', text: `${answered} with status ${reported}` };
  }
  return { status: 'passed', text: `${answered} ${ms}` };
}

/**
 * The words of Spring Boot, of ASP.NET Core and of application/health+json:
 * https://docs.spring.io/spring-boot/api/rest/actuator/health.html
 * https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks
 * https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check
 */
const SICK = /^(down|out_of_service|unhealthy|fail)$/i;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html */
function isIn(codes: string, status: number): boolean {
  return codes.split(',').some((one) => {
    const [from, to = from] = one.trim().split('-').map(Number);
    return from !== undefined && to !== undefined && from <= status && status <= to;
  });
}

function statusOf(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'status' in parsed ? parsed.status : undefined;
  } catch {
    return undefined;
  }
}

function excerpt(body: string): string {
  return JSON.stringify(body.slice(0, 120));
}
