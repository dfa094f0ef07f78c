// The colours of political families: the one place where a colour stands for a party, used for its measures only.
//
// French media share conventions, not a norm: rose or red for the left, blue for the right, and no settled colour for
// the far right (grey at AFP, brown at Idé, violet at Slate). Source: « Quelle couleur pour le FN sur les cartes ? »,
// Slate.fr, 7 December 2015 (slate.fr/story/111151) and 30 March 2014 (slate.fr/france/85293). The shades are ours,
// chosen to stay apart for every usual colour vision and on both grounds. Read on 24 November 2026.
export type Family = 'gauche' | 'centre_droit' | 'extreme_droite' | 'autres'

const COLOURS: Record<Family, { light: string; dark: string }> = {
  gauche: { light: '#b8324a', dark: '#ef7d8c' },
  centre_droit: { light: '#1f6fb2', dark: '#6db5f2' },
  extreme_droite: { light: '#4a3784', dark: '#b3a1f0' },
  autres: { light: '#7c7768', dark: '#b4afa2' },
}

/** The family that a measure is of (`pres_2022_t1_bloc_gauche`), or null when it is of none. */
export function familyOf(indicator: string): Family | null {
  const found = /(?:^|_)bloc_(gauche|centre_droit|extreme_droite|autres)$/.exec(indicator)?.[1]
  return (found as Family | undefined) ?? null
}

/** The colour of a family. */
export function familyColour(family: Family, dark: boolean): string {
  return COLOURS[family][dark ? 'dark' : 'light']
}
