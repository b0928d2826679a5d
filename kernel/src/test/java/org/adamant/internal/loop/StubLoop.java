package org.adamant.internal.loop;

/** A loop that does nothing, for tests that override one of its methods. */
public class StubLoop extends Loop {

  @Override
  public void step(Coefficients c, Operands o, float[] moments, long first, int count) {}

  @Override
  public void flush(Operands o, long first, int count) {}

  @Override
  public void pack(Coefficients c, Operands o, float[] moments, long first, int count) {}

  @Override
  public long countInBlock(Operands o, long first, int count) {
    return 0;
  }

  @Override
  public void addSquares(double[] sums, Operands o, double scale, long first, int count) {}
}
