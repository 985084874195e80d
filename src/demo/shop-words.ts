// Decides the names, towns and quiz texts of the demo shop: accents, apostrophes and emoji as real tables have them. Pure.

export const FIRST_NAMES = [
  'Ana',
  'José',
  'Chloé',
  'Yusuf',
  'Märta',
  'Oliver',
  'Zoë',
  'Tomáš',
  'Lucía',
  'Björn',
  'Priya',
  'François',
  'Kateřina',
  'Émile',
  'Hana',
  'Gökçe',
  'Renée',
  'Noël',
  'Íris',
  'Åsa',
]

/** The same names as people type them into an e-mail address. */
export const PLAIN_FIRST_NAMES = FIRST_NAMES.map((name) =>
  name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
)

export const LAST_NAMES = [
  'Silva',
  'Müller',
  "O'Brien",
  'García',
  'Dvořák',
  'Eriksson',
  'Çelik',
  'Nuñez',
  'Håkansson',
  'Žižka',
  "D'Angelo",
  'Kowalski',
  'Nguyễn',
  'Brontë',
  'Özdemir',
  'van der Berg',
]

export const CITIES = [
  'Lisboa',
  'Zürich',
  'São Paulo',
  'Kraków',
  'Málaga',
  'Göteborg',
  'Montréal',
  'İzmir',
  'Łódź',
  'Reykjavík',
]

export const QUESTION = 'What do you look for first?'
export const ANSWERS = [
  'Comfort',
  'A good price',
  "It must last; I don't buy twice",
  'Schön & bequem',
  'Surprise me 😍',
  'Se calhar "o preço"',
]

/** As the quiz tool exports them: nobody agreed on capitals and blanks. */
export const OUTCOMES = [
  'Trend Lover',
  'Minimalist',
  'trend lover ',
  'Bargain Hunter',
  'MINIMALIST',
  ' Night Owl',
  'Classic',
]
