package org.adamant.bench.support;

/** Counts what a program or a session says of its progress. */
public final class CountingProgress implements Progress {
  private long expected;
  private long steps;

  /** {@return how many steps were announced last} */
  public long expected() {
    return expected;
  }

  /** {@return how many steps there were} */
  public long steps() {
    return steps;
  }

  @Override
  public void expect(long announced) {
    expected = announced;
  }

  @Override
  public void step() {
    steps++;
  }

  @Override
  public void close() {}
}
