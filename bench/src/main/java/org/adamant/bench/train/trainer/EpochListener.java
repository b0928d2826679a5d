package org.adamant.bench.train.trainer;

import java.io.PrintWriter;
import java.util.Locale;

/** Is told the loss of every epoch. */
@FunctionalInterface
public interface EpochListener {

  /** Does nothing. */
  EpochListener NONE = (_, _) -> {};

  /** Called after an epoch, counted from 1. */
  void epochDone(int epoch, double loss);

  /** Prints one line every {@code period} epochs. */
  static EpochListener printing(PrintWriter out, String name, int period) {
    return (epoch, loss) -> {
      if (epoch % period == 0) {
        out.printf(Locale.ROOT, "    %s: epoch %,d, loss %.6g%n", name, epoch, loss);
        out.flush();
      }
    };
  }

  /** This listener, then another. */
  default EpochListener andThen(EpochListener next) {
    return (epoch, loss) -> {
      epochDone(epoch, loss);
      next.epochDone(epoch, loss);
    };
  }
}
