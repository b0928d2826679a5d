package org.adamant.bench.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.ChartSvg;
import org.adamant.bench.page.Line;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.Origin;
import org.adamant.bench.results.PeersRun;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.Outputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the picture of the README, for a light page and for a dark one. */
@Command(
    name = "chart",
    showDefaultValues = true,
    description = {
      "Draws one picture for a README: the time per element over the size, of the kernel, of a plain loop,"
          + " of what limits a step, and of peers. It writes the numbers into a small file, and two"
          + " pictures beside it, one for a light page and one for a dark one.",
      "The kernel and the loops are those of lanes or suite, at the width that the chooser picked. A peer's"
          + " time is the kernel's divided by the ratio of the two in the run of peers, so what the picture"
          + " compares with the kernel was measured in one run.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:written; it says what it could not draw",
      "1:a file could not be written",
      "2:wrong arguments, or nothing to draw"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chart target/lanes.json target/peers.json",
      "  chart                                          draws the numbers of the file again",
      "With Maven: mvn -q -Prun -Dargs=\"chart target/lanes.json target/peers.json\""
    })
public final class ChartCommand implements Callable<Integer> {

  private static final String KERNEL = "Adamant";

  /** The first column of the file. */
  private static final String ELEMENTS = "elements";

  private static final String COMMENT = "# ";

  @Spec
  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Parameters(
      arity = "0..*",
      paramLabel = "<file>",
      description = "JSON of lanes or suite, and of peers. Without any, the numbers are read from --data.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--element",
      paramLabel = "<type>",
      defaultValue = "float",
      description = "The element type to draw: ${COMPLETION-CANDIDATES}.")
  private Element element;

  @Option(
      names = "--data",
      paramLabel = "<file>.csv",
      defaultValue = "bench/docs/speed.csv",
      description = "The file of the numbers; the pictures lie beside it, as <file>-light.svg and"
          + " <file>-dark.svg.")
  private Path data;

  @Override
  public Integer call() {
    if (!data.toString().endsWith(".csv")) {
      throw refusal("--data " + data + ": expected a name that ends with .csv");
    }
    final List<String> lines;
    final Chart chart;
    try {
      lines = files.isEmpty() ? Files.readAllLines(data) : measured();
      chart = chart(lines);
    } catch (IOException e) {
      throw refusal(files.isEmpty() ? data + ": " + Outputs.reason(e) : e.getMessage());
    } catch (IllegalArgumentException e) {
      throw refusal(data + ": " + e.getMessage());
    }
    Outputs.prepare(spec, "--data", data);
    boolean isWritten =
        files.isEmpty() || Outputs.write(spec, data, String.join("\n", lines) + "\n");
    for (ChartSvg.Theme theme : ChartSvg.Theme.values()) {
      isWritten = isWritten && Outputs.write(spec, picture(theme), ChartSvg.file(chart, theme));
    }
    return isWritten ? 0 : 1;
  }

  private Path picture(ChartSvg.Theme theme) {
    final String name = data.getFileName().toString().replaceFirst("\\.csv$", "");
    return data.resolveSibling(name + "-" + theme.name().toLowerCase(Locale.ROOT) + ".svg");
  }

  private ParameterException refusal(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** The lines of the file, from what was measured. */
  private List<String> measured() throws IOException {
    final Pivot nanos = new Pivot();
    final List<String> lines = new ArrayList<>();
    lines.add(COMMENT + "One step, " + element + ", one thread: ns per element");
    final List<PeersRun> peers = new ArrayList<>();
    for (Path file : files) {
      final ResultFile content = ResultFile.read(file);
      content.peers().ifPresent(peers::add);
      if (content.peers().isEmpty()) {
        final Origin origin = Origin.of(content.jvmArgs());
        putSteps(nanos, content.times(), origin.preferred());
        lines.add(comment(origin.command(), origin.date(), origin.machine()));
      }
    }
    for (PeersRun run : peers) {
      putPeers(nanos, run);
      lines.add(comment(run.command(), run.date(), run.machine()));
    }
    final List<String> names = new ArrayList<>(List.of(KERNEL, Contestant.PLAIN.label()));
    peers.stream()
        .flatMap(run -> run.measurements().stream())
        .map(PeersRun.Measurement::peer)
        .distinct()
        .forEach(names::add);
    names.addAll(List.of(Contestant.DIVIDER.label(), Contestant.TRAFFIC.label()));
    final List<String> sizes =
        nanos.rows().stream().filter(size -> nanos.get(size, KERNEL).isPresent()).toList();
    if (sizes.isEmpty()) {
      throw refusal("nothing to draw: expected times of lanes or suite, " + element);
    }
    names.removeIf(name -> sizes.stream().allMatch(size -> nanos.get(size, name).isEmpty()));
    lines.add(ELEMENTS + "," + String.join(",", names));
    sizes.stream()
        .map(Integer::valueOf)
        .sorted()
        .forEach(size -> lines.add(row(size, names, nanos)));
    return lines;
  }

  private static String comment(String command, String date, String machine) {
    return COMMENT + command + ", " + date + ", " + machine;
  }

  private static String row(int size, List<String> names, Pivot nanos) {
    final StringBuilder row = new StringBuilder().append(size);
    for (String name : names) {
      final OptionalDouble value = nanos.get(String.valueOf(size), name);
      row.append(',');
      if (value.isPresent()) {
        row.append(String.format(Locale.ROOT, "%.3f", value.getAsDouble()));
      }
    }
    return row.toString();
  }

  private void putSteps(Pivot nanos, List<StepTime> times, String preferred) {
    final String width = preferred.isEmpty() ? StepTime.PREFERRED : preferred;
    times.stream()
        .filter(t -> t.benchmark() == Benchmark.STEP && t.element() == element && !t.allocates())
        .filter(t -> t.contestant() != Contestant.KERNEL || t.width().equals(width))
        .forEach(
            t -> nanos.put(
                String.valueOf(t.size()),
                t.contestant() == Contestant.KERNEL ? KERNEL : t.contestant().label(),
                t.nanosPerElement()));
  }

  private void putPeers(Pivot nanos, PeersRun run) {
    final PrintWriter err = spec.commandLine().getErr();
    for (PeersRun.Measurement m : run.measurements()) {
      if (m.workload().kind() != Kind.ARRAY || m.workload().element() != element
          || m.workload().threads() != 1) {
        continue;
      }
      final OptionalDouble kernel = nanos.get(String.valueOf(m.workload().size()), KERNEL);
      if (m.ratio().isPresent() && kernel.isPresent()) {
        nanos.put(
            String.valueOf(m.workload().size()),
            m.peer(),
            kernel.getAsDouble() / m.ratio().get().median());
      } else {
        err.println(
            "not drawn: " + m.peer() + ", " + m.workload().label() + ": "
                + (m.failure() == null ? "no time of the kernel in the other files" : m.failure()));
      }
    }
  }

  /** From the lines of the file. */
  private static Chart chart(List<String> lines) {
    final List<String[]> rows =
        lines.stream()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .map(line -> line.split(",", -1))
            .toList();
    if (rows.size() < 2 || !rows.getFirst()[0].equals(ELEMENTS)) {
      throw new IllegalArgumentException("expected a line of names, the first " + ELEMENTS
          + ", and lines of numbers");
    }
    final String[] names = rows.getFirst();
    for (String[] row : rows) {
      if (row.length != names.length) {
        throw new IllegalArgumentException(
            String.join(",", row) + ": expected " + names.length + " columns");
      }
    }
    final double[] sizes = column(rows, 0);
    return new Chart(
        title(lines),
        "elements per array",
        "ns per element",
        true,
        true,
        IntStream.range(1, names.length)
            .mapToObj(
                i -> new Line(
                    names[i],
                    sizes,
                    column(rows, i),
                    names[i].equals(Contestant.TRAFFIC.label())))
            .toList());
  }

  private static String title(List<String> lines) {
    return lines.getFirst().startsWith(COMMENT)
        ? lines.getFirst().substring(COMMENT.length()).split(":", 0)[0]
        : "";
  }

  private static double[] column(List<String[]> rows, int column) {
    return rows.stream()
        .skip(1)
        .map(row -> row[column])
        .mapToDouble(cell -> cell.isEmpty() ? Double.NaN : Double.parseDouble(cell))
        .toArray();
  }
}
