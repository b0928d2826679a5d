package org.adamant.proptest;

/**
 * A number that lies within a radius of a midpoint. Ball arithmetic is a running error analysis that needs no
 * formula of its own: every operation of an implementation, written with balls, gives a ball that holds everything
 * the implementation may have computed, and the result without rounding.
 *
 * <p><b>Radius.</b> It is that of the exact operation on all numbers of the operands' balls, plus one rounding: u
 * times the result, or half the smallest number of the type; plus 2^-53 of the result for the midpoint, which is
 * computed in double. Nothing is fitted. A fused multiply-add, or a wider type, rounds less often than the
 * operations written here, so its result lies in the same ball.
 *
 * @param mid the midpoint
 * @param rad the radius, at least 0; infinity or NaN if nothing is known
 */
record Ball(double mid, double rad) {

  /** The rounding of an element type. */
  record Rounding(double unit, double smallest) {

    static final Rounding NONE = new Rounding(0, 0);
    static final Rounding FLOAT = new Rounding(0x1p-24, Float.MIN_VALUE);
    static final Rounding DOUBLE = new Rounding(0x1p-53, Double.MIN_VALUE);

    static Rounding of(Class<?> element) {
      return element == float.class ? FLOAT : DOUBLE;
    }

    /** A result, rounded once. */
    Ball round(double mid, double rad) {
      // The last factor is for the few roundings of the radius itself.
      return new Ball(
          mid, (rad + (unit + 0x1p-53) * (Math.abs(mid) + rad) + smallest) * (1 + 0x1p-40));
    }

    Ball round(Ball x) {
      return round(x.mid, x.rad);
    }

    Ball add(Ball a, Ball b) {
      return round(a.mid + b.mid, a.rad + b.rad);
    }

    Ball sub(Ball a, Ball b) {
      return add(a, b.negate());
    }

    Ball mul(Ball a, Ball b) {
      return round(
          a.mid * b.mid, Math.abs(a.mid) * b.rad + Math.abs(b.mid) * a.rad + a.rad * b.rad);
    }

    Ball fma(Ball a, Ball b, Ball c) {
      final Ball product = NONE.mul(a, b);
      return round(product.mid + c.mid, product.rad + c.rad);
    }

    Ball div(Ball a, Ball b) {
      final double lowest = Math.abs(b.mid) - b.rad;
      final double mid = a.mid / b.mid;
      return round(
          mid,
          lowest > 0 ? (a.rad + Math.abs(mid) * b.rad) / lowest : Double.POSITIVE_INFINITY);
    }

    Ball sqrt(Ball a) {
      final double mid = Math.sqrt(a.mid);
      if (a.rad >= a.mid) {
        return round(mid, Math.max(mid, Math.sqrt(a.mid + a.rad) - mid));
      }
      // The root is steepest below: mid minus the lowest root, without cancellation.
      return round(mid, a.rad / (mid + Math.sqrt(a.mid - a.rad)));
    }

    /**
     * {@code start + weight * (end - start)}. An operation of its own because start is there twice: its
     * error shrinks by 1 - weight, where the operations above would let it grow.
     *
     * @param products how often the product is rounded: the difference, and a product that is not fused
     */
    Ball lerp(Ball weight, Ball end, Ball start, int products) {
      final double difference =
          Math.abs(end.mid - start.mid) + end.rad + start.rad;
      final double w = Math.min(1, weight.mid + weight.rad);
      return round(
          start.mid + weight.mid * (end.mid - start.mid),
          (1 - weight.mid) * start.rad
              + weight.mid * end.rad
              + difference * (weight.rad + products * (unit + 0x1p-53) * w)
              + (1 + products) * smallest);
    }
  }

  static Ball exact(double x) {
    return new Ball(x, 0);
  }

  Ball negate() {
    return new Ball(-mid, rad);
  }

  Ball max(Ball other) {
    return new Ball(Math.max(mid, other.mid), Math.max(rad, other.rad));
  }

  /** Also holds numbers that are further off by this much. */
  Ball widen(double more) {
    return new Ball(mid, rad + more);
  }
}
