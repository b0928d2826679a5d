package org.adamant.measuring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Compares a library's own Adam with ours on the same number of parameters: the time of a step and of a training,
 * and memory. It writes two rows of a table to the file that the system property {@code adapter.table} names.
 */
public final class Comparison {

  private static final int[] SIZES = {1_000, 16_384, 262_144, 1_048_576, 33_554_432};

  /** Long enough that all is compiled, on both sides. */
  private static final long WARM_UP_NANOS = 1_500_000_000L;

  private static final int WARM_UP_STEPS = 30_000;

  private static final long MEASURED_NANOS = 3_000_000_000L;

  private static final int FEWEST_ROUNDS = 11;

  private static final int MOST_ROUNDS = 20_000;

  private static final int TRAININGS = 5;

  /** An optimizer with its parameters and gradients. */
  public interface Stepper {

    /** Makes the optimizer. */
    void start();

    /** What is not measured: gradients that a step has written over. */
    default void beforeStep() {}

    /** One step. */
    void step();

    /** Gives back what is not garbage. */
    default void close() {}
  }

  /** The measurements of one side. */
  private static final class Row {
    final String name;
    final List<String> cells = new ArrayList<>();

    Row(String name) {
      this.name = name;
    }

    String text() {
      return "| " + name + " | " + String.join(" | ", cells) + " |";
    }
  }

  private Comparison() {}

  /**
   * Measures and writes.
   *
   * @param library what is before the names of the rows
   * @param their the library's own, by the number of parameters
   * @param our the adapter
   * @param theirTraining a whole training
   * @param ourTraining the same with the adapter
   */
  public static void write(
      String library, IntFunction<Stepper> their, IntFunction<Stepper> our, Runnable theirTraining,
      Runnable ourTraining) throws IOException {
    final Row theirs = new Row(library + ": its Adam");
    final Row ours = new Row(library + ": Adamant");
    final String[] allocated = new String[2];
    final String[] kept = new String[2];
    for (int size : SIZES) {
      final Stepper one = their.apply(size);
      final long before = memory();
      start(one);
      final long between = memory();
      kept[0] = perParameter(between - before, size);
      final Stepper other = our.apply(size);
      final long beforeOurs = memory();
      start(other);
      kept[1] = perParameter(memory() - beforeOurs, size);
      final double[] medians = medians(one, other);
      theirs.cells.add(time(medians[0]));
      ours.cells.add(time(medians[1]));
      if (size == SIZES[SIZES.length - 1]) {
        allocated[0] = bytes(Measured.bytes(one::beforeStep, one::step));
        allocated[1] = bytes(Measured.bytes(other::beforeStep, other::step));
      }
      one.close();
      other.close();
    }
    final double[] trainings = trainings(theirTraining, ourTraining);
    theirs.cells.addAll(List.of(time(trainings[0]), allocated[0], kept[0]));
    ours.cells.addAll(List.of(time(trainings[1]), allocated[1], kept[1]));
    write(library, theirs, ours);
  }

  /** The first steps make what is kept. */
  private static void start(Stepper stepper) {
    stepper.start();
    for (int i = 0; i < 3; i++) {
      stepper.beforeStep();
      stepper.step();
    }
  }

  private static double[] medians(Stepper one, Stepper other) {
    final long started = System.nanoTime();
    for (int i = 0; i < WARM_UP_STEPS && System.nanoTime() - started < WARM_UP_NANOS; i++) {
      nanos(one);
      nanos(other);
    }
    final double[][] times = new double[2][MOST_ROUNDS];
    final long measured = System.nanoTime();
    int rounds = 0;
    while (rounds < MOST_ROUNDS
        && (rounds < FEWEST_ROUNDS || System.nanoTime() - measured < MEASURED_NANOS)) {
      times[0][rounds] = nanos(one);
      times[1][rounds] = nanos(other);
      rounds++;
    }
    return new double[] {median(times[0], rounds), median(times[1], rounds)};
  }

  private static long nanos(Stepper stepper) {
    stepper.beforeStep();
    final long start = System.nanoTime();
    stepper.step();
    return System.nanoTime() - start;
  }

  private static double[] trainings(Runnable theirs, Runnable ours) {
    final double[][] times = new double[2][TRAININGS];
    // One more, first, for the compilers.
    for (int round = -1; round < TRAININGS; round++) {
      final long start = System.nanoTime();
      theirs.run();
      final long middle = System.nanoTime();
      ours.run();
      final long end = System.nanoTime();
      if (round >= 0) {
        times[0][round] = middle - start;
        times[1][round] = end - middle;
      }
    }
    return new double[] {median(times[0], TRAININGS), median(times[1], TRAININGS)};
  }

  private static double median(double[] values, int count) {
    Arrays.sort(values, 0, count);
    return values[count / 2];
  }

  /** Bytes in use: of the heap, and of the process outside of it where the heap was touched from the start. */
  private static long memory() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    final Runtime runtime = Runtime.getRuntime();
    long resident = 0;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          resident = 1_024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException e) {
      // Not on this system: what lies outside the heap is not seen.
      resident = 0;
    }
    return runtime.totalMemory() - runtime.freeMemory() + resident;
  }

  private static String perParameter(long bytes, int size) {
    return String.format(Locale.ROOT, "%.1f", (double) bytes / size);
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%,d", bytes);
  }

  private static String time(double nanos) {
    final String[] units = {"ns", "µs", "ms", "s"};
    double value = nanos;
    int unit = 0;
    while (value >= 1_000 && unit < units.length - 1) {
      value /= 1_000;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value,
        units[unit]);
  }

  /** In place of the rows of a run before. */
  private static void write(String library, Row theirs, Row ours) throws IOException {
    final Path file = Path.of(System.getProperty("adapter.table"));
    Files.createDirectories(file.getParent());
    final List<String> lines = new ArrayList<>();
    if (Files.exists(file)) {
      lines.addAll(Files.readAllLines(file));
      lines.removeIf(line -> line.startsWith("| " + library + ": "));
    } else {
      final StringBuilder header = new StringBuilder("| |");
      for (int size : SIZES) {
        header.append(String.format(Locale.ROOT, " %,d |", size));
      }
      lines.add(header.append(" a training | bytes of heap a step | bytes kept |").toString());
      lines.add("|---|" + "---:|".repeat(SIZES.length + 3));
    }
    lines.add(theirs.text());
    lines.add(ours.text());
    Files.write(file, lines);
    lines.forEach(System.out::println);
  }
}
