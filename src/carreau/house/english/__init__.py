"""English: what the products and the house say in French, said in English, for pages that are read in English."""

from carreau.house.english.answers import english_of
from carreau.house.english.books import book_of
from carreau.house.english.phrasebook import Phrasebook

__all__ = ["Phrasebook", "book_of", "english_of"]
