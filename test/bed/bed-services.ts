import {
  createTestDatabase,
  createTestVhost,
  type PrivateBroker,
  type PrivateService,
  startPostgres,
  startRabbitmq,
} from '@muster/testkit';

/** Where the services of a bed keep what they keep. */
export interface BedServices {
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  /** Fails where they are not the bed's own. */
  readonly own: { readonly postgres: PrivateService; readonly rabbitmq: PrivateBroker };
  stop(): Promise<void>;
}

/** Started for this bed alone. */
export async function ownServices(): Promise<BedServices> {
  const [postgres, rabbitmq] = await bothOrNone([startPostgres(), startRabbitmq()], (each) => each.stop());
  return {
    databaseUrl: postgres.url,
    brokerUrl: rabbitmq.url,
    own: { postgres, rabbitmq },
    stop: async () => void (await Promise.all([postgres.stop(), rabbitmq.stop()])),
  };
}

/** An empty database and an empty vhost in the test run's services. */
export async function sharedServices(): Promise<BedServices> {
  const [database, vhost] = await bothOrNone([createTestDatabase(), createTestVhost()], (each) => each.drop());
  return {
    databaseUrl: database.url,
    brokerUrl: vhost.url,
    get own(): never {
      throw new Error("the services are the whole test run's; open the bed alone to break them");
    },
    stop: async () => void (await Promise.all([database.drop(), vhost.drop()])),
  };
}

/** What `starts` give; where one fails, the other is ended again. */
async function bothOrNone<A, B>(
  starts: readonly [Promise<A>, Promise<B>],
  end: (started: A | B) => Promise<void>,
): Promise<[A, B]> {
  try {
    return await Promise.all(starts);
  } catch (error) {
    const settled = await Promise.allSettled(starts);
    await Promise.all(settled.flatMap((each) => (each.status === 'fulfilled' ? [end(each.value)] : [])));
    throw error;
  }
}
