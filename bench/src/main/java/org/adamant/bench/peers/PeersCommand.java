package org.adamant.bench.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.adamant.bench.results.PeersRun;
import org.adamant.bench.results.PeersRun.Measurement;
import org.adamant.bench.results.ResultFile;
import org.adamant.bench.results.Workload;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.HelpOption;
import org.adamant.bench.support.Machine;
import org.adamant.bench.support.Outputs;
import org.adamant.bench.support.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the kernel against other implementations of Adam that a Java program can call. */
@Command(
    name = "peers",
    description = {
      "Measures the kernel against PyTorch, TensorFlow, ND4J, DJL and Tribuo, called from Java: same"
          + " sizes, same values, same number of threads, everything included that the caller pays for.",
      "Each is first checked for a correct result. Kernel and peer then take turns, and the ratio is"
          + " that of each round. One process per peer.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:everything was measured",
      "1:a peer failed or was wrong, or a file could not be written",
      "2:wrong arguments, or a build without the peers"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  peers                                             everything, in less than eight minutes",
      "  peers --quick                                     in about two, less exact",
      "  peers --peers pytorch --sizes 5000,70000          one's own sizes",
      "  peers --kinds gpt2 --threads 4 --markdown t.md    a whole model, as a table for a README",
      "With Maven, which downloads the peers (half a gigabyte) only for this:",
      "  mvn -q -Prun,peers -Dargs=\"peers --quick\""
    })
public final class PeersCommand implements Callable<Integer> {

  private static final int FAILURE = 1;

  private static final double SECONDS = 4;
  private static final double QUICK_SECONDS = 0.7;
  private static final double MOST_SECONDS = 3_600;

  private static final int LARGEST_SIZE = 1 << 28;

  private static final List<Integer> SIZES =
      List.of(1_000, 16_384, 262_144, 4_194_304, 33_554_432);

  private static final int MODEL_THREADS = 2;

  @Spec
  private CommandSpec spec;

  @Mixin
  private HelpOption help;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "<peer>",
      description = "Some peers only: ${COMPLETION-CANDIDATES}.")
  private List<PeerName> peers = List.of(PeerName.values());

  @Option(
      names = "--kinds",
      split = ",",
      paramLabel = "<kind>",
      converter = KindConverter.class,
      completionCandidates = KindConverter.class,
      description = {
        "Some workloads only: ${COMPLETION-CANDIDATES}.",
        "array: the basic step on one array. The others, for PyTorch only: one-pass: unscaling, clip"
            + " factor, AdamW, average of the parameters and zeroed gradients; bfloat16: everything in"
            + " 16 bits; small-network: 6 arrays; gpt2: the 148 arrays of GPT-2 small."
      })
  private List<Kind> kinds = List.of(Kind.values());

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "<elements>",
      description = "Elements of the arrays. Default: 1000,16384,262144,4194304,33554432.")
  private List<Integer> sizes;

  @Option(
      names = "--element",
      split = ",",
      paramLabel = "<type>",
      description = {
        "${COMPLETION-CANDIDATES}. Default: both for arrays, float for the other workloads."
      })
  private List<Element> elements;

  @Option(
      names = "--threads",
      paramLabel = "<n>",
      description = "Threads of a step. Default: 1, and " + MODEL_THREADS + " for gpt2.")
  private Integer threads;

  @Option(
      names = "--seconds",
      paramLabel = "<s>",
      description = "How long to measure each peer on each workload. Default: " + SECONDS + ".")
  private Double seconds;

  @Option(
      names = "--quick",
      description = "The same as --seconds " + QUICK_SECONDS
          + ", and by default without the largest size.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "<file>",
      description = "Where to write all times in JSON. Default: ${DEFAULT-VALUE}.",
      defaultValue = "target/peers.json")
  private Path out;

  @Option(
      names = "--markdown",
      paramLabel = "<file>",
      description = "Where to write the table in Markdown. Default: nowhere.")
  private Path markdown;

  @Override
  public Integer call() throws IOException, InterruptedException {
    final double secondsPerWorkload = checkedSeconds();
    checkArguments();
    final Set<Workload> workloads = workloads();
    final Set<PeerName> wanted = EnumSet.copyOf(peers);
    for (PeerName peer : wanted) {
      if (workloads.stream().noneMatch(peer::canDo)) {
        throw refusal("--peers " + peer + ": has nothing to measure with the other options");
      }
    }
    if (!wanted.stream().allMatch(PeerName::isPresent)) {
      throw refusal(
          "peers needs the libraries it measures, which are not in this build: start it by mvn -q"
              + " -Prun,peers -Dargs=\"peers\"");
    }
    Outputs.prepare(spec, "--out", out);
    if (markdown != null) {
      Outputs.prepare(spec, "--markdown", markdown);
    }
    final PeersRun result = measure(wanted, workloads, secondsPerWorkload);
    final PrintWriter console = spec.commandLine().getOut();
    console.println();
    result.table().textLines().forEach(console::println);
    console.println();
    console.println(result.machine());
    console.println(result.kernel());
    console.println(result.versions());
    result.failures().forEach(failure -> console.println("FAILED " + failure));
    final boolean isWritten =
        Outputs.write(spec, out, ResultFile.text(result))
            && (markdown == null || Outputs.write(spec, markdown, result.markdown()));
    return isWritten && result.failures().isEmpty() ? 0 : FAILURE;
  }

  private PeersRun measure(
      Set<PeerName> wanted, Set<Workload> workloads, double secondsPerWorkload)
      throws IOException, InterruptedException {
    final String start = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    final List<Measurement> measurements = new ArrayList<>();
    try (Progress progress = Progress.visible("peers", spec.commandLine().getOut())) {
      progress.expect(
          wanted.stream().mapToLong(peer -> workloads.stream().filter(peer::canDo).count()).sum());
      for (PeerName peer : wanted) {
        new PeerRun(peer, workloads.stream().filter(peer::canDo).toList(), secondsPerWorkload)
            .run(
                measurement -> {
                  measurements.add(measurement);
                  progress.step();
                });
      }
    }
    return new PeersRun(
        PeersRun.FORMAT,
        start,
        Outputs.command(spec),
        Machine.describe(),
        measurements.stream()
            .map(Measurement::kernel)
            .filter(kernel -> kernel != null && !kernel.isEmpty())
            .reduce((_, last) -> last)
            .orElse(""),
        secondsPerWorkload,
        measurements);
  }

  /** Every requested workload once, in the order of the table. */
  private Set<Workload> workloads() {
    final Set<Workload> workloads = new LinkedHashSet<>();
    for (Kind kind : EnumSet.copyOf(kinds)) {
      for (Element element : elements(kind).stream().filter(kind::takes).toList()) {
        for (int size : kind.hasSize() ? sizes() : List.of(0)) {
          workloads.add(new Workload(kind, element, size, threads(kind)));
        }
      }
    }
    return workloads;
  }

  private List<Integer> sizes() {
    if (sizes != null) {
      return sizes;
    }
    return quick ? SIZES.subList(0, SIZES.size() - 1) : SIZES;
  }

  private Set<Element> elements(Kind kind) {
    if (elements != null) {
      return EnumSet.copyOf(elements);
    }
    return kind == Kind.ARRAY ? EnumSet.allOf(Element.class) : EnumSet.of(Element.FLOAT);
  }

  private int threads(Kind kind) {
    if (threads != null) {
      return threads;
    }
    return kind == Kind.GPT2 ? Math.min(MODEL_THREADS, processors()) : 1;
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private double checkedSeconds() {
    if (quick && seconds != null) {
      throw refusal("--quick with --seconds " + seconds + ": expected one of them");
    }
    if (seconds == null) {
      return quick ? QUICK_SECONDS : SECONDS;
    }
    if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
      throw refusal("--seconds " + seconds + ": expected more than 0 and at most " + MOST_SECONDS);
    }
    return seconds;
  }

  private void checkArguments() {
    for (int size : sizes()) {
      if (size < 1 || size > LARGEST_SIZE) {
        throw refusal("--sizes " + size + ": expected 1 to " + LARGEST_SIZE + " elements");
      }
    }
    if (threads != null && (threads < 1 || threads > processors())) {
      throw refusal(
          "--threads " + threads + ": expected 1 to " + processors() + ", the processors here");
    }
  }

  private ParameterException refusal(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Reads kinds, which are written with hyphens. */
  static final class KindConverter
      implements picocli.CommandLine.ITypeConverter<Kind>, Iterable<String> {

    private static List<String> labels() {
      return Stream.of(Kind.values()).map(Kind::toString).toList();
    }

    @Override
    public java.util.Iterator<String> iterator() {
      return labels().iterator();
    }

    @Override
    public Kind convert(String label) {
      return Arrays.stream(Kind.values())
          .filter(kind -> kind.toString().equals(label.strip()))
          .findFirst()
          .orElseThrow(
              () -> new picocli.CommandLine.TypeConversionException(
                  "'" + label + "' is no kind; expected some of "
                      + String.join(", ", labels())));
    }
  }
}
