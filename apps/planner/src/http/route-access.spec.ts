import 'reflect-metadata';
import { Controller, type ExecutionContext, Get, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { ADMIN_EVERYWHERE } from '../identity/grants';
import { PlannerModule, type PlannerRuntime } from '../planner.module';
import { AccessGuard } from './access.guard';
import { setPrincipal } from './principal';
import { ROUTE_ACCESS } from './route-access';

@Controller('planted')
class PlantedController {
  @Get()
  forgotten(): string {
    return 'nobody is asked for a right';
  }
}

/** Routes that say nothing of who may use them: `Controller.method`. */
function undeclared(controllers: readonly Type[]): readonly string[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype)
      .filter((name) => name !== 'constructor')
      .filter((name) => Reflect.hasMetadata('path', prototype[name] ?? {}))
      .filter((name) => ![prototype[name] ?? {}, controller].some((on) => Reflect.hasMetadata(ROUTE_ACCESS, on)))
      .map((name) => `${controller.name}.${name}`);
  });
}

describe('routes', () => {
  const controllers = PlannerModule.register({} as PlannerRuntime, null).controllers ?? [];

  it('all say what right they want', () => {
    expect(controllers.length).toBeGreaterThan(10);
    expect(undeclared(controllers)).toEqual([]);
  });

  it('that say nothing are found, and opened to nobody', async () => {
    expect(undeclared([PlantedController])).toEqual(['PlantedController.forgotten']);
    const request = { method: 'GET', path: '/planted', headers: {} };
    setPrincipal(request as never, { kind: 'person', name: 'admin', grants: ADMIN_EVERYWHERE });
    const context = {
      getType: () => 'http',
      getHandler: () => PlantedController.prototype.forgotten,
      getClass: () => PlantedController,
      switchToHttp: () => ({ getRequest: () => request }),
    };
    const guard = new AccessGuard(new Reflector(), {} as DataSource);
    await expect(guard.canActivate(context as unknown as ExecutionContext)).rejects.toMatchObject({
      problems: [{ code: 'API_FORBIDDEN' }],
    });
  });
});
