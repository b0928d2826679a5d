package org.adamant.bench.regress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.adamant.bench.regress.probe.Probe;
import org.adamant.bench.results.Spread;

/**
 * The measurements of one JVM.
 *
 * @param headBits the width of the path that the head kernel took, 0 for the scalar path
 * @param baseBits the width of the base kernel's path
 * @param samples the medians by case, such as {@code float 1000}
 */
record Fork(int headBits, int baseBits, Map<String, Sample> samples) {

  /**
   * Medians of a fork's slices.
   *
   * @param nanos nanoseconds per element of the head kernel
   * @param toBase its time relative to the base kernel's in the same round
   * @param toPlain its time relative to the plain loop's
   * @param toTraffic its time relative to the traffic loop's
   * @param bytes the bytes that a step of the head kernel allocated
   */
  record Sample(double nanos, double toBase, double toPlain, double toTraffic, double bytes) {

    /** The medians of slices of nanoseconds (head, base, plain, traffic) and bytes. */
    private static Sample of(List<double[]> slices) {
      return new Sample(
          median(slices, 0, -1),
          median(slices, 0, 1),
          median(slices, 0, 2),
          median(slices, 0, 3),
          median(slices, 4, -1));
    }

    private static double median(List<double[]> slices, int column, int divisor) {
      return Spread.median(
          slices.stream()
              .mapToDouble(slice -> slice[column] / (divisor < 0 ? 1 : slice[divisor]))
              .toArray());
    }
  }

  /** Reads the output of a probe; empty if the probe did not finish. */
  static Optional<Fork> parse(List<String> lines) {
    if (lines.size() < 3
        || !lines.getFirst().startsWith("bits ")
        || !lines.getLast().equals(Probe.END)) {
      return Optional.empty();
    }
    final Map<String, List<double[]>> slices = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      final String[] words = line.split(" ", 0);
      final double[] numbers = new double[5];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(words[i + 2]);
      }
      slices.computeIfAbsent(words[0] + " " + words[1], _ -> new ArrayList<>()).add(numbers);
    }
    final Map<String, Sample> samples = new LinkedHashMap<>();
    slices.forEach((name, list) -> samples.put(name, Sample.of(list)));
    final String[] bits = lines.getFirst().split(" ", 0);
    return Optional.of(
        new Fork(Integer.parseInt(bits[1]), Integer.parseInt(bits[2]), samples));
  }
}
