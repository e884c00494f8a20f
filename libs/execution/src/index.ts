/**
 * The dull shell around `scheduling`: receive, apply, decide, store, perform, recover; and the ports it needs.
 * Promises to decide nothing but timing, and to know neither RabbitMQ nor PostgreSQL nor SSH.
 */
export * from './ports/node-port';
