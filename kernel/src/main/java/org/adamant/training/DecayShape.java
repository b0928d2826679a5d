package org.adamant.training;

/** How a {@linkplain Schedule#warmupStableDecay decay} falls; x is the share of it that is over, from 0 to 1. */
public enum DecayShape {
  /** 1 - x. */
  LINEAR,
  /** (1 + cos(pi x)) / 2. */
  COSINE,
  /** 1 - sqrt(x): steep at first. Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training". */
  ONE_MINUS_SQRT;

  /** The share that is left, from 1 to 0. */
  double at(double x) {
    return switch (this) {
      case LINEAR -> 1 - x;
      case COSINE -> (1 + StrictMath.cos(Math.PI * x)) / 2;
      case ONE_MINUS_SQRT -> 1 - Math.sqrt(x);
    };
  }
}
