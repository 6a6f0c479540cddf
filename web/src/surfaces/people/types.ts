export type { Amount, Person, PersonChange, Role } from '../../lib/model.ts'
export type { OwnLimit } from '../../lib/api-types.ts'
