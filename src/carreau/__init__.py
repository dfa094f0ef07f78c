"""Carreau: a data house under one roof. The public names are those of ``__all__``."""
