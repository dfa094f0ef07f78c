"""Peers in other languages, run where they stand: the hierarchical model of eiPack, by R.

eiPack's `ei.MD.bayes` (Rosen, Jiang, King and Tanner 2001: multinomial and Dirichlet, by Markov chains) with its own
priors, one chain, tuned first. PyEI 1.1.4 is not run: its row-by-column model fails with today's numpyro and pymc.
fastei 1.1.0 is quoted: its multinomial EM equals ours at the same tolerance, and it publishes no error on a real truth.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from carreau.inference import Floats, Margins

SCRIPT: Final = """
suppressMessages(library(eiPack)); set.seed(1)
x <- as.matrix(read.csv("origins.csv", header = FALSE)); y <- as.matrix(read.csv("destinations.csv", header = FALSE))
d <- data.frame(round(x), round(y)); names(d) <- c(paste0("g", 1:ncol(x)), paste0("v", 1:ncol(y)))
f <- as.formula(paste0("cbind(", paste(paste0("v", 1:ncol(y)), collapse = ","), ") ~ cbind(",
  paste(paste0("g", 1:ncol(x)), collapse = ","), ")"))
t <- tuneMD(f, data = d, ntunes = 5, totaldraws = 2000)
m <- ei.MD.bayes(f, data = d, sample = 500, thin = 10, burnin = 3000, tune.list = t)
counts <- matrix(colMeans(as.matrix(m$draws$Cell.counts)), nrow = ncol(x))
write.table(counts, "table.csv", sep = ",", row.names = FALSE, col.names = FALSE)
"""


def rounded(margins: Margins) -> tuple[Floats, Floats]:
    """Both sides in whole persons, of equal totals: what is over or lacks goes to the largest origin of the station."""
    origins, destinations = np.round(margins.origins), np.round(margins.destinations)
    rows = np.arange(len(origins))
    origins[rows, margins.origins.argmax(axis=1)] += destinations.sum(axis=1) - origins.sum(axis=1)
    return np.maximum(origins, 0.0), destinations


def hierarchical(margins: Margins, seconds: float = 300.0) -> Floats | None:
    """The table (R, C) of eiPack's ei.MD.bayes; None where R is absent, or it fails or lasts too long."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, side in zip(("origins", "destinations"), rounded(margins), strict=True):
            np.savetxt(Path(folder) / f"{name}.csv", side, fmt="%d", delimiter=",")
        try:
            done = subprocess.run(
                ["Rscript", "-e", SCRIPT], cwd=folder, capture_output=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return None
        return np.atleast_2d(np.loadtxt(Path(folder) / "table.csv", delimiter=","))
