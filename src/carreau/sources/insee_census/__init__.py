"""The census by IRIS and by commune: population, activity, education, housing, households."""
