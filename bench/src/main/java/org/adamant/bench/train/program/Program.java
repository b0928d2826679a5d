package org.adamant.bench.train.program;

import org.adamant.bench.train.report.Findings;

/** One of the things that {@code train} does. */
public interface Program {

  /** One line, for the console and as the heading in the report. */
  String title();

  /** What is done and why, a few sentences for the report. */
  String introduction();

  /** Runs, and checks its own claims. */
  Findings run(Context context);
}
