package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once a step is compiled, data of a new kind or length change nothing: the step allocates nothing, and takes no
 * longer than such data usually take.
 *
 * <p>The compiler leaves out branches that it has not seen, and discards a method that takes one. A SIMD loop would
 * then run uncompiled for hundreds of steps.
 *
 * <p>{@code -Dadamant.kinds=all} runs all cases, in some ten minutes; otherwise a few random ones run.
 */
class DataKindsTest {

  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** All that has been asked of a preferred kernel. */
  private static final Pattern SWITCHED = Pattern.compile("; (\\d) of the \\1 loops");

  private static final int LENGTH = 2003;

  /** Lengths with other tails, without a whole vector, and of several blocks. */
  private static final int[] OTHER_LENGTHS = {1, 7, 64, 1999, 4097, 9000};

  /** Steps in a row that are looked at: after less than this nothing is compiled anew. */
  private static final int STEPS = 25;

  /**
   * Bytes per step that do not count: the meter itself shows a kilobyte more in one step of a thousand. A loop
   * of vectors that is not compiled allocates several kilobytes in each step.
   */
  private static final long SLACK = 100;

  /** How many times as long as usual data may take that have not been seen before. */
  private static final double LIMIT = 3;

  /** Nanoseconds that another thread, or the clock, may cost. */
  private static final double NOISE = 2000;

  /** What the arrays hold. */
  enum Kind {
    ORDINARY(0.5, 0.25, 0.125),
    ZERO(0, 0, 0),
    SUBNORMAL(0x1p-140, 0x1p-140, 0x1p-140),
    TINY(0, 0x1p-110, 0x1p-120),
    INFINITE(1 / 0.0, 1, 1 / 0.0),
    NAN(0 / 0.0, 0 / 0.0, 0 / 0.0),
    HUGE(0x1p120, 0x1p120, 0x1p120);

    private final double[] values;

    Kind(double g, double m, double v) {
      values = new double[] {0.75, g, m, v, v, 0.75};
    }

    void fill(Object[] arrays) {
      for (int k = 0; k < arrays.length; k++) {
        if (arrays[k] instanceof float[] floats) {
          Arrays.fill(floats, (float) values[k]);
        } else {
          // As near to the ends of the range as the floats are.
          final int exponent = Math.getExponent(values[k]);
          final boolean isOrdinary = Math.abs(exponent) < 100 || values[k] - values[k] != 0;
          Arrays.fill(
              (double[]) arrays[k],
              isOrdinary ? values[k] : values[k] == 0 ? 0 : Math.scalb(1.0, exponent * 764 / 100));
        }
      }
    }
  }

  /** What is done. */
  enum Work {
    BASIC(adam -> adam),
    L2(adam -> adam.withWeightDecay(Adam.WeightDecay.L2, 0.01)),
    ADAMW(adam -> adam.withWeightDecay(0.01)),
    AMSGRAD(adam -> adam.withAmsgrad(Adam.AmsGrad.RAW)),
    NESTEROV(adam -> adam.withNesterov(true)),
    CLIP_VALUE(adam -> adam.withClipValue(1)),
    AVERAGE(adam -> adam.withAverageDecay(0.999)),
    SKIP_NON_FINITE(adam -> adam),
    ONE_PASS(adam -> adam.withWeightDecay(0.01).withAverageDecay(0.999)),
    PYTORCH(_ -> Adam.pytorch()),
    NORM(adam -> adam);

    private final Adam adam;

    Work(UnaryOperator<Adam> change) {
      adam = change.apply(Adam.defaults());
    }

    private AdamStep step(long t) {
      final AdamStep step = adam.atStep(t);
      return switch (this) {
        case SKIP_NON_FINITE -> step.withNonFinite(NonFinite.SKIP);
        case ONE_PASS -> step.withGradientScale(0x1p-10).withClipFactor(0.5).withZeroGradient();
        default -> step;
      };
    }

    /** Does it now and then with a flush. */
    Runnable on(AdamKernel kernel, AdamSlice slice) {
      if (this == NORM) {
        final AdamModel model = AdamModel.of(slice);
        return () -> kernel.globalNorm(model);
      }
      final AdamStep[] steps = {step(3), step(64)};
      final int[] count = {0};
      return () -> kernel.step(steps[count[0]++ & 1], slice);
    }

    /** What one call allocates by promise: the sums of a norm. */
    long bytes() {
      return this == NORM ? 700 : 0;
    }
  }

  record Case(LaneWidth width, ElementType type, Work work, Kind warm) {
    /** No width is the preferred kernel, one that begins on the scalar path. */
    AdamKernel kernel() {
      return width == null ? SpecialisedKernel.newPreferred("") : AdamKernel.of(width);
    }

    @Override
    public String toString() {
      return (width == null ? "preferred" : width) + ", " + type + ", " + work + " after " + warm;
    }
  }

  static Stream<Case> cases() {
    final List<Case> cases = new ArrayList<>();
    final Random random = new Random(Long.getLong("adamant.kinds.seed", 7));
    final List<LaneWidth> widths = new ArrayList<>(LaneWidth.supported());
    widths.add(null);
    for (LaneWidth width : widths) {
      for (ElementType type : ElementType.values()) {
        for (Work work : Work.values()) {
          final Kind warm = Kind.values()[random.nextInt(Kind.values().length)];
          cases.add(new Case(width, type, work, warm));
        }
      }
    }
    if (!"all".equals(System.getProperty("adamant.kinds"))) {
      Collections.shuffle(cases, random);
      // The loop that chooses between two ways to a root, and a few others.
      cases.removeIf(c -> c.type == ElementType.DOUBLE && c.work == Work.BASIC && c.width == null);
      cases.subList(3, cases.size()).clear();
      cases.add(new Case(null, ElementType.DOUBLE, Work.BASIC, Kind.ORDINARY));
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void whatWasNotSeenBeforeChangesNothing(Case c) {
    final Object[] arrays = new Object[6];
    for (int k = 0; k < arrays.length; k++) {
      arrays[k] = c.type.newArray(OTHER_LENGTHS[OTHER_LENGTHS.length - 1]);
    }
    final AdamSlice slice = slice(arrays).range(0, LENGTH);
    final AdamKernel kernel = c.kernel();
    final Runnable step = c.work.on(kernel, slice);
    warmUp(c, kernel, step, arrays);

    final List<String> findings = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      judge(c.work, kind.name(), step, kind, arrays, findings);
    }
    for (int length : OTHER_LENGTHS) {
      final Runnable other = c.work.on(kernel, slice.range(0, length));
      judge(c.work, "length " + length, other, c.warm, arrays, findings);
    }
    assertThat(findings).isEmpty();
  }

  private static AdamSlice slice(Object[] a) {
    final AdamSlice slice =
        a[0] instanceof float[] floats
            ? AdamSlice.of(floats, (float[]) a[1], (float[]) a[2], (float[]) a[3])
            : AdamSlice.of((double[]) a[0], (double[]) a[1], (double[]) a[2], (double[]) a[3]);
    return slice.withMaximum(a[4]).withAverage(a[5]);
  }

  private static void warmUp(Case c, AdamKernel kernel, Runnable step, Object[] arrays) {
    final long end = System.nanoTime() + PATIENCE.toNanos();
    while (c.width == null && !SWITCHED.matcher(kernel.explanation()).find()
        && System.nanoTime() < end) {
      c.warm.fill(arrays);
      step.run();
    }
    final double bytes =
        Warmup.bytesPerStep(
            () -> {
              c.warm.fill(arrays);
              for (int i = 0; i < 5; i++) {
                step.run();
              }
            }, PATIENCE);
    assertThat(bytes).as("bytes per step after the warm-up").isLessThan(5 * c.work.bytes() + 1);
  }

  /** The first steps on such data, and the same later. */
  private static void judge(
      Work work, String what, Runnable step, Kind kind, Object[] arrays, List<String> findings) {
    final Measured first = measure(step, kind, arrays);
    for (int i = 0; i < 300; i++) {
      kind.fill(arrays);
      step.run();
    }
    final Measured later = measure(step, kind, arrays);
    if (first.bytes > work.bytes() + SLACK) {
      findings.add(what + ": allocated " + first.bytes + " bytes a step");
    }
    if (first.nanoseconds > LIMIT * later.nanoseconds + NOISE) {
      findings.add(
          String.format(
              Locale.ROOT, "%s: %.0f ns, later %.0f", what, first.nanoseconds, later.nanoseconds));
    }
  }

  /** The mean allocation and the median of the times. */
  private record Measured(long bytes, double nanoseconds) {}

  private static Measured measure(Runnable step, Kind kind, Object[] arrays) {
    final long[] times = new long[STEPS];
    long bytes = 0;
    for (int i = 0; i < STEPS; i++) {
      kind.fill(arrays);
      final long before = THREADS.getCurrentThreadAllocatedBytes();
      final long start = System.nanoTime();
      step.run();
      times[i] = System.nanoTime() - start;
      bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    Arrays.sort(times);
    return new Measured(bytes / STEPS, times[STEPS / 2]);
  }
}
