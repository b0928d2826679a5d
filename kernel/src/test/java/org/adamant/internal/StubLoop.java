package org.adamant.internal;

/** A loop that does nothing, for tests that put something in the place of one of its methods. */
class StubLoop extends Loop {

  @Override
  void block(
      Coefficients c,
      Object params,
      Object grads,
      Object m,
      Object v,
      Object max,
      Object average,
      int from,
      int to) {
    step(from, to);
  }

  /** What is to happen where a block is stepped. */
  void step(int from, int to) {}

  @Override
  void flush(Object m, Object v, int from, int to) {}

  @Override
  long countInBlock(Object array, int from, int to) {
    return 0;
  }

  @Override
  void addSquares(double[] sums, Object array, double scale, int from, int to) {}
}
