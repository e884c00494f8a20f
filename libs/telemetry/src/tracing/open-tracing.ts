import { problem, ProblemsError } from '@muster/problems';
import type { Logger } from '../logger';
import { OtelTracing } from './otel-tracing';
import { NO_TRACING, type Tracing } from './tracing';

type Environment = Readonly<Record<string, string | undefined>>;

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/** Whether the standard's variables ask for traces: an endpoint or an exporter is given, and nothing switches them off. */
export function isTracingConfigured(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  const exporter = env['OTEL_TRACES_EXPORTER'] || null;
  if (exporter !== null) return exporter !== 'none';
  return Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/**
 * Traces as the environment says; nothing is loaded where it says nothing. Fails with `ProblemsError` (`CONFIG_INVALID`, all
 * of them) for what this program cannot do.
 */
export async function openTracing(env: Environment, service: string, instance: string, log: Logger): Promise<Tracing> {
  if (!isTracingConfigured(env)) return NO_TRACING;
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf';
  const exporter = env['OTEL_TRACES_EXPORTER'] || 'otlp';
  const wrong = [
    ...(exporter === 'otlp' ? [] : [['OTEL_TRACES_EXPORTER', 'otlp or none is expected']]),
    ...(isKnown(protocol) ? [] : [['OTEL_EXPORTER_OTLP_PROTOCOL', `one of ${PROTOCOLS.join(', ')} is expected`]]),
    ...endpointFaults(env),
  ];
  if (wrong.length > 0 || !isKnown(protocol))
    throw new ProblemsError(
      wrong.map(([subject = '', summary = '']) => problem('CONFIG_INVALID', { subject, summary })),
    );
  return OtelTracing.load({ service, instance, protocol, log });
}

function isKnown(protocol: string): protocol is (typeof PROTOCOLS)[number] {
  return (PROTOCOLS as readonly string[]).includes(protocol);
}

function endpointFaults(env: Environment): string[][] {
  return ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].flatMap((name) => {
    const value = env[name];
    if (!value || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return [];
    return [[name, 'an address starting with http:// or https:// is expected']];
  });
}
