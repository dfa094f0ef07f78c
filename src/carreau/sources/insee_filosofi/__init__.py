"""Income, poverty and living standards by IRIS and by commune."""
