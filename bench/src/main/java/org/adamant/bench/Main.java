package org.adamant.bench;

import java.util.Locale;
import org.adamant.bench.peers.PeersCommand;
import org.adamant.bench.regress.RegressCommand;
import org.adamant.bench.report.ChartCommand;
import org.adamant.bench.report.ReportCommand;
import org.adamant.bench.suite.LanesCommand;
import org.adamant.bench.suite.SuiteCommand;
import org.adamant.bench.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program, with one sub-command for each task. */
@Command(
    name = "adamant",
    description = "Trains with the Adam kernel and measures it.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {TrainCommand.class, LanesCommand.class, PeersCommand.class, SuiteCommand.class,
      RegressCommand.class, ReportCommand.class, ChartCommand.class, JmhCommand.class},
    footer = {"", "Start java with --add-modules jdk.incubator.vector to get SIMD."})
public final class Main {

  private Main() {}

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      final String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"adamant " + (version == null ? "(not packaged)" : version)};
    }
  }

  /** Runs a sub-command and exits with its status: 0 for success, 1 for a wrong result, 2 for wrong arguments. */
  public static void main(String[] args) {
    // Numbers look the same everywhere, also in messages of libraries.
    Locale.setDefault(Locale.ROOT);
    System.exit(commandLine().execute(args));
  }

  /** The command line, also for tests. */
  static CommandLine commandLine() {
    final CommandLine commandLine = new CommandLine(new Main());
    commandLine.setParameterExceptionHandler(Main::refuse);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    // JMH has its own options, which are passed on.
    commandLine.getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true);
    return commandLine;
  }

  /** One clear line instead of the whole usage text. */
  private static int refuse(CommandLine.ParameterException e, String[] args) {
    final CommandLine command = e.getCommandLine();
    command
        .getErr()
        .println(
            e.getMessage() + " (" + command.getCommandSpec().qualifiedName() + " --help explains)");
    return CommandLine.ExitCode.USAGE;
  }
}
