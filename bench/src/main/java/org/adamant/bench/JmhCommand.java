package org.adamant.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Hands its arguments to JMH. */
@Command(
    name = "jmh",
    description = "Runs the JMH benchmarks; takes JMH's own arguments, -h lists them.",
    footer = {
      "",
      "Examples:",
      "  adamant jmh -l                         lists the benchmarks",
      "  adamant jmh StepBenchmark -prof gc     all lane widths and baselines",
      "  adamant jmh floatKernel -p width=BITS_256 -p size=5000",
      "",
      "JVM options for the measured JVM go after -jvmArgsAppend; the other -jvmArgs options replace the",
      "one that resolves the Vector API."
    })
final class JmhCommand implements Callable<Integer> {

  @Parameters(arity = "0..*", paramLabel = "ARG", description = "JMH's arguments.")
  private List<String> arguments = List.of();

  JmhCommand() {}

  @Override
  public Integer call() throws IOException {
    // Sets the exit status itself where its arguments are wrong.
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
