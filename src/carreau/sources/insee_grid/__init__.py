"""Population, households, dwellings and income on INSEE's 200 m grid."""
