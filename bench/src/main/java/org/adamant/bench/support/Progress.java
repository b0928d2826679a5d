package org.adamant.bench.support;

import java.io.Console;
import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a program. */
public interface Progress extends AutoCloseable {

  /** Shows nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public void expect(long steps) {}

        @Override
        public void step() {}

        @Override
        public void close() {}
      };

  /** Says how many steps there will be. */
  void expect(long steps);

  /** One step is done. */
  void step();

  @Override
  void close();

  /** A bar on the terminal, removed at the end. */
  static Progress bar(String name) {
    final ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(-1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(100)
            .setConsumer(
                new ConsoleProgressBarConsumer(System.out) {
                  @Override
                  public void close() {
                    // The inherited one would leave an empty line behind.
                    System.out.flush();
                  }
                })
            .clearDisplayOnFinish()
            .build();
    return new Progress() {
      @Override
      public void expect(long steps) {
        bar.maxHint(steps);
      }

      @Override
      public void step() {
        bar.step();
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }

  /** A bar on a terminal, otherwise a line now and then; both say how long it will take. */
  static Progress visible(String name, PrintWriter out) {
    final Console console = System.console();
    return console != null && console.isTerminal()
        ? bar(name)
        : new ProgressLines(name, out, System::nanoTime);
  }
}
