"""Recipients of family and social benefits by IRIS."""
