package org.adamant.proptest.oracle;

/**
 * An arithmetic far more precise than the numbers that are judged by it.
 *
 * @param <T> its numbers
 */
interface Reals<T> {

  T of(double x);

  T add(T a, T b);

  T subtract(T a, T b);

  T multiply(T a, T b);

  T divide(T a, T b);

  T sqrt(T a);

  T negate(T a);

  T max(T a, T b);

  /** The nearest double, for what need not be precise. */
  double approximate(T a);

  default T min(T a, T b) {
    return negate(max(negate(a), negate(b)));
  }

  /** By squaring, with an exponent of at least 1. */
  default T power(T base, long exponent) {
    if (exponent == 1) {
      return base;
    }
    final T root = power(base, exponent / 2);
    final T even = multiply(root, root);
    return exponent % 2 == 0 ? even : multiply(even, base);
  }
}
