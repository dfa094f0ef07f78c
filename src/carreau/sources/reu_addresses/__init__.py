"""Addresses of the electoral roll (répertoire électoral unique), with the station that each belongs to."""
