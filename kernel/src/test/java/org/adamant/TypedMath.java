package org.adamant;

/**
 * The operations of one element type on numbers of that type, each rounded once, so that a formula is transcribed
 * once for both types. Written without regard to speed, and without using the kernel.
 */
enum TypedMath {
  FLOAT {
    @Override
    double round(double x) {
      return (float) x;
    }

    @Override
    double fma(double a, double b, double c) {
      return Math.fma((float) a, (float) b, (float) c);
    }
  },

  DOUBLE {
    @Override
    double round(double x) {
      return x;
    }

    @Override
    double fma(double a, double b, double c) {
      return Math.fma(a, b, c);
    }
  };

  static TypedMath of(ElementType type) {
    return type == ElementType.FLOAT ? FLOAT : DOUBLE;
  }

  /** A coefficient, rounded to the type. */
  abstract double round(double x);

  abstract double fma(double a, double b, double c);

  // Of two floats, these operations in double and the rounding to float after it give the float
  // operation: double has more than twice the digits (Figueroa 1995). Not so for fma.

  final double add(double a, double b) {
    return round(a + b);
  }

  final double sub(double a, double b) {
    return round(a - b);
  }

  final double mul(double a, double b) {
    return round(a * b);
  }

  final double div(double a, double b) {
    return round(a / b);
  }

  final double sqrt(double a) {
    return round(Math.sqrt(a));
  }
}
