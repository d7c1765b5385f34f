import { describe, expect, test } from 'vitest';
import { ERROR_FILTER, ERROR_TERMS, isErrorLine } from '../../../../../lambdas/validation/checks/log-line.ts';

/** The lines have the formats of common loggers and runtimes. */
const ERRORS: Record<string, string[]> = {
  pino: ['{"level":50,"msg":"failed"}', '{"level":60,"msg":"died"}', '{"level": 50, "msg": "spaced"}'],
  bunyan: ['{"name":"a","hostname":"h","pid":1,"level":50,"msg":"x","time":"2026-01-31T12:00:00Z","v":0}'],
  winston: [
    '{"level":"error","message":"failed"}',
    'error: boom',
    '\u001b[31merror\u001b[39m: boom',
    '2026-01-31T12:00:00.000Z error: boom',
    '2026-01-31 12:00:00 [error]: boom',
  ],
  zap: [
    '{"level":"fatal","msg":"x"}',
    '{"level":"dpanic","msg":"x"}',
    '2026-01-31T12:00:00.000Z\terror\tmain.go:1\tboom',
  ],
  zerolog: ['{"level":"panic","message":"x"}', '12:00PM ERR boom error="refused"'],
  logrus: [
    'time="2026-01-31T12:00:00Z" level=error msg="boom"',
    'level=fatal msg="info: last words"',
    'ERRO[0000] boom',
    '\u001b[31mFATA\u001b[0m[0012] boom',
  ],
  slog: ['{"time":"x","level":"ERROR","msg":"x"}', 'time=x level=ERROR msg=x', '{"level":"ERROR+2","msg":"x"}'],
  'go runtime': ['panic: runtime error: index out of range', 'fatal error: all goroutines are asleep - deadlock!'],
  hclog: ['2026-01-31T12:00:00.000Z [ERROR] agent: boom', '{"@level":"error","@message":"x"}'],
  serilog: [
    '{"@t":"2026-01-31T12:00:00Z","@mt":"failed {Id}","@l":"Error"}',
    '{"@t":"x","@m":"died","@l":"Fatal"}',
    '{"Timestamp":"x","Level":"Error","MessageTemplate":"x"}',
    '[12:00:00 ERR] boom',
    '[12:00:00 FTL] boom',
  ],
  '.NET': [
    '{"EventId":0,"LogLevel":"Error","Category":"Shop","Message":"x"}',
    '{"LogLevel":"Critical","Message":"x"}',
    'fail: Shop.Worker[0]',
    'crit: Shop.Worker[0]',
    'Unhandled exception. System.InvalidOperationException: boom',
    'System.InvalidOperationException: boom',
  ],
  log4j: [
    '2026-01-31 12:00:00,000 ERROR [main] shop.Worker - boom',
    '2026-01-31T12:00:00.000Z FATAL 1 --- [main] shop.Worker : boom',
    '{"@timestamp":"x","log.level":"ERROR","message":"x"}',
    '{"@timestamp":"x","log.level":"error","message":"x"}',
    '{"@timestamp":"x","log":{"level":"error"},"message":"x"}',
    '{"@timestamp":"x","level":"ERROR","level_value":40000}',
  ],
  'java.util.logging': ['SEVERE: boom'],
  'java runtime': [
    'java.lang.OutOfMemoryError: Java heap space',
    'Exception in thread "main" java.lang.IllegalStateException: boom',
    'Caused by: java.net.ConnectException: Connection refused',
  ],
  python: [
    'ERROR:root:boom',
    'CRITICAL:shop:boom',
    '2026-01-31 12:00:00,123 - shop - ERROR - boom',
    '2026-01-31 12:00:00.000 | ERROR    | shop:run:1 - boom',
    '2026-01-31T12:00:00Z [error    ] boom',
    '[2026-01-31 12:00:00,000: ERROR/MainProcess] Task failed',
    '[2026-01-31 12:00:00 +0000] [1] [CRITICAL] WORKER TIMEOUT',
    'ERROR:    Exception in ASGI application',
    '{"levelname":"ERROR","message":"x"}',
    'Traceback (most recent call last):',
    'psycopg2.OperationalError: could not connect',
    'botocore.exceptions.ClientError: denied',
    'requests.exceptions.ConnectTimeout: too slow',
    "KeyError: 'id'",
  ],
  rust: [
    '2026-01-31T12:00:00.000000Z ERROR shop: boom',
    '[2026-01-31T12:00:00Z ERROR shop] boom',
    '{"timestamp":"x","level":"ERROR","fields":{"message":"x"}}',
    "thread 'main' panicked at src/main.rs:4:5:",
  ],
  ruby: ['E, [2026-01-31T12:00:00.123456 #1] ERROR -- : boom', 'F, [2026-01-31T12:00:00.1 #1] FATAL -- : boom'],
  php: ['[2026-01-31 12:00:00] app.ERROR: boom []', 'PHP Fatal error:  Uncaught Exception: boom'],
  elixir: ['12:00:00.000 [error] boom'],
  nginx: [
    '2026/01/31 12:00:00 [error] 12#12: *1 open() "/x" failed',
    '2026/01/31 12:00:00 [crit] 12#12: *1 SSL_write() failed',
    '2026/01/31 12:00:00 [alert] 12#12: worker died',
    '2026/01/31 12:00:00 [emerg] 1#1: bind() failed',
  ],
  apache: ['[Sat Jan 31 12:00:00.000000 2026] [core:error] [pid 1] boom'],
  GELF: [0, 1, 2, 3].flatMap((level) => [
    `{"version":"1.1","short_message":"x","level":${level}}`,
    `{"version":"1.1","level":${level},"short_message":"x"}`,
    `{"version": "1.1", "level": ${level}, "short_message": "x"}`,
  ]),
  'OpenTelemetry and Google': ['{"SeverityText":"ERROR","Body":"x"}', '{"severity":"CRITICAL","message":"x"}'],
  postgres: [
    '2026-01-31 12:00:00 UTC [1] ERROR:  relation "x" does not exist',
    'FATAL:  password authentication failed',
  ],
  node: [
    'Error: connect ECONNREFUSED',
    'TypeError: x is not a function',
    'TypeError [ERR_INVALID_ARG_TYPE]: The argument must be a string',
    'Uncaught Exception',
    'Uncaught TypeError: x is not a function',
  ],
  'no logger': [
    '2026-01-31 ERROR could not connect',
    '2026-01-31 12:00:00 java.lang.IllegalStateException: boom',
    'Segmentation fault (core dumped)',
    "terminate called after throwing an instance of 'std::bad_alloc'",
  ],
  klog: ['E0131 12:00:00.000000       1 worker.go:42] boom', 'F1231 23:59:59.000000 1 worker.go:42] boom'],
  'a named logger or module': [
    '[http] ERROR boom',
    '2026-01-31 12:00:00 [default] ERROR boom',
    '2026-01-31 [config] ERROR boom',
    '[http] [error] boom',
    '[http] error: boom',
    '2026-01-31 12:00:00.000 | none | ERROR | boom',
  ],
  'cut off, or in a container runtime’s frame': [
    '{"level": broken ERROR',
    '{"level":"error","msg":"a very long',
    '2026-01-31T12:00:00Z stderr F {"level":"error","msg":"x"}',
    '{"log":"ERROR boom","stream":"stderr"}',
    '{"message":"psycopg2.OperationalError: could not connect"}',
  ],
};

const OTHERS = [
  '{"level":30,"msg":"Error: handled and retried"}',
  '{"level":"warn","err":{"type":"Error"},"msg":"retry"}',
  '{"level":40,"msg":"ERROR in the upstream, retrying"}',
  '{"level":"info","msg":"java.lang.OutOfMemoryError: simulated"}',
  '{"@t":"x","@mt":"ERROR count {Count}","Count":0}',
  '{"@t":"x","@m":"Error: handled","@l":"Warning"}',
  '{"LogLevel":"Information","Message":"Error: handled"}',
  '{"version":"1.1","short_message":"ERROR budget left","level":6}',
  '{"version":"1.1","short_message":"ERROR budget left","level":4}',
  '{"log.level":"info","message":"ERROR budget left"}',
  '{"log":{"level":"warn"},"message":"Exception: handled"}',
  '{"level":"info","msg":"Error: a very long',
  'INFO processed, ERROR count 0',
  '2026-01-31 12:00:00 INFO  shop - ERROR count 0',
  '2026-01-31 12:00:00,000 WARN [main] shop.Worker - java.lang.IllegalStateException: retried',
  'info: Shop.Worker[0] Error: none',
  'warn: Shop.Worker[0]',
  'dbug: error: none',
  'level=info msg="error: retry"',
  'level=warning msg="ERROR in the upstream"',
  'INFO[0000] error: none',
  'WARNING: Exception in the upstream, retried',
  '2026/01/31 12:00:00 [notice] 1#1: exit, ERROR log at /dev/stderr',
  '2026/01/31 12:00:00 [warn] 1#1: error_log is set twice',
  '[12:00:00 INF] ERROR count 0',
  '2026-01-31T12:00:00.000Z\tinfo\tmain.go:1\tERROR count 0',
  'I, [2026-01-31T12:00:00.123456 #1]  INFO -- : ERROR count 0',
  '2026-01-31T12:00:00Z stdout F {"level":"info","msg":"Error: handled"}',
  'INFO: 10.0.0.1:1 - "GET /ERROR HTTP/1.1" 200',
  'I0131 12:00:00.000000       1 worker.go:42] ERROR count 0',
  'W0131 12:00:00.000000       1 worker.go:42] error: retried',
  '[http] GET /orders, ERROR count 0',
  '[http] INFO ERROR count 0',
  '[default] INFO ERROR count 0',
  '2026-01-31 12:00:00.000 | none | INFO | ERROR count 0',
  '[config] error budget is 3',
  'ERROR_RATE=0',
  '0 errors',
  'errors: 0',
  'listening',
  '',
];

describe('a line of a log', () => {
  test.each(Object.entries(ERRORS).flatMap(([logger, lines]) => lines.map((line) => [logger, line])))(
    'of %s is an error: %s',
    (_logger, line) => {
      expect(isErrorLine(line ?? '')).toBe(true);
    },
  );

  test.each(OTHERS)('is no error: %s', (line) => {
    expect(isErrorLine(line)).toBe(false);
  });

  const words = Object.values(ERRORS).flat();
  const frames: ((level: string, text: string) => string)[] = [
    (level, text) => JSON.stringify({ level, msg: text }),
    (level, text) => JSON.stringify({ message: text, severity: level.toUpperCase() }),
    (level, text) => JSON.stringify({ '@t': 'x', '@m': text, '@l': level }),
    (level, text) => JSON.stringify({ log: { level }, message: text }),
    (level, text) => `time=x level=${level} msg=${JSON.stringify(text)}`,
    (level, text) => `2026-01-31 12:00:00 ${level.toUpperCase()} ${text}`,
    (level, text) => `2026/01/31 12:00:00 [${level}] ${text}`,
    (level, text) => `${level}: ${text}`,
  ];

  test('with a level that is none is no error, whatever it says', () => {
    const wrong = ['trace', 'debug', 'info', 'warn'].flatMap((level) =>
      frames.flatMap((frame) => words.map((text) => frame(level, text)).filter(isErrorLine)),
    );
    expect(wrong).toEqual([]);
  });

  test('with an error’s level is one, whatever it says', () => {
    const wrong = ['error', 'fatal', 'critical'].flatMap((level) =>
      frames.flatMap((frame) => OTHERS.map((text) => frame(level, text)).filter((line) => !isErrorLine(line))),
    );
    expect(wrong).toEqual([]);
  });
});

/** Applies the rule of CloudWatch Logs for optional terms: a line must contain one of them, in the same case. */
const passes = (line: string) => ERROR_TERMS.some((term) => line.includes(term));

describe('the filter of CloudWatch Logs', () => {
  test('lets every error through', () => {
    expect(
      Object.values(ERRORS)
        .flat()
        .filter((line) => !passes(line)),
    ).toEqual([]);
  });

  test('holds back the lines of a steady worker', () => {
    const steady = [
      '{"level":30,"time":1769860800000,"pid":1,"msg":"SQS queue empty"}',
      '{"name":"a","hostname":"h","pid":1,"level":30,"msg":"polling","time":"2026-01-31T12:00:00Z","v":0}',
      '{"version":"1.1","short_message":"polling","level":6}',
      'INFO polling',
    ];
    expect(steady.filter(passes)).toEqual([]);
  });

  test('is as long as CloudWatch Logs allows, and of optional terms alone', () => {
    expect(ERROR_FILTER.length).toBeLessThanOrEqual(1_024);
    expect(ERROR_FILTER).toMatch(/^(\?(\w+|"(\\.|[^"\\])+")( |$))+$/);
  });
});
