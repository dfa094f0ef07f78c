/** Tokens as the API tells them. */
export interface Token {
  id: string
  prefix: string
  name: string
  kind: string
  territory: string
  level: string | null
  columns: string[] | null
  state: 'ACTIVE' | 'SUSPENDED' | 'ENDED' | 'EXPIRED' | 'REVOKED'
  reason: string
  created_at: string
  expires_at: string
  used_on: string
}
export interface MadeToken extends Token {
  secret: string
  connections: {
    odata: string
    basic_user: string
    delta_profile: Record<string, unknown>
    parquet: string
    pbids: string
    python: string
  }
}
export const DAYS = ['7', '30', '90', '365'] as const
