package org.adamant.proptest.witness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.adamant.AdamKernel;
import org.adamant.LaneWidth;

/**
 * Says whether this machine computes the committed bits. It needs the kernel's jar, this module's jar, and of Java
 * only {@code java.base}; with {@code jdk.incubator.vector} it runs SIMD. It uses the preferred lane width, which
 * {@code -Dadamant.laneWidth} changes.
 *
 * <p>The committed hashes are in {@code full.txt} and {@code short.txt} beside this class, as the lines that {@code
 * --variants} prints. They change only when the arithmetic is meant to change.
 */
public final class Witness {

  private static final String USAGE =
      """
          usage: Witness [--short] [--variants]
            --short     a run for slow JVMs: no hardware FMA, no compiler
            --variants  print the hash of each type and variant too
          Exit status: 0 if the hash is the committed one, 1 if not, 2 for a wrong option.""";

  private Witness() {}

  /**
   * Runs, prints the path, the hash and whether it is the committed hash, and exits.
   *
   * @param args the options
   */
  public static void main(String[] args) {
    final List<String> unknown = new ArrayList<>(Arrays.asList(args));
    final boolean isShort = unknown.remove("--short");
    final boolean isVerbose = unknown.remove("--variants");
    if (!unknown.isEmpty()) {
      System.err.println("option = " + unknown.getFirst() + ": expected one of these\n" + USAGE);
      System.exit(2);
    }
    System.exit(isEqual(isShort, isVerbose) ? 0 : 1);
  }

  private static boolean isEqual(boolean isShort, boolean isVerbose) {
    final WitnessRun run = isShort ? WitnessRun.SHORT : WitnessRun.FULL;
    // Not AdamKernel.preferred(), which would start on the scalar path.
    final AdamKernel kernel = AdamKernel.of(LaneWidth.preferred());
    System.out.println("path: " + AdamKernel.preferred().explanation());
    System.out.println("java: " + Runtime.version() + ", " + System.getProperty("java.vm.name")
        + ", " + System.getProperty("java.vm.info") + ", " + System.getProperty("os.arch"));
    System.out.println("run: " + run.length() + " elements, " + run.steps() + " steps, "
        + Variant.ALL.size() + " variants, float and double");

    final List<String> lines = run.lines(kernel);
    if (isVerbose) {
      lines.forEach(System.out::println);
    }
    final List<String> committed = committed(isShort);
    System.out.println("hash: " + WitnessRun.hash(lines));
    if (lines.equals(committed)) {
      System.out.println("result: equal to the committed hash");
      return true;
    }
    System.out.println("result: DIFFERENT from the committed hash " + WitnessRun.hash(committed));
    lines.stream()
        .filter(line -> !committed.contains(line))
        .forEach(line -> System.out.println("different: " + line));
    return false;
  }

  private static List<String> committed(boolean isShort) {
    final String file = isShort ? "short.txt" : "full.txt";
    try (InputStream in = Witness.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new IllegalStateException(file + " beside this class cannot be read", e);
    }
  }
}
