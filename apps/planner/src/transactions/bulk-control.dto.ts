import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
} from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { REASON_CHARS_MAX } from './transaction.dto';

export const BULK_VERBS = ['pause', 'resume', 'drain', 'cancel'] as const;
const TRANSACTIONS_MAX = 100;

export class BulkControlDto {
  @ApiProperty({
    ...{ type: [String], format: 'uuid', minItems: 1, maxItems: TRANSACTIONS_MAX },
    example: ['3e5f6c52-8f0e-4c55-9b0e-2a4b7c1d9e10'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TRANSACTIONS_MAX)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  transactions!: string[];

  @ApiProperty({ enum: BULK_VERBS, example: 'resume' })
  @IsIn(BULK_VERBS)
  verb!: (typeof BULK_VERBS)[number];

  @ApiPropertyOptional({ description: 'Kept with each of them.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

class BulkResultDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Id of its command; null: it was refused.',
  })
  command!: string | null;

  @ApiProperty({ enum: ['taken', 'pending', 'refused'] })
  effect!: 'taken' | 'pending' | 'refused';

  @ApiProperty({ type: [ProblemDto], description: 'Why it was refused.' })
  problems!: readonly ProblemDto[];
}

export class BulkResultsDto {
  @ApiProperty({ type: [BulkResultDto], description: 'In the order of the request.' })
  items!: BulkResultDto[];
}
