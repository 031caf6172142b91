/** Splits `host[:port]`. */
export function hostAndPort(endpoint: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?<host>.+?)(?::(?<port>\d+))?$/.exec(endpoint);
  const host = match?.groups?.host ?? endpoint;
  return { host, port: match?.groups?.port === undefined ? defaultPort : Number(match.groups.port) };
}
