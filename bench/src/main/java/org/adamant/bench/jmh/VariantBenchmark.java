package org.adamant.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the variants of a step cost: each in one pass, with the plain loop of the basic step and the
 * traffic of four and of five arrays as baselines.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsPrepend = StepBenchmark.VECTOR_MODULE)
public class VariantBenchmark {

  /** For JMH. */
  public VariantBenchmark() {}

  /** The steps of a variant, in turn. */
  @State(Scope.Thread)
  public static class Steps {
    /** What a step does. */
    @Param
    public StepVariant variant;

    private final AdamStep[] steps = new AdamStep[StepBenchmark.STEPS];
    private int next;

    /** For JMH. */
    public Steps() {}

    /** Steps from the middle of a training. */
    @Setup
    public void prepare() {
      for (int i = 0; i < steps.length; i++) {
        steps[i] = variant.step(1000 + i);
      }
    }

    AdamStep next() {
      return steps[next++ & steps.length - 1];
    }
  }

  /** Five arrays of floats, and what a variant needs of them. */
  @State(Scope.Thread)
  public static class FloatSlice {
    float[] more;
    AdamSlice slice;

    /** For JMH. */
    public FloatSlice() {}

    /**
     * Adds a fifth array to the four.
     *
     * @param s the variant
     * @param a the four arrays
     */
    @Setup
    public void fill(Steps s, StepBenchmark.Floats a) {
      more = a.params.clone();
      slice = s.variant.complete(AdamSlice.of(a.params, a.grads, a.m, a.v), more);
    }
  }

  /** Five arrays of doubles, and what a variant needs of them. */
  @State(Scope.Thread)
  public static class DoubleSlice {
    double[] more;
    AdamSlice slice;

    /** For JMH. */
    public DoubleSlice() {}

    /**
     * Adds a fifth array to the four.
     *
     * @param s the variant
     * @param a the four arrays
     */
    @Setup
    public void fill(Steps s, StepBenchmark.Doubles a) {
      more = a.params.clone();
      slice = s.variant.complete(AdamSlice.of(a.params, a.grads, a.m, a.v), more);
    }
  }

  /** A fifth array of floats. */
  @State(Scope.Thread)
  public static class MoreFloats {
    float[] more;

    /** For JMH. */
    public MoreFloats() {}

    /**
     * As long as the four.
     *
     * @param a the four arrays
     */
    @Setup
    public void fill(StepBenchmark.Floats a) {
      more = a.params.clone();
    }
  }

  /** A fifth array of doubles. */
  @State(Scope.Thread)
  public static class MoreDoubles {
    double[] more;

    /** For JMH. */
    public MoreDoubles() {}

    /**
     * As long as the four.
     *
     * @param a the four arrays
     */
    @Setup
    public void fill(StepBenchmark.Doubles a) {
      more = a.params.clone();
    }
  }

  /** A variant on floats. */
  @Benchmark
  public long floatKernel(StepBenchmark.Kernel k, Steps s, StepBenchmark.Floats a, FloatSlice f) {
    return k.kernel.step(s.next(), f.slice);
  }

  /** The plain loop of the basic step on floats. */
  @Benchmark
  public void floatPlain(StepBenchmark.Steps s, StepBenchmark.Floats a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The traffic of four arrays of floats. */
  @Benchmark
  public void floatTraffic(StepBenchmark.Floats a) {
    TrafficLoop.step(0.999f, a.params, a.grads, a.m, a.v);
  }

  /** The traffic of five arrays of floats. */
  @Benchmark
  public void floatTrafficOfFive(StepBenchmark.Floats a, MoreFloats b) {
    TrafficLoop.step(0.999f, a.params, a.grads, a.m, a.v, b.more);
  }

  /** A variant on doubles. */
  @Benchmark
  public long doubleKernel(
      StepBenchmark.Kernel k, Steps s, StepBenchmark.Doubles a, DoubleSlice d) {
    return k.kernel.step(s.next(), d.slice);
  }

  /** The plain loop of the basic step on doubles. */
  @Benchmark
  public void doublePlain(StepBenchmark.Steps s, StepBenchmark.Doubles a) {
    PlainLoop.step(s.next(), a.params, a.grads, a.m, a.v);
  }

  /** The traffic of four arrays of doubles. */
  @Benchmark
  public void doubleTraffic(StepBenchmark.Doubles a) {
    TrafficLoop.step(0.999, a.params, a.grads, a.m, a.v);
  }

  /** The traffic of five arrays of doubles. */
  @Benchmark
  public void doubleTrafficOfFive(StepBenchmark.Doubles a, MoreDoubles b) {
    TrafficLoop.step(0.999, a.params, a.grads, a.m, a.v, b.more);
  }
}
