package org.adamant.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

  @Spec
  private CommandSpec spec;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  JmhCommand() {}

  @Override
  public Integer call() throws IOException {
    requireValid();
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }

  /** Refuses wrong arguments with one line; JMH itself prints several and ends with status 1. */
  private void requireValid() {
    try {
      new CommandLineOptions(arguments.toArray(String[]::new));
    } catch (CommandLineOptionException e) {
      final String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new ParameterException(spec.commandLine(), "jmh: " + reason, e);
    }
  }
}
