import { NAME_PATTERN } from '@muster/model';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import { EditQuery } from '../clusters/cluster.dto';

/** `?as=&acceptHostKeys=&reason=` */
export class ImportQuery extends EditQuery {
  @ApiPropertyOptional({ description: 'Name of the cluster here; absent: the one that it had.', example: 'prod-b' })
  @IsOptional()
  @IsString()
  @Matches(NAME_PATTERN)
  as?: string;
}
