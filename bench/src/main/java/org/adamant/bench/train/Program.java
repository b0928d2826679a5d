package org.adamant.bench.train;

/** One of the things that {@code train} does. */
interface Program {

  /** One line, for the console and as the heading in the report. */
  String title();

  /** What is done and why, a few sentences for the report. */
  String introduction();

  /** Runs, and checks its own claims. */
  Findings run(Context context);
}
