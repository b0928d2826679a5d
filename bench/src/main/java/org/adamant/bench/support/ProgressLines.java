package org.adamant.bench.support;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows the progress of a program as lines for a log, one for every tenth. */
final class ProgressLines implements Progress {

  private static final int LINES = 10;

  private final String name;
  private final PrintWriter out;
  private final LongSupplier nanoTime;
  private final long start;
  private long expected;
  private long done;

  ProgressLines(String name, PrintWriter out, LongSupplier nanoTime) {
    this.name = name;
    this.out = out;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  @Override
  public void expect(long steps) {
    expected = steps;
    out.println(name + ": " + steps + " to do");
    out.flush();
  }

  @Override
  public void step() {
    done++;
    // The first step, too, so that the user soon knows how long it will take.
    if (done == 1 || done * LINES / expected > (done - 1) * LINES / expected) {
      final double seconds = (nanoTime.getAsLong() - start) * 1e-9;
      out.println(
          "%s: %d of %d after %s, about %s left"
              .formatted(
                  name, done, expected, time(seconds), time(seconds / done * (expected - done))));
      out.flush();
    }
  }

  private static String time(double seconds) {
    final long rounded = Math.round(seconds);
    return rounded < 120
        ? rounded + " s"
        : String.format(Locale.ROOT, "%d min %02d s", rounded / 60, rounded % 60);
  }

  @Override
  public void close() {}
}
