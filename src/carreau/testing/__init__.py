"""What proves the house right: the synthetic town, where all is known, and how far an estimate is from it.

``carreau.testing.town`` makes a town and writes it as the official publishers would;
``carreau.testing.error`` measures an estimate against its truth. Both serve the demonstration, the tests and
the benchmarks, and ship with the package.
"""
