package org.adamant;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.pitest.classinfo.ClassName;
import org.pitest.mutationtest.EngineArguments;
import org.pitest.mutationtest.engine.Mutater;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.gregor.config.GregorEngineFactory;

/**
 * Mutation testing of the loop templates. PIT installs a mutant by redefining a loaded class, and so misses the
 * hidden classes that the kernel defines from the templates' class files. Here PIT's engine makes the same mutants,
 * but each replaces the class file in its own class loader, in which the tests then run.
 *
 * <p>The tests run in worker JVMs, one mutant after the other. A mutant that does not end is killed with its
 * worker, and counts as detected.
 */
final class TemplateMutants {

  private static final int WORKERS = 2;
  private static final int UNCHANGED = -1;
  private static final String PASSED = "passed";

  /** PIT's usual ones, and those that leave out a method call: vectors are added by methods. */
  private static final List<String> MUTATORS =
      List.of("DEFAULTS", "EXPERIMENTAL_NAKED_RECEIVER", "EXPERIMENTAL_ARGUMENT_PROPAGATION");

  /** The tests that run loops; first the one that noticed the mutant before, a similar one. */
  private final List<String> tests =
      new LinkedList<>(
          List.of(
              "method:org.adamant.LaneEqualityTest#thereIsAWidthToCompare()",
              "class:org.adamant.ReferenceTest",
              "class:org.adamant.ModelTest",
              "class:org.adamant.internal.loop.FmaRootTest",
              "class:org.adamant.FormatsTest",
              "class:org.adamant.StorageTest",
              "class:org.adamant.RoundingTest",
              "class:org.adamant.internal.loop.LoopTest",
              "class:org.adamant.VariantsTest"));

  private final List<String> templates;
  private final Mutater mutater;
  private final List<MutationDetails> mutants;

  private TemplateMutants(String templates) {
    this.templates = List.of(templates.split(","));
    this.mutater =
        new GregorEngineFactory()
            .createEngine(EngineArguments.arguments().withMutators(MUTATORS))
            .createMutator(TemplateMutants::classFile);
    this.mutants =
        this.templates.stream()
            .flatMap(name -> mutater.findMutations(ClassName.fromString(name)).stream())
            .toList();
  }

  private static Optional<byte[]> classFile(String name) {
    try (InputStream in =
        TemplateMutants.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /**
   * Runs the tests on every mutant, writes what became of each in the format of PIT's own report, and
   * fails below the threshold.
   *
   * @param args the templates, separated by commas; the threshold in percent; the folder of PIT's
   *     report
   */
  public static void main(String[] args) throws Exception {
    final TemplateMutants all = new TemplateMutants(args[0]);
    if (args.length == 1) {
      all.work();
      return;
    }
    final List<String> lines = all.examine(Integer.parseInt(args[3]));
    final Path reports = Files.createDirectories(Path.of(args[2]));
    Files.write(reports.resolve("templates.csv"), lines);
    final double score = score("mutants of the templates", lines);
    final Path others = reports.resolve("mutations.csv");
    if (Files.exists(others)) {
      score(
          "mutants of all classes", Stream.concat(Files.lines(others), lines.stream()).toList());
    }
    if (score < Double.parseDouble(args[1])) {
      System.exit(1);
    }
  }

  private static double score(String what, List<String> lines) {
    final long detected = lines.stream().filter(TemplateMutants::isDetected).count();
    final double score = 100.0 * detected / lines.size();
    System.out.printf("%s: %d of %d detected (%.1f %%)%n", what, detected, lines.size(), score);
    return score;
  }

  private static boolean isDetected(String line) {
    final String status = line.split(",")[5];
    return !status.equals("SURVIVED") && !status.equals("NO_COVERAGE");
  }

  /** What becomes of every mutant, in their order; of some at equal distances, where there are more than {@code most}. */
  private List<String> examine(int most) throws Exception {
    final int count = Math.min(most, mutants.size());
    final ConcurrentLinkedQueue<Integer> open =
        new ConcurrentLinkedQueue<>(IntStream.range(0, count).boxed().toList());
    final String[] lines = new String[count];
    System.out.printf("%d of %d mutants of the templates%n", count, mutants.size());
    try (var threads = Executors.newFixedThreadPool(WORKERS)) {
      final List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        futures.add(
            threads.submit(
                () -> {
                  try (Worker worker = new Worker(String.join(",", templates))) {
                    for (Integer k = open.poll(); k != null; k = open.poll()) {
                      final int mutant = (int) ((long) k * mutants.size() / count);
                      lines[k] = line(mutants.get(mutant), worker.test(mutant));
                      System.out.println(lines[k]);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
    return List.of(lines);
  }

  /** File, class, mutator, method, line, status and test, as in PIT's report, and what was changed. */
  private static String line(MutationDetails mutant, String answer) {
    final String status =
        answer == null ? "TIMED_OUT" : answer.equals(PASSED) ? "SURVIVED" : "KILLED";
    return String.join(
        ",",
        mutant.getFilename(),
        mutant.getClassName().asJavaName(),
        mutant.getMutator(),
        mutant.getMethod(),
        Integer.toString(mutant.getLineNumber()),
        status,
        status.equals("KILLED") ? answer : "none",
        mutant.getDescription().replace(',', ';'));
  }

  /** A JVM that runs the tests on the mutants it is told. */
  private static final class Worker implements AutoCloseable {

    private final String templates;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final long patienceInSeconds;
    private Process process;
    private PrintStream questions;
    private BufferedReader answers;

    Worker(String templates) throws IOException {
      this.templates = templates;
      start();
      final long start = System.nanoTime();
      final String answer = test(UNCHANGED, 600);
      if (!PASSED.equals(answer)) {
        throw new IllegalStateException("fails without a mutant: " + answer);
      }
      // This was in a cold JVM.
      patienceInSeconds = 2 * TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 5;
    }

    private void start() throws IOException {
      process =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--add-modules=jdk.incubator.vector",
              "-Dadamant.variants.stride=" + Integer.getInteger("adamant.variants.stride", 1),
              "-cp",
              System.getProperty("java.class.path"),
              TemplateMutants.class.getName(),
              templates)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
      answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The test that fails on this mutant, "passed" if all pass, or null if they do not end. */
    String test(int mutant) throws IOException {
      return test(mutant, patienceInSeconds);
    }

    private String test(int mutant, long seconds) throws IOException {
      if (!process.isAlive()) {
        start();
      }
      final Future<?> end =
          clock.schedule(process::destroyForcibly, seconds, TimeUnit.SECONDS);
      questions.println(mutant);
      final String answer = answers.readLine();
      end.cancel(false);
      if (answer == null) {
        process.destroyForcibly().onExit().join();
      }
      return answer;
    }

    @Override
    public void close() {
      clock.shutdownNow();
      process.destroyForcibly();
    }
  }

  /** Reads numbers of mutants, and answers each with the test that fails or "passed". */
  private void work() throws IOException {
    final PrintStream answers = System.out;
    System.setOut(System.err);
    final BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      final int mutant = Integer.parseInt(line);
      answers.println(firstFailure(new MutantLoader(mutant)).orElse(PASSED));
    }
  }

  private Optional<String> firstFailure(ClassLoader loader) {
    final CancellationToken token = CancellationToken.create();
    final List<String> failures = new ArrayList<>();
    final TestExecutionListener listener =
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
              failures.add(test.getUniqueId().replace(',', ';'));
              token.cancel();
            }
          }
        };
    final Thread thread = Thread.currentThread();
    // From which JUnit loads the tests.
    final ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      for (String test : List.copyOf(tests)) {
        final LauncherDiscoveryRequest request =
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.parse(test).orElseThrow())
                .build();
        LauncherFactory.create()
            .execute(
                LauncherExecutionRequestBuilder.request(request)
                    .cancellationToken(token)
                    .listeners(listener)
                    .build());
        if (!failures.isEmpty()) {
          tests.remove(test);
          tests.addFirst(test);
          break;
        }
      }
    } finally {
      thread.setContextClassLoader(before);
    }
    return failures.stream().findFirst();
  }

  /** Loads the kernel and its tests anew, with one class file replaced. */
  private final class MutantLoader extends ClassLoader {

    private final String replaced;
    private final byte[] bytes;

    MutantLoader(int mutant) {
      super(TemplateMutants.class.getClassLoader());
      if (mutant == UNCHANGED) {
        replaced = "";
        bytes = new byte[0];
      } else {
        final MutationDetails details = mutants.get(mutant);
        replaced = details.getClassName().asInternalName() + ".class";
        bytes = mutater.getMutation(details.getId()).getBytes();
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("org.adamant.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        final Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        final String file = name.replace('.', '/') + ".class";
        try (InputStream in = getResourceAsStream(file)) {
          if (in == null) {
            throw new ClassNotFoundException(name);
          }
          final byte[] read = in.readAllBytes();
          return defineClass(name, read, 0, read.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return name.equals(replaced)
          ? new ByteArrayInputStream(bytes)
          : super.getResourceAsStream(name);
    }
  }
}
