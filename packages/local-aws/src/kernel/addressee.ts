import { AwsError, notImplemented } from './errors.ts';
import { type OperationModel, type ProtocolName, type ServiceModel, serviceModel } from './protocol/model.ts';
import type { WireRequest } from './protocol/request.ts';
import { routeMatches } from './protocol/rest-route.ts';
import type { Service } from './service.ts';

/** Whom a request is for, as far as it could be found out: errors are answered in this service's protocol. */
export interface Addressee {
  service: Service;
  model: ServiceModel;
  protocol: ProtocolName;
  /** Or what the client asked for instead. */
  operation: OperationModel | { unknown: string };
}

/** Finds out which operation of which service a request is for. */
export class Addressees {
  readonly #services: readonly Service[];
  readonly #models = new Map<string, Promise<ServiceModel>>();

  constructor(services: Iterable<Service>) {
    this.#services = [...services];
  }

  /** `signingName` is the service in the signature's scope; several services may share one. */
  async find(signingName: string, wire: WireRequest): Promise<Addressee> {
    const candidates = this.#services.filter((service) => service.signingNames.includes(signingName));
    let unknown: Addressee | undefined;
    for (const service of candidates) {
      const model = await this.#model(service);
      const addressee = { service, model, ...(await asked(model, wire)) };
      if (!('unknown' in addressee.operation)) return addressee;
      unknown ??= addressee;
    }
    if (!unknown) throw notImplemented(`The service ${signingName}`);
    return unknown;
  }

  #model(service: Service): Promise<ServiceModel> {
    let model = this.#models.get(service.name);
    if (!model) {
      model = service.load().then(serviceModel);
      this.#models.set(service.name, model);
    }
    return model;
  }
}

/** The protocol that a request seems to speak, when nobody knows yet whom it is for: S3's where nothing tells. */
export function presumedProtocol({ message, target }: Pick<WireRequest, 'message' | 'target'>): ProtocolName {
  const { 'x-amz-target': header, 'content-type': type = '' } = message.headers;
  if (header !== undefined || type.startsWith('application/x-amz-json')) return 'awsJson1_1';
  if (type.startsWith(FORM) || target.query.has('Action')) return 'awsQuery';
  return type.startsWith('application/json') ? 'restJson1' : 'restXml';
}

export function unknownOperation({ service, protocol }: Addressee, name: string): AwsError {
  const code = protocol === 'awsQuery' ? 'InvalidAction' : 'UnknownOperationException';
  return new AwsError(code, `${service.name} has no operation ${name}.`, {
    status: protocol === 'awsQuery' ? 400 : 404,
  });
}

const FORM = 'application/x-www-form-urlencoded';

async function asked(model: ServiceModel, wire: WireRequest): Promise<Pick<Addressee, 'protocol' | 'operation'>> {
  const { message, target } = wire;
  const header = message.headers['x-amz-target'];
  const form = message.headers['content-type']?.startsWith(FORM) || target.query.has('Action');
  const speaksQuery = model.protocolName === 'awsQuery' || model.protocol.awsQueryCompatible;
  if (speaksQuery && form && header === undefined) {
    const name = target.query.get('Action') ?? new URLSearchParams((await wire.bytes()).toString()).get('Action') ?? '';
    return { protocol: 'awsQuery', operation: model.operations.get(name) ?? { unknown: name } };
  }
  const protocol = model.protocolName;
  if (model.routes.length === 0) {
    const [service = '', name = ''] = String(header ?? '').split('.');
    const operation = service === model.target ? model.operations.get(name) : undefined;
    return { protocol, operation: operation ?? { unknown: String(header ?? '') } };
  }
  const route = model.routes.find(
    (operation) => operation.route && routeMatches(operation.route, message.method ?? '', target, message.headers),
  );
  return { protocol, operation: route ?? { unknown: `${message.method} ${target.path}` } };
}
