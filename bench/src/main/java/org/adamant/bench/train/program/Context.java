package org.adamant.bench.train.program;

import java.io.PrintWriter;
import java.util.Optional;
import org.adamant.bench.support.Progress;
import org.adamant.bench.train.trainer.EpochListener;

/** Shows what a running program reports: as a progress bar, or the losses as text. */
public final class Context {

  private final Progress progress;
  private final Optional<PrintWriter> verbose;

  /** A context. */
  public Context(Progress progress, Optional<PrintWriter> verbose) {
    this.progress = progress;
    this.verbose = verbose;
  }

  /** Says how many epochs and rounds there will be in all. */
  void expect(long steps) {
    progress.expect(steps);
  }

  /** One epoch or round is done. */
  void tick() {
    progress.step();
  }

  /** Ticks after every epoch, and prints the loss after every {@code period} epochs if the user wants it. */
  EpochListener listener(String name, int period) {
    final EpochListener ticking = (_, _) -> tick();
    return verbose
        .map(out -> ticking.andThen(EpochListener.printing(out, name, period)))
        .orElse(ticking);
  }
}
