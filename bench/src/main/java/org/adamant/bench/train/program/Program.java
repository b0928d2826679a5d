package org.adamant.bench.train.program;

import org.adamant.bench.train.report.Findings;

/** One program of the command {@code train}. */
public interface Program {

  /** One line, for the console and as the heading in the report. */
  String title();

  /** A few sentences for the report: what is done, and why. */
  String introduction();

  /** Runs, and checks its own claims. */
  Findings run(Context context);
}
