package org.adamant.bench.support;

import picocli.CommandLine.Option;

/** The option {@code --help}, a mixin of the commands. */
public final class HelpOption {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean isAsked;

  /** Made by the commands that have it. */
  public HelpOption() {}
}
