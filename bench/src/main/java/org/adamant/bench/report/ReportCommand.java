package org.adamant.bench.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.GateRun;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.Outputs;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the results of all commands on one page. */
@Command(
    name = "report",
    showDefaultValues = true,
    description = {
      "Draws results on one self-contained HTML page: the time per element over the size for every lane"
          + " width, with the traffic limit; variants, threads, first step, memory and the overhead of a"
          + " call; ratios to peers; and the history from file to file. Every picture has its numbers.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:written; it says what it could not draw",
      "1:the page could not be written",
      "2:wrong arguments, or nothing to draw"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  report target/suite.json target/peers.json",
      "  report 1a2b3c=old.json 4d5e6f=new.json --accepted bench/regress/accepted.json",
      "  report results/*.json --html page.html",
      "With Maven: mvn -q -Prun -Dargs=\"report target/lanes.json\""
    })
public final class ReportCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Parameters(
      arity = "1..*",
      paramLabel = "[<label>=]<file>",
      description = "JSON of suite, lanes, peers, regress, or of JMH itself; the oldest first. A label"
          + " names what was measured, such as a commit.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--accepted",
      paramLabel = "<file>",
      description = "Jumps that are known and accepted, as for regress, drawn in the history.")
  private Path accepted;

  @Option(
      names = "--html",
      paramLabel = "<file>",
      defaultValue = "target/report.html",
      description = "Where to write the page.")
  private Path html;

  @Override
  public Integer call() {
    final List<Source> sources = new ArrayList<>();
    final List<Accepted> jumps = new ArrayList<>();
    try {
      for (String file : files) {
        sources.add(source(file));
      }
      if (accepted != null) {
        jumps.addAll(ResultFile.readAccepted(accepted));
      }
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Outputs.prepare(spec, "--html", html);
    sources.forEach(
        source -> source
            .content()
            .gate()
            .map(GateRun::accepted)
            .ifPresent(
                known -> known.stream().filter(j -> !jumps.contains(j)).forEach(jumps::add)));
    final ReportPage page = new ReportPage(sources, jumps);
    final PrintWriter err = spec.commandLine().getErr();
    page.omissions().forEach(err::println);
    if (page.isEmpty()) {
      err.println("nothing to draw: expected times of suite, lanes, peers or regress");
      return CommandLine.ExitCode.USAGE;
    }
    return Outputs.write(spec, html, page.html()) ? 0 : 1;
  }

  /** Reads a file whose name may follow a label; a file of the whole name has precedence. */
  private static Source source(String argument) throws IOException {
    final int end = argument.indexOf('=');
    final boolean hasLabel = end > 0 && !Files.exists(Path.of(argument));
    final Path file = Path.of(hasLabel ? argument.substring(end + 1) : argument);
    return Source.of(hasLabel ? argument.substring(0, end) : "", file, ResultFile.read(file));
  }
}
