// The facts of the API, version 1, as the pages read them.
export type Level = 'bureau' | 'iris' | 'commune' | 'circonscription' | 'departement'
export type Bounds = [west: number, south: number, east: number, north: number]
export type Titled = { title: string; title_en?: string | null }
export type Grade = 'A' | 'B' | 'C' | 'D' | 'E'

export type LevelFacts = Titled & { id: Level; count: number; minzoom: number; maxzoom: number }
export type Theme = Titled & { id: string }
export type Indicator = Titled & {
  name: string
  theme: string
  unit: string
  kind: string
  description: string
  description_en?: string | null
  source: string
  vintage: string
  method: string
  status: string
  family: string
}
export type ElectionFacts = Titled & { id: string; date: string }
export type Analysis = Titled & { id: string; [fact: string]: unknown }
export type User = { signed_in: boolean; name: string; role: string }

/** How the stations of a type voted at an election: turnout and blocs, in percent. */
export type TypeVotes = Titled & { election: string; turnout: number | null; blocs: (Titled & { name: string; value: number })[] }
export type StationType = Titled & { code: number; id: string; group: string; portrait: string; portrait_en: string; share: number; part: string; votes: TypeVotes[] }
export type TypeGroup = Titled & { code: number; id: string }
/** The types of stations in their declared order, and the columns that carry them. */
export type TypesFacts = {
  column: string
  family: string
  certainty: string
  share: string
  levels: Level[]
  made_of: Level[]
  date: string
  source: string
  method: string
  groups: TypeGroup[]
  types: StationType[]
}

export type Meta = Titled & {
  product: string
  territory: string
  version: string
  certificate: string
  made_at: string
  language: string
  bounds: Bounds
  levels: LevelFacts[]
  tiles: { url: string | null; layers: string[] } | null
  themes: Theme[]
  indicators: Indicator[]
  analyses: Analysis[]
  elections: ElectionFacts[]
  types: TypesFacts | null
  standing: string[]
  user: User
}

/** Columnar: the n-th entry of each list is one place; `row` is its index in the release of the level. */
export type Places = {
  row: number[]
  code: string[]
  name: string[]
  commune: (string | null)[]
  departement: (string | null)[]
  inscrits: (number | null)[]
  lon: (number | null)[]
  lat: (number | null)[]
}

/** One figure of a place, beside its commune, its department and France. */
export type Figure = Titled & {
  name: string
  unit: string
  description: string
  description_en?: string | null
  kind?: string
  value: number | null
  margin: number | null
  grade: Grade | null
  status: string | null
  number: number | null
  base: number | null
  commune: number | null
  departement: number | null
  france: number | null
}
export type ProfileTheme = Titled & { id: string; indicators: Figure[] }
export type ProfileElection = Titled & {
  id: string
  date: string
  participation: Figure | null
  measures?: Figure[]
  blocs: Figure[]
  candidates: Figure[]
}
export type ProfileSource = {
  id: string
  title: string
  publisher?: string
  licence?: string
  url?: string
  vintages?: string[]
  vintage?: string
  status?: string
}
export type ProfileType = {
  id: string | null
  title: string | null
  title_en: string | null
  group: string | null
  group_en: string | null
  description: string
  description_en: string
  share: number | null
  votes: TypeVotes[]
  certainty: number | null
  status: string | null
}
export type Profile = {
  place: {
    code: string
    name: string
    level: Level
    commune: string | null
    departement: string | null
    inscrits: number | null
    rattachement: string | null
    bounds: Bounds | null
  }
  themes: ProfileTheme[]
  elections: ProfileElection[]
  type: ProfileType | null
  types: (Titled & { id: string; share: number })[]
  sources: ProfileSource[]
  caveats: string[]
  certificate: string
}

export type Found = { territory: string; kind: string; name: string; detail: string; center: [number, number] | null; bounds: Bounds | null }
export type Column = Titled & { name: string; unit: string; type: string }
export type Rows = { columns: Column[]; rows: Record<string, string | number | null>[]; total: number }
export type RowsQuestion = { in?: string[]; level?: Level; columns?: string[]; codes?: string[]; order?: string; limit?: number; offset?: number }
export type Session = { signed_in: boolean; name: string; role: string; open: boolean; csrf: string; methods: string[] }
export type Similar = { code: string; name: string; distance: number; why: (Titled & { name: string; value: number; theirs: number; unit: string })[] }
