package org.adamant;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialiser;

/**
 * The program of the forked JVMs. It prints which paths this JVM offers, and a hash of the results of each, as
 * lines {@code key=value}.
 */
final class ForkedSteps {

  /** Without and with: two variants of the loop. */
  private static final double[] WEIGHT_DECAYS = {0, 0.01};

  private ForkedSteps() {}

  /**
   * Runs every supported width; with a third argument, also the loop of that many bits, whatever
   * the chooser says.
   *
   * @param args {@code warm} to have everything compiled first, or {@code cold}; the number of
   *     elements, the number of steps, and perhaps a width in bits
   */
  public static void main(String[] args) {
    final boolean warm = args[0].equals("warm");
    final int length = Integer.parseInt(args[1]);
    final int steps = Integer.parseInt(args[2]);
    System.out.println("supported=" + labels());
    System.out.println("preferred=" + label(LaneWidth.preferred()));
    System.out.println("explanation=" + AdamKernel.preferred().explanation());
    for (LaneWidth width : LaneWidth.supported()) {
      if (warm) {
        compile(AdamKernel.of(width), length);
      }
      print("width " + label(width), hashes(AdamKernel.of(width), length, steps));
    }
    if (args.length > 3) {
      final int bits = Integer.parseInt(args[3]);
      print("loop " + bits, hashes((step, arrays) -> runLoop(bits, step, arrays), length, steps));
    }
  }

  private static void compile(AdamKernel kernel, int length) {
    for (ElementType type : ElementType.values()) {
      for (double weightDecay : WEIGHT_DECAYS) {
        Warmup.compile(kernel, type, Adam.defaults().withWeightDecay(weightDecay), length);
      }
    }
  }

  private static String label(LaneWidth width) {
    return width == LaneWidth.SCALAR ? "scalar" : Integer.toString(width.bits());
  }

  /** The supported widths as a user writes them. */
  static String labels() {
    return LaneWidth.supported().stream().map(ForkedSteps::label).collect(Collectors.joining(" "));
  }

  private static void print(String path, Map<String, String> hashes) {
    hashes.forEach((variant, hash) -> System.out.println(path + ", " + variant + "=" + hash));
  }

  /** The hash of parameters and moments after each of the steps, for each type and variant. */
  static Map<String, String> hashes(AdamKernel kernel, int length, int steps) {
    return hashes((step, arrays) -> arrays.step(kernel, step), length, steps);
  }

  private interface Path {
    void step(AdamStep step, StepArrays arrays);
  }

  private static Map<String, String> hashes(Path path, int length, int steps) {
    final Map<String, String> hashes = new TreeMap<>();
    for (ElementType type : ElementType.values()) {
      for (double weightDecay : WEIGHT_DECAYS) {
        final StepArrays arrays = StepArrays.ordinary(type, length, 1);
        final Values values = new Values(type, 2);
        long hash = 0;
        // Around the 64th step, at which tiny moments are set to zero.
        for (int t = 64 - steps / 2; t < 64 - steps / 2 + steps; t++) {
          for (int i = 0; i < length; i++) {
            if (i % 7 == 3 && t % 4 == 0) {
              values.setSpecial(arrays, i);
            } else {
              values.setOrdinaryGradient(arrays, i);
            }
          }
          path.step(Adam.defaults().withWeightDecay(weightDecay).atStep(t), arrays);
          // Every step counts: the special values of the next one overwrite what this one left.
          hash = 31 * hash + arrays.hash();
        }
        hashes.put(type + ", weight decay " + weightDecay, Long.toHexString(hash));
      }
    }
    return hashes;
  }

  /** The loop itself, past the chooser that refuses it where it is slow. */
  private static void runLoop(int bits, AdamStep step, StepArrays arrays) {
    final Loop loop =
        Specialiser.loop(new Specialisation(arrays.type().layout(), bits, step.variant()));
    loop.run(step.coefficients(), arrays.operands(), 0, Array.getLength(arrays.params()));
  }
}
