import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Checks that the tests notice faults. It applies each of eight faults to a scratch copy of the project, runs tests
 * of kernel and proptest on it, and expects them to fail. On the unchanged copy it expects them to pass.
 *
 * <p>From the root of the project, with the Java that runs Maven: {@code java proptest/faults/Faults.java}.
 * Numbers as arguments choose among the faults.
 */
final class Faults {

  /** Those that see what a step does, and are quick; the suite has more. */
  private static final String TESTS =
      "AdamStepTest,ReferenceTest,LaneEqualityTest,FmaRootTest,ModelTest,GoldenTest,WidthProperties";

  private static final List<String> MODULES = List.of("kernel", "proptest");
  private static final String KERNEL = "kernel/src/main/java/org/adamant/";

  /** A text that occurs exactly once in a file, and its replacement. */
  private record Edit(String file, String before, String after) {

    boolean appliesTo(String text) {
      final int at = text.indexOf(before);
      return at >= 0 && text.indexOf(before, at + 1) < 0;
    }
  }

  /** A fault, and the least bytes of a vector whose code has it. */
  private record Fault(String name, int vectorBytes, Edit... edits) {

    Fault(String name, Edit... edits) {
      this(name, 0, edits);
    }
  }

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "the tail overlaps the last whole vector",
              new Edit(
                  "internal/loop/SimdLoop.java",
                  "TAIL.step(c, o, moments, first + inVectors, count - inVectors);",
                  "TAIL.step(c, o, moments, first + Math.max(0, count - LANES), Math.min(count, LANES));")),
          new Fault(
              "mul and add instead of fma on the SIMD path",
              new Edit(
                  "internal/loop/SimdLoop.java",
                  ": root.lanewise(FMA, rootScale, epsilon);",
                  ": root.mul(rootScale).add(epsilon);")),
          new Fault(
              "epsilon beside the uncorrected root, on both paths",
              new Edit(
                  "internal/loop/ReferenceLoop.java",
                  ": fma(root, rootScale, epsilon);",
                  ": mul(add(root, epsilon), rootScale);"),
              new Edit(
                  "internal/loop/SimdLoop.java",
                  ": root.lanewise(FMA, rootScale, epsilon);",
                  ": root.add(epsilon).mul(rootScale);")),
          new Fault(
              "the bias correction of the second moment is that of the next step",
              new Edit(
                  "BiasCorrection.java",
                  "oneMinusPower(adam, adam.beta2(), t);",
                  "oneMinusPower(adam, adam.beta2(), t + 1);")),
          new Fault(
              "the guard of the root by multiplications is taken away",
              64,
              new Edit(
                  "internal/loop/SimdLoop.java",
                  "&& s.reinterpretAsLongs().sub(lowest).compare(ULT, range).allTrue()",
                  "")),
          new Fault(
              "the last lane of the last block is skipped, on both paths",
              new Edit(
                  "internal/loop/Loop.java",
                  "block(c, o, start, length);",
                  "block(c, o, start, start + length == end ? length - 1 : length);")),
          new Fault(
              "a step with gradients that are not finite is refused after it was done",
              new Edit(
                  "SpecialisedKernel.java",
                  """
                      if (step.nonFinite() != NonFinite.PROPAGATE) {
                        final long rejected =
                            StepChecks.reject(step, loops.reading(o.layout()).countNonFinite(o, 0, o.length()));
                        if (rejected > 0) {
                          return rejected;
                        }
                      }
                      loops.stepping(step.variant(), o.layout()).run(step.coefficients(), o, 0, o.length());
                      return 0;
                  """,
                  """
                      final long count =
                          step.nonFinite() != NonFinite.PROPAGATE
                              ? loops.reading(o.layout()).countNonFinite(o, 0, o.length())
                              : 0;
                      loops.stepping(step.variant(), o.layout()).run(step.coefficients(), o, 0, o.length());
                      return StepChecks.reject(step, count);
                  """)),
          new Fault(
              "tiny moments are set to zero whether epsilon hides it or not",
              new Edit(
                  "internal/loop/TinyMoments.java",
                  "return t % PERIOD == 0 && rootFactor * 0x1p-63 < epsilon * 0x1p-25;",
                  "return t % PERIOD == 0;")));

  private Faults() {}

  public static void main(String[] args) throws Exception {
    final Path copy = Files.createTempDirectory("faults");
    final long start = System.nanoTime();
    boolean isAsExpected = true;
    try {
      copy(Path.of("").toAbsolutePath(), copy);
      for (int k = 0; k <= FAULTS.size(); k++) {
        if (args.length == 0 || List.of(args).contains(Integer.toString(k))) {
          isAsExpected &= k == 0 ? failingTests(copy, "0  none").isEmpty() : isRed(copy, k);
        }
      }
    } finally {
      delete(copy);
    }
    System.out.println((System.nanoTime() - start) / 1_000_000_000 + " s");
    System.exit(isAsExpected ? 0 : 1);
  }

  private static boolean isRed(Path copy, int number) throws Exception {
    final Fault fault = FAULTS.get(number - 1);
    final String name = number + "  " + fault.name;
    if (maxVectorBytes() < fault.vectorBytes) {
      System.out.println(
          name + "\n   skipped: it needs vectors of " + 8 * fault.vectorBytes + " bits");
      return true;
    }
    final Map<Path, String> originals = new HashMap<>();
    try {
      for (Edit edit : fault.edits) {
        final Path path = copy.resolve(KERNEL + edit.file);
        final String text = Files.readString(path);
        if (!edit.appliesTo(text)) {
          System.out.println(name);
          System.out.println(
              "   does not apply: expected exactly once in " + KERNEL + edit.file + ": "
                  + edit.before);
          return false;
        }
        originals.putIfAbsent(path, text);
        Files.writeString(path, text.replace(edit.before, edit.after));
      }
      return !failingTests(copy, name).isEmpty();
    } finally {
      for (Path path : originals.keySet()) {
        Files.writeString(path, originals.get(path));
      }
    }
  }

  private static int maxVectorBytes() {
    return Integer.parseInt(
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("MaxVectorSize")
            .getValue());
  }

  /** Runs the tests, and prints and returns those that fail, as Class.method. */
  private static Set<String> failingTests(Path copy, String fault) throws Exception {
    for (String module : MODULES) {
      delete(copy.resolve(module + "/target/surefire-reports"));
    }
    final boolean isWindows = File.separatorChar == '\\';
    final Path log = copy.resolve("maven.log");
    final int status =
        new ProcessBuilder(
            isWindows ? "mvn.cmd" : "mvn",
            "-B",
            "test",
            "-pl",
            String.join(",", MODULES),
            "-Dtest=" + TESTS,
            "-Dsurefire.failIfNoSpecifiedTests=false",
            "-Dmaven.test.failure.ignore=true",
            // The tests are asked, not Error Prone, which sees a parameter that has become unused.
            "-Derrorprone.module=-XepDisableAllChecks",
            "-Dformatter.skip",
            "-Dimpsort.skip")
            .directory(copy.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException("does not build:\n" + Files.readString(log));
    }
    final Set<String> red = new TreeSet<>();
    int tests = 0;
    for (String module : MODULES) {
      try (Stream<Path> reports =
          Files.find(
              copy.resolve(module + "/target/surefire-reports"),
              1,
              (path, attributes) -> path.toString().endsWith(".xml"))) {
        for (Path report : reports.toList()) {
          final Document suite =
              DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
          final NodeList cases = suite.getElementsByTagName("testcase");
          tests += cases.getLength();
          for (int i = 0; i < cases.getLength(); i++) {
            final Element test = (Element) cases.item(i);
            if (test.getElementsByTagName("failure").getLength() > 0
                || test.getElementsByTagName("error").getLength() > 0) {
              // Without the arguments of a parameterized test.
              red.add(
                  test.getAttribute("classname").replaceFirst(".*\\.", "")
                      + "."
                      + test.getAttribute("name").replaceFirst("\\W.*", ""));
            }
          }
        }
      }
    }
    if (tests == 0) {
      throw new IllegalStateException("no test ran:\n" + Files.readString(log));
    }
    System.out.println(fault);
    System.out.println("   " + (red.isEmpty() ? "green" : "red: " + String.join(", ", red)));
    return red;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            final String name = folder.getFileName().toString();
            if (name.equals("target") || name.equals(".git")) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
